"""Reads of jobs: those of a filter, and how the queue is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Min, QuerySet

from millecafes.common import formats, health
from millecafes.common.jobs import registry
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.journal.registry import names_of

# A job due that nobody takes for so long: no worker works, or there are too few.
LATE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Asked:
    """What is looked for; an empty state is any."""

    state: str = JobState.FAILED
    name: str = ""


@dataclass(frozen=True)
class Row:
    """A job, and who asked for it in words."""

    job: Job
    who: str


@dataclass(frozen=True)
class Queue:
    """How the queue is at a moment."""

    counts: dict[str, int]
    late: dt.timedelta | None  # how long the job that waits most has been due


def every_job() -> QuerySet[Job]:
    """All of them, for whoever may open one."""
    return Job.objects.all()


def jobs(asked: Asked) -> QuerySet[Job]:
    """The jobs of a filter; the latest first, and those that wait in the order in which they will go."""
    found = Job.objects.defer("arguments", "sealed", "checkpoint", "failure_detail")
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.name:
        found = found.filter(name=asked.name)
    if asked.state == JobState.WAITING:
        return found.order_by("run_at", "pk")
    if asked.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        return found.order_by(F("ended_at").desc(nulls_last=True), "-pk")
    return found.order_by("-created_at", "-pk")


def rows(found: list[Job]) -> list[Row]:
    """The same, in words: one query for people."""
    names = names_of(job.actor_id for job in found)
    return [Row(job, _who(job, names.get(job.actor_id or 0, ""))) for job in found]


def _who(job: Job, name: str) -> str:
    if job.actor_id:
        return name or "une personne effacée"
    return f"le site ({job.command})" if job.command else "le site"


def queue_at(now: dt.datetime) -> Queue:
    """Counts by state, and how late the queue is: two queries."""
    counted = Job.objects.order_by().values_list("state").annotate(count=Count("pk"))
    return Queue(dict.fromkeys(JobState.values, 0) | dict(counted), late_by(now))


def late_by(now: dt.datetime) -> dt.timedelta | None:
    """For how long the job that waits most has been due; none when none is due."""
    due = Job.objects.filter(state=JobState.WAITING, run_at__lte=now)
    oldest: dt.datetime | None = due.aggregate(oldest=Min("run_at"))["oldest"]
    return now - oldest if oldest else None


def titles() -> list[tuple[str, str]]:
    """Every task that the queue knows, even those whose code is gone: name and title."""
    stored = Job.objects.order_by().values_list("name", flat=True).distinct()
    found = {name: f"{name} (code retiré)" for name in stored}
    found |= {task.name: task.title for task in registry.tasks().values()}
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))


def well(now: dt.datetime) -> str:
    """How the queue is, for `/sante/`.

    Raises
    ------
    UnwellError
        When a job has waited too long.
    """
    late = late_by(now)
    if late and late > LATE:
        minutes = round(late.total_seconds() / 60)
        raise health.UnwellError(
            f"une tâche attend depuis {formats.thousands(minutes)} minutes : trop peu de processus, ou aucun"
        )
    return "rien n’attend" if late is None else "des tâches attendent leur tour"
