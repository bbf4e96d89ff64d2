"""Lines of the access matrix: plans, and town halls to contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.architecture.access_kinds import TEAM, Case, Values, only

if TYPE_CHECKING:
    from millecafes.siting.models import PlanRun
    from tests.architecture.access_world import Side

LEADS = only("team", "regional")
ROOT = "/equipe/implantation/"


def its_scenario(side: Side) -> dict[str, int]:
    """A scenario of the network: it is nobody's in particular."""
    from tests.factories.siting import make_scenario

    return {"pk": make_scenario().pk}


def its_site(side: Side) -> dict[str, int]:
    """Something decided of a commune in a scenario."""
    from tests.factories.siting import make_rule, make_scenario

    rule = make_rule(make_scenario(), side.cafe.commune)
    return {"pk": rule.scenario_id, "number": rule.pk}


def _run_of(side: Side) -> PlanRun:
    """A computation for which the cafés of the network do not count: each side has one."""
    from tests.factories.siting import make_run, make_scenario

    scenario = make_scenario(sites=1, with_network=False)
    return make_run(scenario=scenario, chosen=[side.cafe.commune])


def its_run(side: Side) -> dict[str, int]:
    """A computation that ended, and retained the commune of this side."""
    return {"pk": _run_of(side).pk}


def its_approach(side: Side) -> dict[str, int]:
    """The town hall of this side, to contact."""
    from tests.factories.siting import make_approach

    return {"pk": make_approach(side.cafe.commune, _run_of(side)).pk}


def _page(kwargs: Values) -> Case:
    return Case(opens=TEAM, foreign=TEAM, kwargs=kwargs)


def _button(kwargs: Values, data: Callable[[Side], dict[str, object]] | dict[str, str] | None = None) -> Case:
    return Case(302, TEAM, foreign=TEAM, post=True, kwargs=kwargs, data=data or {}, to=ROOT)


SITING_CASES: dict[str, Case] = {
    "siting:list": Case(opens=TEAM),
    "siting:add": Case(opens=TEAM),
    "siting:communes_export": Case(422, TEAM, kwargs={"format": "csv"}, query="plan=0"),
    **{f"siting:{name}": _page(its_scenario) for name in ("scenario", "change", "remove")},
    "siting:copy": _button(its_scenario),
    "siting:rule_site": _button(
        its_scenario, {"commune": "81294", "rule": "imposed", "reason": "Un local est prêt"}
    ),
    "siting:release_site": _button(its_site),
    "siting:ask_run": _button(its_scenario),
    **{f"siting:{name}": _page(its_run) for name in ("run", "run_state", "compare", "communes", "run_map")},
    **{f"siting:{name}": _button(its_run) for name in ("stop_run", "publish", "withdraw")},
    "siting:add_approaches": _button(its_run),
    "siting:approaches": Case(opens=LEADS),
    "siting:approaches_export": Case(opens=LEADS, kwargs={"format": "csv"}),
    "siting:approach": Case(opens=LEADS, foreign=TEAM, kwargs=its_approach),
    "siting:plan": Case(),
    "siting:plan_map": Case(404),  # nothing is published in the tests of doors
    "siting:plan_export": Case(422, kwargs={"format": "csv"}),
}
