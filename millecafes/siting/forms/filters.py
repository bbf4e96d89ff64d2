"""Filters of results and of town halls to contact: pages, files and programs read them alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from millecafes.common.forms import HouseForm, LineField
from millecafes.siting.enums import ApproachState, Outcome
from millecafes.siting.forms.fields import NOT_IN_LIST
from millecafes.siting.queries.approaches import ApproachFilter
from millecafes.siting.queries.results import ORDERS, Asked
from millecafes.territory.models import Departement

Places = Sequence[tuple[str, str]]


def _choice(label: str, choices: Sequence[tuple[str, str]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), required=False, error_messages={"invalid_choice": NOT_IN_LIST}
    )


class ResultFilter(HouseForm):
    """The communes of a result. Everything is optional."""

    q = LineField(label="Nom de commune", max_length=80, required=False)
    region = _choice("Région")
    departement = _choice("Département")
    effet = _choice(
        "Ce que fait le plan", [("", "Toutes"), *((str(value), label) for value, label in Outcome.choices)]
    )
    tri = _choice("Ordre de la liste", list(ORDERS.items()))

    def __init__(self, data: Any, *, regions: Places, departements: Places) -> None:
        super().__init__(data)
        for name, rows, everything in (
            ("region", [(code, name) for code, name in regions], "Toutes"),
            ("departement", [(code, f"{name} ({code})") for code, name in departements], "Tous"),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", everything), *rows]

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        cleaned = self.cleaned_data
        return Asked(
            outcome=int(cleaned["effet"]) if cleaned["effet"] else None,
            region=cleaned["region"],
            departement=cleaned["departement"],
            text=cleaned["q"],
            order=cleaned["tri"] or "rang",
        )


class ApproachesFilter(HouseForm):
    """The list of town halls to contact."""

    etat = _choice("État", [("", "Tous"), *ApproachState.choices])
    departement = _choice("Département")

    def __init__(self, data: Any, *, departements: Sequence[Departement]) -> None:
        super().__init__(data)
        field = self.fields["departement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Tous"), *((row.code, f"{row.name} ({row.code})") for row in departements)]

    @property
    def asked(self) -> ApproachFilter:
        """What a valid filter looks for."""
        return ApproachFilter(self.cleaned_data["etat"], self.cleaned_data["departement"])


class StateForm(HouseForm):
    """Where one stands with a town hall."""

    state = forms.ChoiceField(
        label="Où en est-on ?", choices=ApproachState.choices, error_messages={"invalid_choice": NOT_IN_LIST}
    )
