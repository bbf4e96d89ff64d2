"""The filter of the team's page."""

from __future__ import annotations

from typing import Any

from django import forms

from millecafes.common.jobs import queries
from millecafes.common.jobs.models import JobState

STATES = {
    "echec": (JobState.FAILED, "En échec"),
    "en-cours": (JobState.RUNNING, "En cours"),
    "attente": (JobState.WAITING, "En attente"),
    "faites": (JobState.DONE, "Faites"),
    "annulees": (JobState.CANCELLED, "Annulées"),
    "toutes": ("", "Toutes"),
}
UNKNOWN = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."


class JobFilter(forms.Form):
    """Which jobs: failures, unless told otherwise."""

    etat = forms.ChoiceField(
        label="État",
        choices=[(key, label) for key, (_, label) in STATES.items()],
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
        widget=forms.Select(attrs={"class": "select"}),
    )
    tache = forms.ChoiceField(
        label="Tâche",
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
        widget=forms.Select(attrs={"class": "select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tache"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Toutes"), *queries.titles()]

    @property
    def asked(self) -> queries.Asked:
        """What is looked for, once valid."""
        state, _ = STATES[self.cleaned_data["etat"] or "echec"]
        return queries.Asked(state, self.cleaned_data["tache"])
