"""The job that prepares a long export."""

from __future__ import annotations

import datetime as dt
import errno
import tempfile
from typing import IO

from django.utils import timezone

from millecafes.common import actors, documents, formats, jobs
from millecafes.common.documents.filetypes import size_words
from millecafes.common.documents.models import Document
from millecafes.common.exports.answering import write_to
from millecafes.common.exports.columns import Table
from millecafes.common.exports.kind import DAYS, KIND, TOPIC
from millecafes.common.exports.registry import Export, RefusedError, find
from millecafes.common.jobs.telling import tell_asker
from millecafes.common.permissions import can

LIMIT = dt.timedelta(minutes=30)


@jobs.task("common.export", title="Export d’une liste", attempts=3, limit=LIMIT, atomic=False)
def export(run: jobs.Run, *, name: str, extension: str, query: str) -> None:
    """Write a list as a file that who asked finds on the job's page."""
    found = _allowed(run, name)
    try:
        with tempfile.TemporaryFile() as file:
            table = _written(run, file, found, extension, query)
            _give(run, file, table, extension)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise jobs.JobError(
            "Le disque du site est plein : rien n’a été gardé. L’équipe doit faire de la place."
        ) from error


def _give(run: jobs.Run, file: IO[bytes], table: Table, extension: str) -> None:
    size = file.tell()
    file.seek(0)
    until = run.clock() + dt.timedelta(days=DAYS)
    with run.effects(final=True):
        document = _kept(run, file, f"{table.name}.{extension}", until)
        words = f"{formats.thousands(table.length)} lignes, {size_words(size)}"
        run.result(
            text=f"{words}. Le fichier reste là jusqu’au {formats.day(timezone.localdate(until))}.",
            url=document.get_absolute_url(),
        )
        tell_asker(run.job, topic=TOPIC, text=f"Votre fichier est prêt : {run.job.title}.", now=run.clock())


def _kept(run: jobs.Run, file: IO[bytes], name: str, until: dt.datetime) -> Document:
    try:
        return documents.add(
            kind=KIND.name,
            file=file,
            name=name,
            target=run.job,
            actor=run.actor,
            now=run.clock(),
            expires_at=until,
        )
    except documents.DocumentError as refusal:
        raise jobs.JobError(str(refusal)) from refusal


def _allowed(run: jobs.Run, name: str) -> Export:
    found = find(name)
    if found is None:
        raise jobs.JobError(f"Cette version du site n’a plus la liste « {name} ».", retry=False)
    # What one could see when asking may have ended since.
    if not actors.still_wears(run.actor, run.now) or (
        found.permission and not can(run.actor, found.permission)
    ):
        raise jobs.JobError("La casquette avec laquelle ce fichier a été demandé a pris fin.", retry=False)
    return found


def _written(run: jobs.Run, file: IO[bytes], found: Export, extension: str, query: str) -> Table:
    def watch(done: int, total: int) -> None:
        run.progress(done, total, "lignes écrites")

    try:
        return write_to(file, found, run.actor, query, extension, watch)
    except RefusedError as refusal:
        raise jobs.JobError(str(refusal), retry=False) from refusal
