"""Forms of the comparison with OpenStreetMap."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from millecafes.cafes.enums import ProposalKind, ProposalState
from millecafes.cafes.forms.fields import NOT_IN_LIST
from millecafes.common.forms import HouseForm

_INVALID = {"invalid_choice": NOT_IN_LIST}


class ProposalFilter(HouseForm):
    """The filter of proposals: same places that wait, unless told otherwise."""

    nature = forms.ChoiceField(
        label="Nature", choices=ProposalKind.choices, required=False, error_messages=_INVALID
    )
    etat = forms.ChoiceField(
        label="État",
        choices=[*ProposalState.choices, ("tous", "Tous")],
        required=False,
        error_messages=_INVALID,
    )

    def __init__(self, data: QueryDict) -> None:
        found = data.copy()
        found.setdefault("nature", ProposalKind.MATCH)
        found.setdefault("etat", ProposalState.WAITING)
        super().__init__(found)

    @property
    def kind(self) -> str:
        """The kind that a valid filter asks."""
        return str(self.cleaned_data["nature"])

    @property
    def state(self) -> str:
        """The state that a valid filter asks; empty for all."""
        return "" if self.cleaned_data["etat"] == "tous" else str(self.cleaned_data["etat"])
