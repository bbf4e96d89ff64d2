"""Computations: asked for, followed while they run, stopped when good enough, kept when they end."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from millecafes.common import documents, jobs, journal
from millecafes.common.actors import Actor
from millecafes.common.jobs.models import JobState
from millecafes.siting.models import CommuneOutcome, Pick, PlanRun, Scenario
from millecafes.siting.rules import semester_of
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.scenarios import frozen

if TYPE_CHECKING:
    from millecafes.siting.solving.plan import Found, Progress

TASK = "siting.run_scenario"
CERTIFICATE = "siting.certificate"
_TOGETHER = 2_000


@transaction.atomic
def ask_run(*, scenario: Scenario, actor: Actor, now: dt.datetime) -> PlanRun:
    """Freeze what a scenario asks, and ask for its computation.

    Raises
    ------
    ScenarioError
        When a computation of this scenario is already waiting or running.
    """
    scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    busy = Q(job__state__in=(JobState.WAITING, JobState.RUNNING), ended_at__isnull=True)
    if PlanRun.objects.filter(busy, scenario=scenario).exists():
        raise ScenarioError("", "Un calcul de ce scénario est déjà en cours : attendez-le, ou arrêtez-le.")
    run = new_run(scenario=scenario, now=now)
    title = f"Calcul d’un plan : {scenario.name}"
    run.job = jobs.enqueue(TASK, arguments={"plan": run.pk}, actor=actor, now=now, title=title, target=run)
    run.save(update_fields=["job"])
    journal.record(actor=actor, verb="siting.run_asked", target=scenario, now=now)
    return run


def new_run(*, scenario: Scenario, now: dt.datetime) -> PlanRun:
    """A computation that nobody has asked anybody to do yet."""
    return PlanRun.objects.create(
        scenario=scenario, asked_at=now, parameters=frozen(scenario).as_dict(), is_demo=settings.DEMO
    )


@transaction.atomic
def stop_run(*, run: PlanRun, actor: Actor, now: dt.datetime) -> bool:
    """Ask a computation to end with what it has: it is good enough. False when it had ended."""
    asked = PlanRun.objects.filter(pk=run.pk, ended_at__isnull=True, stop_requested=False)
    if not asked.update(stop_requested=True):
        return False
    journal.record(actor=actor, verb="siting.run_stopped", target=run.scenario, now=now)
    return True


def compute(run: PlanRun, watch: Callable[[Progress], bool]) -> Found:
    """Do the computation; `watch` is told how it goes, and says whether to go on.

    Raises
    ------
    ScenarioError
        When what was asked has no answer.
    """
    from millecafes.siting.solving.plan import PlanError, find

    try:
        return find(run.asked, watch)
    except PlanError as error:
        raise ScenarioError("", str(error)) from error


def keep_live(*, run: PlanRun, progress: Progress) -> None:
    """Keep the best plan so far, for the page that watches."""
    PlanRun.objects.filter(pk=run.pk).update(live=progress.as_dict())


def is_stopped(run: PlanRun) -> bool:
    """Whether somebody said it is good enough."""
    return PlanRun.objects.filter(pk=run.pk, stop_requested=True).exists()


@transaction.atomic
def keep_result(*, run: PlanRun, found: Found, actor: Actor, now: dt.datetime) -> PlanRun:
    """Keep what a computation found: its communes, what it does for each one, its proof."""
    run = PlanRun.objects.select_for_update().select_related("scenario").get(pk=run.pk)
    for name in ("value", "bound", "bound_kind", "checked_bound", "gap", "proved", "spent", "trace"):
        setattr(run, name, getattr(found, name))
    run.data, run.engine_version = found.data, found.engine_version
    run.figures, run.equity = found.solved.figures, found.solved.equity
    run.ended_at, run.live = now, {}
    run.save()
    _write_picks(run, found.solved.picks)
    _write_outcomes(run, found.solved.outcomes)
    _forget_former(run)
    documents.add(
        kind=CERTIFICATE,
        file=io.BytesIO(found.solved.certificate),
        name=f"certificat-{run.pk}.json",
        target=run,
        actor=actor,
        now=now,
    )
    data = {"sites": len(found.solved.picks)}
    journal.record(actor=actor, verb="siting.run_ended", target=run.scenario, now=now, data=data)
    return run


def _write_picks(run: PlanRun, picks: list[tuple[str, int, float, float, bool]]) -> None:
    asked = run.asked
    Pick.objects.bulk_create(
        [
            Pick(
                run=run,
                commune_id=code,
                rank=rank,
                semester=semester_of(rank, asked.per_semester, asked.first_semester),
                people=people,
                gain=gain,
                is_imposed=is_imposed,
            )
            for code, rank, people, gain, is_imposed in picks
        ],
        batch_size=_TOGETHER,
    )


def _write_outcomes(run: PlanRun, rows: list[Any]) -> None:
    CommuneOutcome.objects.bulk_create(
        [
            CommuneOutcome(
                run=run, commune_id=code, outcome=outcome, before=before, after=after, site_id=site
            )
            for code, outcome, before, after, site in rows
        ],
        batch_size=_TOGETHER,
    )


def _forget_former(run: PlanRun) -> None:
    """Effects on communes are kept for the last computation of a scenario, and for what was published."""
    former = PlanRun.objects.filter(scenario=run.scenario_id, published_at__isnull=True).exclude(pk=run.pk)
    CommuneOutcome.objects.filter(run__in=former).delete()
