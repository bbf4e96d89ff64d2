"""Scenarios and their computations, as the team's pages show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from millecafes.siting.models import PlanRun, Scenario
from millecafes.siting.rules import NETWORK
from millecafes.territory.models import Departement, Region


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario of the list, and its last computation."""

    scenario: Scenario
    run: PlanRun | None
    area: str


def scenarios() -> QuerySet[Scenario]:
    """Every scenario."""
    return Scenario.objects.all()


def scenario_lines() -> list[ScenarioLine]:
    """Every scenario, the last changed first (four queries)."""
    last = PlanRun.objects.filter(scenario=OuterRef("pk")).order_by("-asked_at", "-pk").values("pk")[:1]
    rows = list(Scenario.objects.annotate(last_run=Subquery(last)).order_by("-changed_at", "-pk"))
    found = runs().in_bulk([row.last_run for row in rows if row.last_run])
    names = area_names({row.area for row in rows})
    return [ScenarioLine(row, found.get(row.last_run), names.get(row.area, row.area)) for row in rows]


def runs() -> QuerySet[PlanRun]:
    """Every computation, ready to say its state."""
    return PlanRun.objects.select_related("scenario", "job")


def published_run() -> PlanRun | None:
    """The plan that the pages of communes show."""
    return runs().filter(is_published=True).first()


def area_names(keys: Collection[str]) -> dict[str, str]:
    """What areas are called, by key (two queries at most)."""
    names = {NETWORK: "Toute la France"}
    parts = [key.partition(":") for key in keys]
    for kind, model in (("region", Region), ("departement", Departement)):
        codes = [code for family, _, code in parts if family == kind]
        if codes:
            rows = model._default_manager.filter(pk__in=codes).values_list("pk", "name")
            names |= {f"{kind}:{code}": name for code, name in rows}
    return names


def area_choices() -> list[tuple[str, str]]:
    """Every area a plan may be for (two queries)."""
    regions = Region.objects.order_by("name").values_list("pk", "name")
    departements = Departement.objects.exclude(region=None).order_by("pk").values_list("pk", "name")
    return [
        (NETWORK, "Toute la France"),
        *((f"region:{code}", f"Région : {name}") for code, name in regions),
        *((f"departement:{code}", f"Département : {name} ({code})") for code, name in departements),
    ]


def labels(ids: Collection[str]) -> dict[str, str]:
    """How scenarios are called, by number."""
    rows = Scenario.objects.filter(pk__in=[int(value) for value in ids if value.isdecimal()])
    return {str(pk): f"le scénario « {name} »" for pk, name in rows.values_list("pk", "name")}


def address(number: str) -> str:
    """The page of a scenario, for the journal."""
    from django.urls import reverse

    return reverse("siting:scenario", args=[int(number)])


def run_labels(ids: Collection[str]) -> dict[str, str]:
    """How computations are called, by number."""
    rows = PlanRun.objects.filter(pk__in=[int(value) for value in ids if value.isdecimal()])
    return {str(pk): f"le plan n° {pk}, {name}" for pk, name in rows.values_list("pk", "scenario__name")}


def run_address(number: str) -> str:
    """The page of a computation, for the journal."""
    from django.urls import reverse

    return reverse("siting:run", args=[int(number)])
