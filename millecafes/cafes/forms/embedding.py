"""What other sites may show of the network."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from millecafes.cafes.forms.fields import NOT_IN_LIST
from millecafes.cafes.queries.public import departements
from millecafes.common.forms import HouseForm


class EmbedForm(HouseForm):
    """The département whose cafés are shown."""

    departement = forms.ChoiceField(
        label="Département",
        error_messages={"required": "Choisissez un département.", "invalid_choice": NOT_IN_LIST},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["departement"])
        known = [(found.code, f"{found.name} ({found.code})") for found in departements()]
        field.choices = [("", "Choisissez"), *known]
