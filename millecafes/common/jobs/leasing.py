"""Claims, leases and their ends: every change of state that a worker makes, each in one statement."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from millecafes.common.jobs import registry, telling
from millecafes.common.jobs.models import Job, JobState

LEASE = dt.timedelta(seconds=60)
# Waits between two attempts: 2 s, 8 s, 32 s… one hour at most, more or less a quarter.
FIRST_WAIT, LONGEST_WAIT = 2.0, 3600.0
MORE_OR_LESS = 0.25


@cache
def _statements(vendor: str) -> tuple[str, str]:
    table = Job._meta.db_table
    due = f"FROM {table} WHERE state = 'waiting' AND run_at <= %s"
    # On SQLite a statement that writes is alone; on PostgreSQL, each takes a row that no other holds.
    lock = "FOR UPDATE SKIP LOCKED" if vendor == "postgresql" else ""
    claim = (
        f"UPDATE {table} SET state = 'running', attempts = attempts + 1, token = %s, worker = %s, "  # noqa: S608
        "lease_until = %s, heartbeat_at = %s, touched_at = %s, started_at = %s "
        f"WHERE id = (SELECT id {due} ORDER BY run_at, id LIMIT 1 {lock}) RETURNING *"
    )
    return f"SELECT 1 {due} LIMIT 1", claim


def _moment(value: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def something_is_due(now: dt.datetime) -> bool:
    """Whether a job may be claimed: only reads, so that idle workers disturb nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_statements(connection.vendor)[0], [_moment(now)])
        return cursor.fetchone() is not None


def claim(*, worker: str, now: dt.datetime, lease: dt.timedelta = LEASE) -> Job | None:
    """Take the job that has waited longest, for as long as the lease."""
    moment = _moment(now)
    parameters = [secrets.token_hex(16), worker, _moment(now + lease), moment, moment, moment, moment]
    found = list(Job.objects.raw(_statements(connection.vendor)[1], parameters))
    return found[0] if found else None


def held(job: Job) -> Any:
    """The row of a job, as long as this attempt holds it."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def end_values(job: Job, state: JobState, now: dt.datetime) -> dict[str, Any]:
    """What changes when an attempt ends."""
    values: dict[str, Any] = {"state": state, "token": "", "lease_until": None, "touched_at": now}
    if state != JobState.WAITING:
        values["ended_at"] = now
    # A failed job may be replayed: what it needs is kept until the job itself is erased.
    if job.is_secret and state in {JobState.DONE, JobState.CANCELLED}:
        values["sealed"] = ""
    return values


def wait_before(attempt: int) -> dt.timedelta:
    """How long to wait after this many attempts."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 4 ** min(attempt - 1, 10))
    return dt.timedelta(seconds=wait * random.uniform(1 - MORE_OR_LESS, 1 + MORE_OR_LESS))  # noqa: S311


def fail(
    job: Job, *, words: str, detail: str, now: dt.datetime, retry: bool = True, died: bool = False
) -> bool:
    """An attempt failed: another later, or the end. False when the lease was lost."""
    task = registry.find(job.name)
    allowed = task.attempts if task else registry.ATTEMPTS
    again = retry and job.attempts < allowed
    values = end_values(job, JobState.WAITING if again else JobState.FAILED, now)
    if again:
        values["run_at"] = now + wait_before(job.attempts)
    if died:
        values["deaths"] = job.deaths + 1
    with transaction.atomic():
        ended = bool(held(job).update(**values, failure=words[:500], failure_detail=detail))
        if ended and not again:
            telling.tell_failure(job, now)
    return ended


def give_back(job: Job, now: dt.datetime) -> bool:
    """The process ends in order: another takes the job at once, and the attempt does not count."""
    values = end_values(job, JobState.WAITING, now)
    return bool(held(job).update(**values, run_at=now, attempts=F("attempts") - 1))


def cancelled(job: Job, now: dt.datetime) -> bool:
    """The attempt stopped because somebody asked."""
    return bool(held(job).update(**end_values(job, JobState.CANCELLED, now)))


def beat(job: Job, *, now: dt.datetime, lease: dt.timedelta, progress: dict[str, Any]) -> bool:
    """Say that the attempt lives, and how far it is. False when the lease was lost."""
    return bool(held(job).update(lease_until=now + lease, heartbeat_at=now, **progress))


def reap(*, now: dt.datetime, lease: dt.timedelta = LEASE) -> int:
    """Take back the jobs of processes that give no sign any more; says how many.

    A lease that ends further than two leases ahead was given by a clock that was wrong: not believed.
    """
    past = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * lease)
    return sum(_bury(job, now, "") for job in Job.objects.filter(past, state=JobState.RUNNING).order_by("pk"))


def reap_worker(worker: str, *, now: dt.datetime, reason: str = "") -> int:
    """Take back at once the job of a process known to be dead."""
    found = Job.objects.filter(state=JobState.RUNNING, worker=worker).order_by("pk")
    return sum(_bury(job, now, reason) for job in found)


def _bury(job: Job, now: dt.datetime, reason: str) -> bool:
    if job.cancel_requested:
        return cancelled(job, now)
    times = job.deaths + 1
    counted = f"{times} fois" if times > 1 else "une fois"
    words = reason or f"Le processus qui faisait cette tâche est mort {counted} avant de la finir."
    return fail(job, words=words, detail=f"processus {job.worker}", now=now, died=True)


def mend_clock(now: dt.datetime, lease: dt.timedelta = LEASE) -> int:
    """Jobs put in the queue by a clock that was ahead must not wait until it was right."""
    margin = 2 * lease
    ahead = Job.objects.filter(state=JobState.WAITING, touched_at__gt=now + margin)
    # A date asked for is kept; the wait between two attempts is not.
    soon = ahead.filter(run_at__lte=F("touched_at") + dt.timedelta(seconds=LONGEST_WAIT * (1 + MORE_OR_LESS)))
    return soon.update(run_at=now, touched_at=now) if soon.exists() else 0
