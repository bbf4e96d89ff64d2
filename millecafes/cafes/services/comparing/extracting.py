"""The file of a comparison: received, kept with its job, read once, forgotten."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import IO

from django.db import transaction

from millecafes.cafes.services.comparing.reading import Extract, ExtractError, read_extract
from millecafes.cafes.services.comparing.storing import Counts
from millecafes.common import documents, jobs
from millecafes.common.actors import Actor
from millecafes.common.documents import services as keeping
from millecafes.common.documents import storing
from millecafes.common.documents.filetypes import JSON, PBF
from millecafes.common.documents.kinds import Kind
from millecafes.common.formats import thousands
from millecafes.common.jobs.models import Job

# A département of Geofabrik is some tens of megabytes.
KIND = Kind(
    *("cafes.osm_extract", "Extrait d’OpenStreetMap", (PBF, JSON), 150_000_000),
    view="common.view_job",
    edit="common.view_jobs",
    personal=True,
)
_KEPT = dt.timedelta(days=2)
TASK = "cafes.compare_osm"


def ask_comparison(*, file: IO[bytes], name: str, actor: Actor, now: dt.datetime) -> Job:
    """Keep an extract and ask for its comparison, or neither.

    Raises
    ------
    DocumentError
        When the file is too large, or neither a `.osm.pbf` nor JSON.
    """
    with transaction.atomic():
        job = jobs.enqueue(TASK, actor=actor, now=now)
        documents.add(
            kind=KIND.name,
            file=file,
            name=name,
            target=job,
            actor=actor,
            now=now,
            expires_at=now + _KEPT,
        )
    return job


def read_kept(job: Job, folder: Path) -> Extract:
    """The places of the extract kept with a job, read from a file of its own in `folder`.

    Raises
    ------
    JobError
        When it cannot be compared, in the user's words; trying again would change nothing.
    """
    known = documents.of(job, KIND.name)
    if not known:
        raise jobs.JobError(
            "Le fichier de cette comparaison a été effacé : envoyez-le de nouveau.", retry=False
        )
    version = known[0].current
    is_json = version.content_type != PBF
    path = folder / ("extrait.json" if is_json else "extrait.osm.pbf")
    with storing.open_key(version.key) as source, path.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    try:
        return read_extract(path, is_json=is_json)
    except ExtractError as error:
        raise jobs.JobError(str(error), retry=False) from error


def forget(job: Job) -> None:
    """The file has been read: nothing of it is kept."""
    keeping.forget(documents.of(job, KIND.name))


def told(counts: Counts) -> str:
    """What a comparison found, in words."""
    return (
        f"{thousands(counts.read)} lieux lus. Mêmes lieux : {thousands(counts.same)} ; "
        f"seulement dans OpenStreetMap : {thousands(counts.only_there)} ; "
        f"seulement chez nous : {thousands(counts.only_here)}. À examiner : {thousands(counts.waiting)}."
    )
