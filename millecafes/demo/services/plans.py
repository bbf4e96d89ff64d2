"""The invented plans: one that is published, one that is not, over a région."""

from __future__ import annotations

import datetime as dt

from millecafes.common.actors import Actor
from millecafes.siting.enums import Objective
from millecafes.siting.models import PlanRun, Scenario
from millecafes.siting.services import runs
from millecafes.siting.services.approaches import add_approaches
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.publishing import publish_plan
from millecafes.siting.services.scenarios import ScenarioDetails, add_scenario
from millecafes.territory.models import Commune
from millecafes.territory.rules import ELIGIBLE_POPULATION

# The région of the cast; few cafés, so that everything stays quick.
REGION, SITES, SECONDS = "76", 40, 2
PUBLISHED = ScenarioDetails(
    name="Occitanie, 40 cafés (démonstration)",
    area=f"region:{REGION}",
    sites=SITES,
    per_semester=10,
    first_semester="2027-S1",
    seconds=SECONDS,
)
DRAFT = ScenarioDetails(
    name="Occitanie, plus près des plus éloignés (démonstration)",
    area=f"region:{REGION}",
    sites=SITES,
    objective=Objective.GRADUAL.value,
    frr_percent=50,
    seconds=SECONDS,
)


def seed_plans(*, actor: Actor, now: dt.datetime) -> int:
    """Invent the plans once; how many. None where the région is not loaded."""
    places = Commune.objects.filter(departement__region=REGION, population__lt=ELIGIBLE_POPULATION)
    if Scenario.objects.filter(is_demo=True).exists() or places.count() < SITES:
        return 0
    first = _computed(PUBLISHED, actor, now)
    _computed(DRAFT, actor, now)
    if first is None:
        return 0
    publish_plan(run=first, actor=actor, now=now)
    codes = list(first.picks.order_by("rank").values_list("commune_id", flat=True)[:5])
    add_approaches(run=first, codes=codes, actor=actor, now=now)
    return 2


def _computed(details: ScenarioDetails, actor: Actor, now: dt.datetime) -> PlanRun | None:
    """A scenario and its computation; none when what is loaded leaves nothing to compute."""
    scenario = add_scenario(details=details, actor=actor, now=now)
    run = runs.new_run(scenario=scenario, now=now)
    try:
        found = runs.compute(run, lambda progress: True)
    except ScenarioError:
        return None
    return runs.keep_result(run=run, found=found, actor=actor, now=now)
