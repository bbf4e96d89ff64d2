"""Forms of reported errors: what the public writes, and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from millecafes.cafes.enums import ReportState, ReportSubject
from millecafes.cafes.forms.fields import NOT_IN_LIST, CafeForm, EmailField
from millecafes.common.forms import HouseForm, LineField


class ReportForm(CafeForm):
    """What is wrong, in words; an address only for whoever wants an answer."""

    about = forms.ChoiceField(
        label="Qu’est-ce qui est faux ?",
        choices=[("", "Choisissez"), *ReportSubject.choices],
        error_messages={"required": "Choisissez ce qui est faux.", "invalid_choice": NOT_IN_LIST},
    )
    text = forms.CharField(
        label="Ce qui serait juste",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Par exemple : « Fermé le lundi depuis septembre ».",
        error_messages={"required": "Écrivez ce qui est faux, ou ce qui serait juste."},
    )
    email = EmailField(
        label="Votre adresse e-mail",
        max_length=254,
        required=False,
        help_text="Seulement si vous voulez une réponse. L’équipe du café ne la voit pas.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "input"}),
    )
    # Hidden from people by the style: only robots fill it (a name that no browser fills by itself).
    ne_pas_remplir = forms.CharField(
        label="Ne pas remplir", required=False, widget=forms.TextInput(attrs={"tabindex": "-1"})
    )

    template_name = "cafes/report_fields.html"

    @property
    def is_robot(self) -> bool:
        """Whether the trap field was filled."""
        return bool(self.data.get("ne_pas_remplir"))


class HandleForm(CafeForm):
    """What became of a report."""

    state = forms.ChoiceField(
        label="Ce qui a été fait",
        choices=ReportState.choices,
        error_messages={"required": "Choisissez ce qui a été fait.", "invalid_choice": NOT_IN_LIST},
    )
    answer = LineField(
        label="En quelques mots",
        max_length=500,
        required=False,
        help_text="Pour vous et vos collègues ; le public ne le lit pas.",
    )


class ReportFilter(HouseForm):
    """The filter of reports: those that wait, unless told otherwise."""

    etat = forms.ChoiceField(
        label="État",
        choices=[*ReportState.choices, ("tous", "Tous")],
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

    def __init__(self, data: QueryDict) -> None:
        found = data.copy()
        found.setdefault("etat", ReportState.WAITING)
        super().__init__(found)

    @property
    def state(self) -> str:
        """The state that a valid filter asks; empty for all."""
        asked: Any = self.cleaned_data["etat"]
        return "" if asked == "tous" else str(asked)
