"""Jobs as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.jobs import queries
from millecafes.common.jobs.forms import JobFilter
from millecafes.common.jobs.models import Job
from millecafes.common.ods import Value

COLUMNS = (
    Column("tache", "Tâche"),
    Column("nom", "Nom technique"),
    Column("demandee", "Demandée le"),
    Column("par", "Par"),
    Column("etat", "État"),
    Column("essais", "Essais", kind="number"),
    Column("finie", "Finie le"),
    Column("raison", "Raison ou résultat"),
)


def jobs(actor: Actor, asked: QueryDict) -> Table:
    """The jobs of a filter."""
    form = exports.valid(JobFilter(asked))
    found = queries.jobs(form.asked)
    return Table("taches", "Tâches de fond", COLUMNS, exports.by_batches(found, _rows), count=found.count())


def _rows(found: list[Job]) -> Iterator[tuple[Value, ...]]:
    for row in queries.rows(found):
        job = row.job
        said = job.result_text if job.state == "done" else job.failure
        asked = (job.title, job.name, _moment(job.created_at), row.who)
        yield (*asked, job.get_state_display(), job.attempts, _moment(job.ended_at), said)


def _moment(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


JOBS = exports.Export("Tâches de fond", jobs, "common.view_jobs")
