"""What narrows the public list of cafés."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from millecafes.cafes import catalogue
from millecafes.cafes.enums import CafeKind, CafeModel
from millecafes.cafes.queries.public import Asked, Point, departements
from millecafes.common.forms import HouseForm, LineField
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune

NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."
MOMENTS = {
    "": "Peu importe",
    "maintenant": "Ouvert maintenant",
    "soir": "Ouvert ce soir",
    "dimanche": "Ouvert dimanche",
}
# About a kilometre: what the address of the page says of where somebody is.
PLACES = 2
_POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,6})?),(-?[0-9]{1,3}(?:\.[0-9]{1,6})?)")
HERE = "votre position"


class CafesFilter(HouseForm):
    """The filter of the list, of the map, of the files and of the API."""

    ou = LineField(label="Autour de quelle commune ?", required=False, max_length=80)
    pres = LineField(label="Position", required=False, max_length=40, widget=forms.HiddenInput)
    ouvert = forms.ChoiceField(
        label="Ouverture",
        required=False,
        choices=list(MOMENTS.items()),
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    sorte = forms.MultipleChoiceField(
        label="Sorte de café",
        required=False,
        choices=CafeKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    service = forms.MultipleChoiceField(
        label="Services",
        required=False,
        choices=[(code, kind.label) for code, kind in catalogue.services().items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    modele = forms.ChoiceField(
        label="Modèle",
        required=False,
        choices=[("", "Tous"), *CafeModel.choices],
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    departement = forms.ChoiceField(
        label="Département", required=False, error_messages={"invalid_choice": NOT_IN_LIST}
    )
    fauteuil = forms.BooleanField(label="Accessible en fauteuil", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(found.code, f"{found.name} ({found.code})") for found in departements()]
        departement = cast("forms.ChoiceField", self.fields["departement"])
        departement.choices = [("", "Toute la France"), *choices]

    def clean_ou(self) -> Any:
        """The commune around which cafés are looked for."""
        typed = self.cleaned_data["ou"]
        if not typed:
            return None
        try:
            return chosen_commune(typed)
        except NoSuchCommuneError as error:
            raise ValidationError(str(error)) from error

    def clean_pres(self) -> Point | None:
        """A position, kept to about a kilometre."""
        typed = self.cleaned_data["pres"].replace(" ", "")
        if not typed:
            return None
        found = _POINT.fullmatch(typed)
        point = (round(float(found[1]), PLACES), round(float(found[2]), PLACES)) if found else None
        if point is None or abs(point[0]) > 90 or abs(point[1]) > 180:
            raise ValidationError(
                f"« {typed} » n’est pas une position. Attendu : latitude,longitude, comme 43.85,1.95."
            )
        return point

    @property
    def asked(self) -> Asked:
        """What is asked; nothing narrows a list whose filter is wrong."""
        if not self.is_valid():
            return Asked()
        told = self.cleaned_data
        commune, near, label = told["ou"], told["pres"], HERE if told["pres"] else ""
        if commune is not None:
            label = f"{commune.name} ({commune.departement_id})"
            known = commune.lat is not None and commune.lon is not None
            near = (commune.lat, commune.lon) if known else None
        return Asked(
            kinds=tuple(told["sorte"]),
            services=tuple(told["service"]),
            model=told["modele"],
            departement=told["departement"],
            open=told["ouvert"],
            accessible=told["fauteuil"],
            near=near,
            near_label=label if near else "",
        )
