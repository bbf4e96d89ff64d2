"""The form of a scenario, in sections; and what is decided of a commune before the computation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.common.forms import HouseForm, LineField
from millecafes.siting.enums import Objective, SiteRule, SupplyChoice
from millecafes.siting.forms.fields import (
    NOT_IN_LIST,
    BudgetsField,
    CommuneField,
    MinutesField,
    SliderInput,
    WholeField,
    budgets_text,
)
from millecafes.siting.models import Scenario
from millecafes.siting.rules import MINUTES, MOST_PERCENT, MOST_SITES, SECONDS
from millecafes.siting.services import scenarios
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.scenarios import ScenarioDetails
from millecafes.territory.rules import ELIGIBLE_POPULATION

_SEMESTER = re.compile(r"20[2-9][0-9]-S[12]")
SECTIONS = (
    ("Combien, et où", ("name", "area", "sites", "per_semester", "first_semester")),
    ("Ce que l’on cherche", ("objective", "minutes", "full_minutes", "zero_minutes")),
    ("Qui compte davantage", ("frr_percent", "desert_percent")),
    ("Ce qui existe déjà", ("supply", "with_network")),
    ("Les communes candidates", ("least_population", "most_population", "spacing")),
    ("Budgets par territoire", ("budgets",)),
    ("Le calcul", ("seconds", "seed")),
)


def _slider() -> SliderInput:
    return SliderInput(attrs={"step": 25, "list": "poids", "class": "slider", "data-slider": ""})


class ScenarioForm(HouseForm):
    """What a scenario asks. Everything has a value to start from."""

    name = LineField(
        label="Nom du scénario", max_length=120, error_messages={"required": "Donnez un nom au scénario."}
    )
    area = forms.ChoiceField(label="Territoire", error_messages={"invalid_choice": NOT_IN_LIST})
    sites = WholeField(label="Nombre de cafés à placer", low=1, high=MOST_SITES, unit="cafés")
    per_semester = WholeField(
        label="Cafés par semestre",
        low=0,
        high=MOST_SITES,
        unit="cafés",
        help_text="0 : sans calendrier. Les communes qui apportent le plus passent d’abord.",
    )
    first_semester = LineField(
        label="Premier semestre", max_length=7, required=False, help_text="Comme 2027-S1."
    )
    objective = forms.ChoiceField(
        label="Objectif", choices=Objective.choices, error_messages={"invalid_choice": NOT_IN_LIST}
    )
    minutes = MinutesField(
        label="Assez près (minutes de voiture)",
        low=MINUTES[0],
        high=MINUTES[1],
        help_text="C’est aussi ce que lisent la carte et les tableaux, quel que soit l’objectif.",
    )
    full_minutes = MinutesField(
        label="Compte entièrement jusqu’à (minutes)",
        low=0,
        high=MINUTES[1],
        help_text="Pour « plus on est près, plus cela compte ».",
    )
    zero_minutes = MinutesField(label="Ne compte plus à partir de (minutes)", low=MINUTES[0], high=MINUTES[1])
    frr_percent = WholeField(
        label="Communes en France ruralités revitalisation",
        low=0,
        high=MOST_PERCENT,
        unit="pour cent",
        widget=_slider(),
        help_text="Une personne y compte comme les autres, ou davantage.",
    )
    desert_percent = WholeField(
        label="Communes loin de tous les services",
        low=0,
        high=MOST_PERCENT,
        unit="pour cent",
        widget=_slider(),
        help_text="Selon l’indice de désert : café, restaurant, pain, épicerie, poste, presse, numérique. "
        "Seuils et poids sont des hypothèses.",
    )
    supply = forms.ChoiceField(
        label="Cafés déjà là", choices=SupplyChoice.choices, error_messages={"invalid_choice": NOT_IN_LIST}
    )
    with_network = forms.BooleanField(label="Compter aussi les cafés ouverts du réseau", required=False)
    least_population = WholeField(
        label="Habitants au moins", low=0, high=ELIGIBLE_POPULATION - 1, unit="habitants"
    )
    most_population = WholeField(
        label="Habitants au plus", low=1, high=ELIGIBLE_POPULATION - 1, unit="habitants"
    )
    spacing = MinutesField(
        label="Minutes entre deux cafés nouveaux, au moins",
        low=0,
        high=MINUTES[1],
        help_text="0 : pas d’écart imposé.",
    )
    budgets = BudgetsField(
        label="Au moins et au plus, par département ou région",
        help_text="Une ligne par territoire : nom ; au moins ; au plus. Par exemple « Tarn ; 2 ; 10 », ou "
        "« Occitanie ; ; 120 ».",
    )
    seconds = WholeField(
        label="Durée du calcul (secondes)",
        low=SECONDS[0],
        high=SECONDS[1],
        unit="secondes",
        help_text="Le plan ne fait que s’améliorer : on peut l’arrêter avant.",
    )
    seed = WholeField(
        label="Graine du hasard",
        low=1,
        high=999_999,
        unit="sans unité",
        help_text="La même redonne le même plan.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        areas: Sequence[tuple[str, str]],
        scenario: Scenario | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _initial(scenario)
        super().__init__(data, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(areas)

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        """The fields of each part of the page."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def clean_first_semester(self) -> str:
        """A semester, or nothing."""
        typed = str(self.cleaned_data["first_semester"]).upper().replace(" ", "-")
        if typed and not _SEMESTER.fullmatch(typed):
            raise ValidationError(f"« {typed} » n’est pas un semestre. Attendu : 2027-S1 ou 2027-S2.")
        return typed

    def clean(self) -> dict[str, Any]:
        """What makes no sense together is told beside its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                scenarios.verify(self.details)
            except ScenarioError as error:
                self.add_error(error.field, str(error))
        return cleaned

    @property
    def details(self) -> ScenarioDetails:
        """What a valid form says."""
        return ScenarioDetails(**{name: self.cleaned_data[name] for name in self.base_fields})


def _initial(scenario: Scenario | None) -> dict[str, Any]:
    """What the fields start from: a scenario, or what everything is by default."""
    start: Any = scenario or ScenarioDetails(name="", sites=100)
    values = {name: getattr(start, name) for name in ScenarioForm.base_fields if name != "budgets"}
    for name in ("minutes", "full_minutes", "zero_minutes", "spacing"):
        values[name] = f"{values[name]:g}"
    if scenario is not None:
        values["budgets"] = budgets_text(scenarios.budgets_of(scenario))
    return values


class SiteRuleForm(HouseForm):
    """What is decided of a commune before the computation, and why."""

    commune = CommuneField(
        label="Commune",
        max_length=80,
        error_messages={"required": "Écrivez le nom ou le code de la commune."},
        help_text="Son nom, son code postal ou son code Insee.",
    )
    rule = forms.ChoiceField(
        label="Consigne", choices=SiteRule.choices, error_messages={"invalid_choice": NOT_IN_LIST}
    )
    reason = LineField(
        label="Raison",
        max_length=300,
        error_messages={"required": "Dites pourquoi, en une phrase : elle sera montrée avec le plan."},
    )
