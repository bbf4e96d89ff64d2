"""From what is asked to a plan, through the engine: the job, its end, its refusals, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from millecafes.common.jobs.testing import run_pending
from millecafes.siting.enums import SiteRule
from millecafes.siting.management.commands import plan_sites
from millecafes.siting.models import PlanRun
from millecafes.siting.services import runs
from millecafes.siting.services.scenarios import rule_site
from tests.factories.siting import ACTOR, make_scenario, make_valley

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command counts its time from the start of its process, which is here that of all the tests."""
    monkeypatch.setattr(plan_sites, "age", lambda: 0.0)


def computed(**details: object) -> PlanRun:
    """The computation of a scenario over the valley, done by its job."""
    make_valley()
    run = runs.ask_run(scenario=make_scenario(**details), actor=ACTOR, now=timezone.now())
    run_pending()
    return PlanRun.objects.get(pk=run.pk)


def chosen(run: PlanRun) -> list[str]:
    return [pick.commune.name for pick in run.picks.select_related("commune")]


def test_a_plan_is_computed_by_its_job_and_proved() -> None:
    run = computed(sites=2)
    assert run.is_done
    assert run.proved
    assert run.gap == 0
    # Cambon and Denat are near each other: one café serves both; then the largest one left alone.
    assert len(chosen(run)) == 2
    assert run.value == sum(pick.people for pick in run.picks.all())


def test_an_imposed_commune_is_in_the_plan_and_a_forbidden_one_is_not() -> None:
    _, _, bellegarde, cambon, *_ = make_valley()
    scenario = make_scenario(sites=2)
    now = timezone.now()
    rule_site(
        scenario=scenario, commune=bellegarde, rule=SiteRule.IMPOSED, reason="local", actor=ACTOR, now=now
    )
    rule_site(
        scenario=scenario, commune=cambon, rule=SiteRule.FORBIDDEN, reason="refus", actor=ACTOR, now=now
    )
    run = runs.ask_run(scenario=scenario, actor=ACTOR, now=now)
    run_pending()
    names = chosen(PlanRun.objects.get(pk=run.pk))
    assert "Bellegarde" in names
    assert "Cambon" not in names


def test_more_cafes_than_candidates_is_told_in_words() -> None:
    run = computed(sites=50)
    assert not run.is_done
    assert run.job is not None
    assert "50 demandés, pour 5 communes candidates" in run.job.failure


@pytest.mark.parametrize("objective", ["coverage", "gradual", "p-median"])
def test_the_command_plans_the_communes_of_the_database(tmp_path: Path, objective: str) -> None:
    make_valley()
    out = tmp_path / "plan.json"
    call_command(*("plan_sites", "--sites", "2", "--objective", objective, "--time", "5", "--out", str(out)))
    plan = json.loads(out.read_text())
    assert plan["proved"]
    assert len(plan["selected"]) == 2
    assert json.loads(Path(plan["certificate"]).read_text())["selected"] == plan["selected"]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    make_valley()
    with pytest.raises(CommandError, match="--out"):
        call_command("plan_sites", "--sites", "2", "--time", "5", "--out", str(tmp_path / "no" / "plan.json"))
