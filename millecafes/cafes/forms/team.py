"""What narrows the team's table of cafés, and the name of a view one keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Activity, CafeKind, CafeModel, Relation
from millecafes.cafes.queries.team import NAME, NOTHING, ORDERS, Asked
from millecafes.cafes.services import CafeError
from millecafes.common.access import LARGEST_ID
from millecafes.common.forms import HouseForm, LineField
from millecafes.territory.models import Departement

NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."


def pack(ids: Iterable[int]) -> str:
    """Numbers of cafés as an address carries them: « 3.5.8 »."""
    return ".".join(str(number) for number in sorted(set(ids)))


def _choice(label: str, choices: Iterable[tuple[str, Any]], every: str, nothing: str = "") -> Any:
    more = [(NOTHING, nothing)] if nothing else []
    return forms.ChoiceField(
        label=label,
        choices=[("", every), *choices, *more],
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )


class ChosenField(LineField):
    """Numbers of cafés, kept from one page to the next."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        parts = [part for part in typed.split(".") if part]
        wrong = next((part for part in parts if not _is_number(part)), None)
        if wrong is not None:
            raise ValidationError(
                f"« {wrong[:40]} » n’est pas un café. Attendu : des numéros séparés par des points."
            )
        return tuple(sorted({int(part) for part in parts}))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID


class TeamFilter(HouseForm):
    """The filter of the team's table. Everything is optional; a view keeps it as an address."""

    q = LineField(label="Nom ou commune", max_length=80, required=False)
    activite = _choice("Activité", Activity.choices, "Toutes", "Rien de noté")
    lien = _choice("Lien avec le réseau", Relation.choices, "Tous", "Rien de noté")
    sorte = _choice("Sorte", CafeKind.choices, "Toutes", "Hors de la carte")
    modele = _choice("Modèle", CafeModel.choices, "Tous")
    departement = _choice("Département", [], "Tous")
    service = forms.MultipleChoiceField(
        label="Services en fonction",
        required=False,
        choices=[(code, kind.label) for code, kind in catalogue.services().items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    confirmer = forms.BooleanField(label="À confirmer", required=False)
    silencieux = forms.BooleanField(label="Silencieux depuis 60 jours", required=False)
    tri = forms.ChoiceField(
        label="Tri",
        required=False,
        choices=[(sign + name, name) for name in ORDERS for sign in ("", "-")],
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

    def __init__(self, data: Any, *, departements: Sequence[Departement]) -> None:
        super().__init__(data)
        field = self.fields["departement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Tous"), *((row.code, f"{row.name} ({row.code})") for row in departements)]

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        told = self.cleaned_data
        return Asked(
            text=told["q"],
            activity=told["activite"],
            relation=told["lien"],
            kind=told["sorte"],
            model=told["modele"],
            departement=told["departement"],
            services=tuple(told["service"]),
            to_confirm=told["confirmer"],
            silent=told["silencieux"],
            order=told["tri"] or NAME,
        )

    def query(self, **changes: Any) -> QueryDict:
        """A valid filter as an address, in one way only: the same filter is always the same text."""
        found = QueryDict(mutable=True)
        for name, value in {**self.cleaned_data, **changes}.items():
            if name == "tri" and value == NAME:
                continue
            if isinstance(value, list):
                found.setlist(name, sorted(value))
            elif value:
                found[name] = "on" if value is True else value
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same, as fields that another form carries along."""
        return [(name, value) for name, values in self.query().lists() for value in values]

    @property
    def is_filtered(self) -> bool:
        """Whether something narrows the table: its order does not."""
        return any(value for name, value in self.cleaned_data.items() if name != "tri")


class ChosenForm(forms.Form):
    """The cafés ticked: those of this page, and those kept from others."""

    choix = ChosenField(required=False)
    cafe = forms.MultipleChoiceField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        field = self.fields["cafe"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        # Which of them exist, and may be changed, is for the query to say.
        field.choices = [(value, value) for value in data.getlist("cafe") if _is_number(value)]
        field.error_messages["invalid_choice"] = "« %(value)s » n’est pas le numéro d’un café."

    @property
    def ids(self) -> tuple[int, ...]:
        """The numbers of the cafés ticked."""
        told = self.cleaned_data
        return tuple(sorted({*told["choix"], *(int(value) for value in told["cafe"])}))


class ViewForm(HouseForm):
    """The name of a view."""

    name = LineField(
        label="Nom de la vue", max_length=60, error_messages={"required": "Donnez un nom à la vue."}
    )

    def refuse(self, error: CafeError) -> None:
        """Tell what the service refused."""
        self.add_error(error.field if error.field in self.fields else None, str(error))
