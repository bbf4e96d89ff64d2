"""Scenarios, plans and town halls to contact, made through the same services as real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils import timezone

from millecafes.common import actors
from millecafes.siting.enums import SiteRule
from millecafes.siting.models import Approach, PlanRun, Scenario, ScenarioSite
from millecafes.siting.queries import scenarios
from millecafes.siting.services import runs
from millecafes.siting.services.approaches import add_approaches
from millecafes.siting.services.scenarios import ScenarioDetails, add_scenario, rule_site
from millecafes.territory.models import Commune
from tests.factories.territory import make_commune

ACTOR = actors.command("tests")
# A valley of the Tarn: a town, and villages along a road, a few minutes apart.
TOWN = ("81004", "Albi", 50_000, 2.15, 43.93)
VILLAGES = (
    ("81001", "Arthès", 900, 2.45, 43.95),
    ("81002", "Bellegarde", 400, 2.50, 43.95),
    ("81003", "Cambon", 1_200, 2.75, 43.95),
    ("81005", "Denat", 300, 2.80, 43.95),
    ("81006", "Escoussens", 700, 3.10, 43.95),
)


def make_valley() -> list[Commune]:
    """A town that has a café, then five villages farther and farther from it."""
    return [
        make_commune(code, name, population=people, lon=lon, lat=lat, postal_code=f"{code[:2]}0{code[3:]}")
        for code, name, people, lon, lat in (TOWN, *VILLAGES)
    ]


def make_scenario(name: str = "Deux cafés", *, sites: int = 2, **details: Any) -> Scenario:
    """A scenario of two cafés, at 15 minutes, over France, unless told; a quick computation."""
    details.setdefault("seconds", 1)
    told = ScenarioDetails(name=name, sites=sites, **details)
    return add_scenario(details=told, actor=ACTOR, now=timezone.now())


def make_rule(
    scenario: Scenario, commune: Commune, rule: SiteRule = SiteRule.IMPOSED, reason: str = "Un local est prêt"
) -> ScenarioSite:
    """Something decided of a commune before the computation."""
    return rule_site(
        scenario=scenario, commune=commune, rule=rule, reason=reason, actor=ACTOR, now=timezone.now()
    )


def make_run(
    scenario: Scenario | None = None, *, chosen: Sequence[Commune], now: dt.datetime | None = None
) -> PlanRun:
    """A computation that ended with these communes: what they do is computed, the choice is told."""
    from millecafes.siting.solving import engine, plan
    from millecafes.siting.solving.arrays import load_land, load_links

    moment = now or timezone.now()
    run = runs.new_run(scenario=scenario or make_scenario(sites=len(chosen)), now=moment)
    land = load_land(run.asked)
    links = load_links(land, run.asked)
    rows = [land.ground.index[commune.code] for commune in chosen]
    selected = np.searchsorted(links.site, np.array(rows, dtype=np.int64))
    found = plan.kept(land, links, run.asked, engine.Answer(selected=selected, value=1.0, bound=1.0))
    kept = runs.keep_result(run=run, found=found, actor=ACTOR, now=moment)
    return scenarios.runs().get(pk=kept.pk)


def make_approach(commune: Commune, run: PlanRun | None = None) -> Approach:
    """The town hall of a commune that a plan retained, to contact."""
    known = Approach.objects.select_related("commune__departement").filter(commune=commune).first()
    if known is not None:
        return known
    run = run or make_run(chosen=[commune])
    add_approaches(run=run, codes=[commune.code], actor=ACTOR, now=timezone.now())
    return Approach.objects.select_related("commune__departement").get(commune=commune)
