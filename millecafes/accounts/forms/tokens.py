"""The form that makes a token of the API."""

from __future__ import annotations

from typing import Any

from django import forms

from millecafes.accounts.forms.people import NOT_LISTED, PlacesError, find_place
from millecafes.accounts.queries.perimeters import Place, labels
from millecafes.accounts.queries.tokens import NARROWER, can_be_narrowed
from millecafes.accounts.services.tokens import LASTS
from millecafes.common.actors import Actor
from millecafes.common.forms import HouseForm, LineField
from millecafes.common.scopes import scopes_for


class TokenForm(HouseForm):
    """What a program may read, where, and until when: nothing beyond the hat worn."""

    name = LineField(
        label="Nom du jeton",
        max_length=60,
        help_text="Le programme qui s’en sert : vous saurez lequel arrêter. Par exemple : tableur de suivi.",
        error_messages={
            "required": "Écrivez à quoi servira ce jeton.",
            "max_length": "Ce nom a %(show_value)s caractères ; %(limit_value)s au plus.",
        },
    )
    portees = forms.MultipleChoiceField(
        label="Ce que le programme peut lire",
        error_messages={
            "required": "Cochez au moins ce que le programme doit lire.",
            "invalid_choice": NOT_LISTED,
        },
    )
    lieu = LineField(label="Seulement dans", max_length=200, required=False)
    jours = forms.TypedChoiceField(
        label="Durée",
        coerce=int,
        choices=[(str(days), "un an" if days == 365 else f"{days} jours") for days in LASTS],
        help_text="Après, le programme s’arrête ; vous en créez un autre.",
        error_messages={"required": "Choisissez une durée.", "invalid_choice": NOT_LISTED},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.scopes = scopes_for(actor)
        self.places: list[Place] = []
        self.perimeter = actor.perimeter
        chosen = self.fields["portees"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101 - declared above
        chosen.choices = [(scope.key, scope.label) for scope in self.scopes]
        if can_be_narrowed(actor):
            own = labels([actor.perimeter])[actor.perimeter]
            help_text = f"Une région ou un département. Sans rien : {own}."
            self.fields["lieu"].help_text = help_text
        else:
            del self.fields["lieu"]

    def clean_lieu(self) -> str:
        """Find the place typed."""
        typed = str(self.cleaned_data["lieu"])
        if typed:
            try:
                self.perimeter = find_place(typed, NARROWER, self.actor.perimeter).key
            except PlacesError as error:
                self.places = error.places
                raise
        return typed
