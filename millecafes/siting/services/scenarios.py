"""Writing scenarios: what is asked of the computation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.siting.enums import Objective, SiteRule, SupplyChoice
from millecafes.siting.models import PlanRun, Scenario, ScenarioBudget, ScenarioSite
from millecafes.siting.rules import NETWORK, Budget, Parameters
from millecafes.siting.services.errors import ScenarioError
from millecafes.territory.models import Commune
from millecafes.territory.rules import ELIGIBLE_POPULATION, is_in_programme

MOST_RULES = 2_000


@dataclass(frozen=True)
class ScenarioDetails:
    """What is said of a scenario; units are those of `rules.Parameters`."""

    name: str
    sites: int
    area: str = NETWORK
    objective: str = Objective.COVERAGE.value
    minutes: float = 15.0
    full_minutes: float = 10.0
    zero_minutes: float = 20.0
    frr_percent: int = 0
    desert_percent: int = 0
    supply: str = SupplyChoice.ASSUMED.value
    with_network: bool = True
    least_population: int = 0
    most_population: int = ELIGIBLE_POPULATION - 1
    spacing: float = 0.0
    per_semester: int = 0
    first_semester: str = ""
    seconds: int = 30
    seed: int = 1
    budgets: tuple[Budget, ...] = ()


_STORED = tuple(field.name for field in fields(ScenarioDetails) if field.name != "budgets")


@transaction.atomic
def add_scenario(*, details: ScenarioDetails, actor: Actor, now: dt.datetime) -> Scenario:
    """Keep a new scenario.

    Raises
    ------
    ScenarioError
        When what is asked makes no sense.
    """
    verify(details)
    scenario = Scenario.objects.create(
        **_values(details), created_at=now, changed_at=now, is_demo=settings.DEMO
    )
    _write_budgets(scenario, details.budgets)
    journal.record(actor=actor, verb="siting.scenario_added", target=scenario, now=now)
    return scenario


@transaction.atomic
def change_scenario(
    *, scenario: Scenario, details: ScenarioDetails, actor: Actor, now: dt.datetime
) -> Scenario:
    """Write what is now asked; computations already made keep what they were asked.

    Raises
    ------
    ScenarioError
    """
    verify(details)
    scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    values = _values(details)
    changed = [name for name, value in values.items() if getattr(scenario, name) != value]
    labels = {field.name: str(field.verbose_name) for field in Scenario._meta.local_fields}
    words = [labels[name] for name in changed]
    if budgets_of(scenario) != tuple(sorted(details.budgets, key=_order)):
        words.append("budgets")
    if not words:
        return scenario
    for name in changed:
        setattr(scenario, name, values[name])
    scenario.changed_at = now
    scenario.save()
    ScenarioBudget.objects.filter(scenario=scenario).delete()
    _write_budgets(scenario, details.budgets)
    journal.record(
        actor=actor,
        verb="siting.scenario_changed",
        target=scenario,
        now=now,
        data={"fields": ", ".join(words)},
    )
    return scenario


@transaction.atomic
def copy_scenario(*, scenario: Scenario, actor: Actor, now: dt.datetime) -> Scenario:
    """The same question under another name, with its budgets and what was decided of communes."""
    source = Scenario.objects.get(pk=scenario.pk)
    name = f"{source.name[:110]} (copie)"
    copy = Scenario.objects.create(
        **{**_stored(source), "name": name}, created_at=now, changed_at=now, is_demo=settings.DEMO
    )
    _write_budgets(copy, budgets_of(source))
    ScenarioSite.objects.bulk_create(
        ScenarioSite(scenario=copy, commune_id=row.commune_id, rule=row.rule, reason=row.reason)
        for row in source.site_rules.all()
    )
    journal.record(
        actor=actor, verb="siting.scenario_copied", target=copy, now=now, data={"source": source.name}
    )
    return copy


@transaction.atomic
def remove_scenario(*, scenario: Scenario, actor: Actor, now: dt.datetime) -> None:
    """Remove a scenario with its computations.

    Raises
    ------
    ScenarioError
        When one of them is published.
    """
    if PlanRun.objects.filter(scenario=scenario, is_published=True).exists():
        raise ScenarioError(
            "", "Un calcul de ce scénario est publié : retirez-le d’abord des pages publiques."
        )
    journal.record(actor=actor, verb="siting.scenario_removed", target=scenario, now=now)
    Scenario.objects.filter(pk=scenario.pk).delete()


@transaction.atomic
def rule_site(
    *, scenario: Scenario, commune: Commune, rule: SiteRule, reason: str, actor: Actor, now: dt.datetime
) -> ScenarioSite:
    """Retain a commune, or put it aside, before the computation; replaces what was decided of it.

    Raises
    ------
    ScenarioError
    """
    if not reason.strip():
        raise ScenarioError("reason", "Dites pourquoi, en une phrase : elle sera montrée avec le plan.")
    if not is_in_programme(commune):
        raise ScenarioError("commune", f"{commune} est hors du programme.")
    if commune.lon is None:
        raise ScenarioError("commune", f"{commune} n’a pas de coordonnées : rien ne peut y être calculé.")
    if ScenarioSite.objects.filter(scenario=scenario).exclude(commune=commune).count() >= MOST_RULES:
        raise ScenarioError("commune", f"{MOST_RULES} consignes au plus : levez-en d’abord.")
    found, _ = ScenarioSite.objects.update_or_create(
        scenario=scenario, commune=commune, defaults={"rule": rule, "reason": reason.strip()}
    )
    Scenario.objects.filter(pk=scenario.pk).update(changed_at=now)
    data = {"commune": commune.name, "rule": SiteRule(rule).label, "reason": reason.strip()}
    journal.record(actor=actor, verb="siting.site_ruled", target=scenario, now=now, data=data)
    return found


@transaction.atomic
def release_site(*, site: ScenarioSite, actor: Actor, now: dt.datetime) -> None:
    """Take back what was decided of a commune."""
    data = {"commune": site.commune.name}
    journal.record(actor=actor, verb="siting.site_released", target=site.scenario, now=now, data=data)
    Scenario.objects.filter(pk=site.scenario_id).update(changed_at=now)
    ScenarioSite.objects.filter(pk=site.pk).delete()


def frozen(scenario: Scenario) -> Parameters:
    """All that a computation of this scenario is asked, as it is now (three queries)."""
    rules = list(scenario.site_rules.order_by("commune_id").values_list("commune_id", "rule"))
    stored = _stored(scenario)
    del stored["name"]
    return Parameters(
        **stored,
        budgets=budgets_of(scenario),
        imposed=tuple(code for code, rule in rules if rule == SiteRule.IMPOSED),
        forbidden=tuple(code for code, rule in rules if rule == SiteRule.FORBIDDEN),
    )


def budgets_of(scenario: Scenario) -> tuple[Budget, ...]:
    """The budgets of a scenario, in their order."""
    rows = scenario.budgets.values_list("kind", "code", "least", "most")
    return tuple(sorted((Budget(*row) for row in rows), key=_order))


def verify(details: ScenarioDetails) -> None:
    """Refuse what makes no sense together; each number alone is verified by the form and the database.

    Raises
    ------
    ScenarioError
    """
    if not details.name.strip():
        raise ScenarioError("name", "Donnez un nom au scénario.")
    if details.sites < 1:
        raise ScenarioError("sites", f"Nombre de cafés : attendu 1 ou plus, trouvé {details.sites}.")
    if details.objective == Objective.GRADUAL and details.zero_minutes <= details.full_minutes:
        raise ScenarioError(
            "zero_minutes",
            f"« Ne compte plus à partir de » ({details.zero_minutes:g} min) : attendu plus que "
            f"« compte entièrement jusqu’à » ({details.full_minutes:g} min).",
        )
    if details.most_population < details.least_population:
        raise ScenarioError("most_population", "Habitants au plus : attendu au moins autant que le minimum.")
    if details.per_semester and not details.first_semester:
        raise ScenarioError("first_semester", "Avec un nombre par semestre, indiquez le premier semestre.")
    least = sum(budget.least for budget in details.budgets if budget.kind == "departement")
    if least > details.sites:
        raise ScenarioError(
            "budgets",
            f"Les départements demandent au moins {least} cafés : le plan n’en a que {details.sites}.",
        )


def _order(budget: Budget) -> tuple[str, str]:
    return budget.kind, budget.code


def _values(details: ScenarioDetails) -> dict[str, object]:
    return {name: getattr(details, name) for name in _STORED}


def _stored(scenario: Scenario) -> dict[str, Any]:
    return {name: getattr(scenario, name) for name in _STORED}


def _write_budgets(scenario: Scenario, budgets: tuple[Budget, ...]) -> None:
    ScenarioBudget.objects.bulk_create(
        ScenarioBudget(
            scenario=scenario, kind=budget.kind, code=budget.code, least=budget.least, most=budget.most
        )
        for budget in budgets
    )
