"""Who asked for a job is told when it ends: in failure always, otherwise as its task says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from millecafes.common.notifications import Topic, notify

if TYPE_CHECKING:
    from millecafes.common.jobs.models import Job

FAILED = Topic(
    "common.job_failed",
    "Tâches de fond en échec",
    "vous avez demandé cette tâche",
    spacing=dt.timedelta(hours=1),
)


def tell_failure(job: Job, now: dt.datetime) -> None:
    """Tell who asked that it has failed, in the transaction that ends the job."""
    text = f"La tâche « {job.title} » que vous avez demandée n’a pas abouti."
    tell_asker(job, topic=FAILED, text=text, now=now)


def tell_asker(job: Job, *, topic: Topic, text: str, now: dt.datetime, url: str = "") -> None:
    """Tell who asked for a job, if that is a person; without `url`, the link leads to the job's page."""
    if job.actor_id is None or job.is_blanked:
        return
    asker = get_user_model()._default_manager.filter(pk=job.actor_id, is_active=True).first()
    if asker is not None:
        url = url or job.get_absolute_url()
        notify(topic=topic.name, to=asker, target=job, text=text, url=url, now=now)
