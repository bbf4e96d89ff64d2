"""Forms that confirm an erasure."""

from __future__ import annotations

from typing import Any

from django import forms

from millecafes.common.forms import HouseForm, LineField


class EraseCodeForm(HouseForm):
    """The code received by mail."""

    code = LineField(
        label="Code reçu par courriel",
        max_length=20,
        help_text="Huit chiffres.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Écrivez le code reçu par courriel."},
    )

    def clean_code(self) -> str:
        """The digits alone."""
        return "".join(character for character in self.cleaned_data["code"] if character.isdecimal())


class EraseOtherForm(HouseForm):
    """The address of the person to erase, typed again: a click is not enough."""

    email = forms.CharField(
        label="Adresse e-mail de la personne, recopiée",
        max_length=254,
        error_messages={"required": "Recopiez l’adresse e-mail de la personne."},
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        self.address = address
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        """It is the right one."""
        typed = str(self.cleaned_data["email"]).strip()
        if typed.lower() != self.address.lower():
            raise forms.ValidationError(
                f"« {typed[:60]} » n’est pas l’adresse de cette personne. Attendu : {self.address}."
            )
        return typed
