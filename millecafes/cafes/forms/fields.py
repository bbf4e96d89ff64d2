"""Fields that several forms of the room share; each mistake says what was typed, and what is expected."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.cafes.queries.choice import NoSuchOrganisationError, chosen_organisation, typed_for
from millecafes.cafes.services import CafeError
from millecafes.common.actors import Actor
from millecafes.common.forms import HouseForm, LineField
from millecafes.partners.models import Organisation
from millecafes.partners.rules import NumberError, phone_of, site_of
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune

NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."
NOT_AN_ADDRESS = "« %(value)s » n’est pas une adresse e-mail complète. Attendu : prenom@exemple.fr."
NOT_A_DAY = "« %(value)s » n’est pas une date. Attendu : un jour du calendrier, comme 2026-05-31."
_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(?:[.,][0-9]{1,12})?")
_EUROS = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*€?")


class CafeForm(HouseForm):
    """A form that writes something of a café: what the service refuses is told at its field."""

    def refuse(self, error: CafeError) -> None:
        """Tell what the service refused."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class EmailField(forms.EmailField):
    """An e-mail address."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(NOT_AN_ADDRESS, "invalid", {"value": str(value)[:60]}) from error


class PhoneField(LineField):
    """A phone number as people write it."""

    def clean(self, value: Any) -> Any:
        try:
            return phone_of(super().clean(value))
        except NumberError as error:
            raise ValidationError(str(error)) from error


class SiteField(LineField):
    """An address of the web, completed by https://."""

    def clean(self, value: Any) -> Any:
        try:
            return site_of(super().clean(value))
        except NumberError as error:
            raise ValidationError(str(error)) from error


class CommuneField(LineField):
    """A commune, by name or code."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return chosen_commune(typed)
        except NoSuchCommuneError as error:
            raise ValidationError(str(error)) from error


class OrganisationField(LineField):
    """An organisation among those of a hat, by name or number; the one there already stays possible."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=200,
            required=False,
            help_text="Son nom ou son SIRET, parmi les organisations.",
            **kwargs,
        )
        self.actor = Actor()
        self.current: Organisation | None = None

    def ask(self, actor: Actor, current: Organisation | None) -> str:
        """Say who asks, and what is there already; what one would type for that."""
        self.actor, self.current = actor, current
        return typed_for(current)

    def clean(self, value: Any) -> Any:
        try:
            return chosen_organisation(self.actor, super().clean(value), self.current)
        except NoSuchOrganisationError as error:
            raise ValidationError(str(error)) from error


class DayField(forms.DateField):
    """A day; how far it may be is for the service to say."""

    widget = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> dt.date | None:
        """Read the day typed.

        Raises
        ------
        ValidationError
        """
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(NOT_A_DAY, "invalid", {"value": str(value)[:40]}) from error


class CoordinateField(LineField):
    """A latitude or a longitude in degrees (WGS 84), with a comma or a point."""

    widget = forms.TextInput(attrs={"class": "input", "inputmode": "decimal"})

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        if not _NUMBER.fullmatch(typed):
            raise ValidationError(
                f"« {typed[:40]} » n’est pas un nombre de degrés. Attendu : un nombre comme 43,85213."
            )
        return float(typed.replace(",", "."))


class EurosField(LineField):
    """A price in euros, read as cents."""

    widget = forms.TextInput(attrs={"class": "input", "inputmode": "decimal"})

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        found = _EUROS.fullmatch(typed)
        if found is None:
            raise ValidationError(f"« {typed[:40]} » n’est pas un prix. Attendu : des euros, comme 1,50.")
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
