"""What jobs hold of people, and when they are erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from millecafes.common.jobs.queue import plain_title
from millecafes.common.privacy import Purge, declare, declare_impersonal, register_purge

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from millecafes.common.jobs.models import Job

DONE_DAYS = 30
# Failures are looked into, sometimes late; but what was encrypted does not wait so long.
FAILED_DAYS = 180


def needed_arguments(job: Job) -> dict[str, Any]:
    """What a job that has not ended still needs to reach its end."""
    return {} if job.is_ended else job.arguments


def needed_seal(job: Job) -> str:
    """The same, encrypted."""
    return "" if job.is_ended else job.sealed


declare(
    "common.job",
    purpose="Faire en arrière-plan ce qui a été demandé, et dire où cela en est",
    basis="intérêt légitime",
    retention=FAILED_DAYS,
    purge="common.jobs",
    subject="actor",
    recipients="qui a demandé la tâche, et l’équipe nationale",
    personal={
        "actor": "numéro de la personne",
        "hat": "casquette portée",
        "title": "titre",
        "created_at": "demandée le",
        "arguments": "ce qui a été demandé",
        "sealed": "ce qui a été demandé, chiffré",
        "result_text": "résultat",
        "is_blanked": "effacée avec la personne",
    },
    secret=("arguments", "sealed", "is_blanked"),
    not_personal=(
        *("uuid", "name", "key", "is_secret", "state", "attempts", "deaths", "run_at", "token"),
        *("lease_until", "heartbeat_at", "worker", "checkpoint", "progress_done", "progress_total"),
        *("progress_words", "cancel_requested", "result_url", "failure", "failure_detail", "actor_role"),
        *("command", "target_type", "target_id", "touched_at", "started_at", "ended_at"),
    ),
    erase="blank",
    blanks={
        # Kept: a number without a name, and when.
        "actor": lambda job: job.actor,
        "created_at": lambda job: job.created_at,
        "title": plain_title,
        # A job asked for goes to its end, and is purged after it.
        "arguments": needed_arguments,
        "sealed": needed_seal,
        "is_blanked": True,
    },
    reason="une tâche qui attend quand le compte est effacé va à son terme, avec ce qu’il lui faut",
)
declare_impersonal("common.jobschedule", "name", "last_slot", reason="horaires du site")


def past(now: dt.datetime) -> QuerySet[Job]:
    """The jobs past their time."""
    from django.db.models import Q

    from millecafes.common.jobs.models import ENDED, Job, JobState

    short, long = now - dt.timedelta(days=DONE_DAYS), now - dt.timedelta(days=FAILED_DAYS)
    stopped = Q(state__in=(JobState.FAILED, JobState.CANCELLED))
    return Job.objects.filter(
        Q(state=JobState.DONE, ended_at__lt=short)
        | stopped & Q(ended_at__lt=long)
        | stopped & Q(is_secret=True, ended_at__lt=short)
        # Of somebody who was erased, nothing is left to show nor to try again.
        | Q(is_blanked=True, state__in=ENDED)
    )


def purge_is_due(now: dt.datetime) -> bool:
    """Whether a job is past its time."""
    return past(now).exists()


def purge_jobs(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the jobs past their time."""
    return {"tâches de fond terminées": past(now).delete()[0]}


register_purge("common.jobs", Purge("Tâches de fond", purge_is_due, purge_jobs))
