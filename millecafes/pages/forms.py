"""The contact form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from millecafes.common.forms import HouseForm
from millecafes.pages.enums import MessageState, Subject
from millecafes.pages.queries import Asked
from millecafes.territory.models import Commune
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune


class ContactForm(forms.Form):
    """Subject, e-mail and message; the rest is optional."""

    template_name = "pages/contact_fields.html"

    subject = forms.ChoiceField(
        label="Objet",
        choices=[("", "Choisissez"), *Subject.choices],
        error_messages={
            "required": "Choisissez l’objet de votre message.",
            "invalid_choice": "« %(value)s » n’est pas dans la liste : choisissez un objet proposé.",
        },
    )
    name = forms.CharField(label="Votre nom", max_length=100, required=False)
    email = forms.EmailField(
        label="Votre adresse e-mail",
        max_length=254,
        error_messages={
            "required": "Écrivez votre adresse e-mail : c’est là que nous répondrons.",
            "invalid": "Cette adresse n’est pas complète. Attendu : prenom@exemple.fr.",
        },
    )
    commune = forms.CharField(label="Commune concernée", max_length=80, required=False)
    body = forms.CharField(
        label="Votre message",
        max_length=5_000,
        widget=forms.Textarea,
        error_messages={"required": "Écrivez votre message."},
    )
    # Hidden from people by the style: only robots fill it (a name that no browser fills by itself).
    ne_pas_remplir = forms.CharField(label="Ne pas remplir", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        autocomplete = {"name": "name", "email": "email"}
        for name, field in self.fields.items():
            widget = field.widget
            if isinstance(widget, forms.Select):
                widget.attrs["class"] = "select"
            elif isinstance(widget, forms.Textarea):
                widget.attrs.update({"class": "textarea", "rows": 8})
            else:
                widget.attrs["class"] = "input"
            widget.attrs["autocomplete"] = autocomplete.get(name, "off")
        self.fields["ne_pas_remplir"].widget.attrs["tabindex"] = "-1"
        self.chosen_commune: Commune | None = None

    def clean_commune(self) -> str:
        """Find the commune typed; several answers or none are said, and nothing is lost."""
        typed = str(self.cleaned_data["commune"]).strip()
        if not typed:
            return typed
        try:
            self.chosen_commune = chosen_commune(typed)
        except NoSuchCommuneError as error:
            raise forms.ValidationError(str(error)) from error
        return typed

    @property
    def is_robot(self) -> bool:
        """Whether the trap field was filled."""
        return bool(self.data.get("ne_pas_remplir"))


NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."


class MessageFilter(HouseForm):
    """The filter of messages: those to answer, unless told otherwise."""

    objet = forms.ChoiceField(label="Objet", required=False, error_messages={"invalid_choice": NOT_IN_LIST})
    etat = forms.ChoiceField(
        label="État",
        choices=[*MessageState.choices, ("all", "Tous")],
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

    def __init__(self, data: QueryDict, *, subjects: Sequence[Subject]) -> None:
        found = data.copy()
        found.setdefault("etat", MessageState.WAITING)
        super().__init__(found)
        field = self.fields["objet"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Tous"), *((subject.value, subject.label) for subject in subjects)]

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        state = self.cleaned_data["etat"]
        return Asked(subject=self.cleaned_data["objet"], state="" if state == "all" else state)
