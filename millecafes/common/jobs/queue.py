"""Asking for a job, taking it back, asking for it again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.jobs import registry

if TYPE_CHECKING:
    from django.db.models import Model

    from millecafes.common.jobs.models import Job

VERBS = {
    "common.job_cancelled": "a annulé la tâche « {title} »",
    "common.job_replayed": "a rejoué la tâche « {title} »",
}


def enqueue(
    name: str,
    *,
    arguments: Mapping[str, Any] | None = None,
    actor: Actor,
    now: dt.datetime,
    key: str = "",
    at: dt.datetime | None = None,
    title: str = "",
    target: Model | tuple[str, str] | None = None,
) -> Job:
    """Ask for a job: one row, in the caller's transaction; nothing runs if that rolls back.

    Parameters
    ----------
    key
        Idempotency: asked twice with the same key, it is the same job, returned as it is.
    at, target
        Not before this moment; what the job is about, for the page of the team.

    Raises KeyError (no such task), TypeError (arguments that it does not take, or that are not JSON).
    """
    from millecafes.common.jobs.models import Job

    task = registry.find(name)
    if task is None:
        raise KeyError(f"tâche inconnue : {name}")
    given = dict(arguments or {})
    task.verify(given)
    json.dumps(given)
    job = Job(name=name, title=(title or task.title)[:200], key=key, created_at=now, touched_at=now)
    job.run_at = at or now
    job.actor_id, job.actor_role = actor.user_id, actor.role_id
    job.hat, job.command = actor.hat, actor.command
    job.target_type, job.target_id = _address(target)
    _give(job, given, is_secret=task.secret)
    return _written(job)


def _written(job: Job) -> Job:
    from millecafes.common.jobs.models import Job

    if not job.key:
        job.save(force_insert=True)
        return job
    # One statement, which waits for whoever is writing the same key.
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.get(key=job.key)


def _give(job: Job, arguments: dict[str, Any], *, is_secret: bool) -> None:
    from millecafes.common.jobs.sealing import sealed

    job.is_secret = is_secret
    if is_secret:
        job.sealed = sealed(arguments)
    else:
        job.arguments = arguments


def _address(target: Model | tuple[str, str] | None) -> tuple[str, str]:
    if target is None:
        return "", ""
    return target if isinstance(target, tuple) else (target._meta.label_lower, str(target.pk))


def cancel(*, job: Job, actor: Actor, now: dt.datetime) -> bool:
    """Take a job back: at once when it waits, at its next step when it runs. False when it had ended."""
    from millecafes.common.jobs.models import Job, JobState

    with transaction.atomic():
        rows = Job.objects.filter(pk=job.pk)
        waiting = rows.filter(state=JobState.WAITING).update(
            state=JobState.CANCELLED, ended_at=now, touched_at=now, cancel_requested=True, sealed=""
        )
        if not waiting and not rows.filter(state=JobState.RUNNING, cancel_requested=False).update(
            cancel_requested=True
        ):
            return False
        journal.record(
            actor=actor,
            verb="common.job_cancelled",
            target=job.journal_target,
            now=now,
            data={"title": plain_title(job)},
        )
    return True


def why_not_replayed(job: Job) -> str:
    """Why a job cannot be tried again, in a sentence; empty when it can."""
    from millecafes.common.jobs.models import JobState

    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        return f"Cette tâche est {job.get_state_display()} : seule une tâche en échec ou annulée se rejoue."
    if job.is_blanked or (job.is_secret and not job.sealed):
        return "Ce qu’il fallait à cette tâche a été effacé : elle ne peut plus être rejouée."
    if registry.find(job.name) is None:
        return "Cette version du site ne sait plus faire cette tâche : son code a été retiré."
    return ""


@transaction.atomic
def replay(*, job: Job, actor: Actor, now: dt.datetime) -> str:
    """Try again a job that failed or was cancelled, from its last checkpoint; or says why not."""
    from millecafes.common.jobs.models import Job, JobState

    found = Job.objects.select_for_update().get(pk=job.pk)
    if reason := why_not_replayed(found):
        return reason
    found.state, found.attempts, found.deaths = JobState.WAITING, 0, 0
    found.run_at = found.touched_at = now
    found.ended_at, found.cancel_requested = None, False
    found.save()
    journal.record(
        actor=actor,
        verb="common.job_replayed",
        target=job.journal_target,
        now=now,
        data={"title": plain_title(job)},
    )
    return ""


def plain_title(job: Job) -> str:
    """The title of the task: one given by a room might name somebody."""
    task = registry.find(job.name)
    return task.title if task else job.name
