"""Load open data: fetch → map → apply, one transaction per source, logged in `ImportRun`.

Nothing is written without `apply`. A source that fails leaves its former figures in service.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.territory.catalogue import SOURCES, Source
from millecafes.territory.enums import RunState, Service
from millecafes.territory.importing import fetch
from millecafes.territory.importing.apply import FigureChange
from millecafes.territory.importing.apply_reference import ReferenceChange
from millecafes.territory.importing.codes import current_territory
from millecafes.territory.importing.convert import Converted, convert
from millecafes.territory.importing.errors import DownloadError, SourceError
from millecafes.territory.importing.readers import Mapped
from millecafes.territory.importing.reading import files_of, read_source
from millecafes.territory.models import Commune, Dataset, ImportRun

logger = logging.getLogger(__name__)

Tell = Callable[[ImportRun], None]
Clock = Callable[[], dt.datetime]

INTERRUPTED = "Chargement interrompu."
MAX_UNMATCHED = 500
_SECONDS_BETWEEN_MARKS = 1.0
_REFERENCES = {"cog_passage", "cog_mouvements", "centroides"}
# Sources that change minutes without changing places: terrain, and points of communes.
_MOVE_MINUTES = {"grilles", "centroides"}


class AlreadyLoadingError(Exception):
    """Another load is running on this machine."""


@dataclass(frozen=True)
class Outcome:
    """The runs of one load, and the services whose minutes must be computed again."""

    runs: tuple[ImportRun, ...]
    services: tuple[Service, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return any(run.state == RunState.APPLIED for run in self.runs)


def open_data_dir() -> Path:
    """Where the files in service are kept."""
    return Path(settings.SOURCES_DIR) / "open_data"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of loads; the system frees it when a process dies."""
    folder = open_data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyLoadingError("Un autre chargement de données ouvertes est en cours.") from None
        yield


def load_open_data(
    *,
    sources: Sequence[Source],
    actor: Actor,
    clock: Clock,
    folder: Path | None = None,
    apply: bool = False,
    tell: Tell | None = None,
) -> Outcome:
    """Load these sources, from `folder` or else from their official addresses; one run each.

    Raises AlreadyLoadingError when another load is running. Failures are told by the runs.
    """
    with one_at_a_time():
        # The lock is ours: a run still « en cours » belongs to a process that died.
        ImportRun.objects.filter(state=RunState.RUNNING, source__in=list(SOURCES)).update(
            state=RunState.FAILED, message=INTERRUPTED, finished_at=clock()
        )
        runs, services = [], set()
        for source in sources:
            run = ImportRun.objects.create(
                source=source.key, state=RunState.RUNNING, started_at=clock(), step="Préparation"
            )
            services |= set(_Load(run, source, folder, apply, actor, clock, tell or (lambda run: None)).go())
            runs.append(run)
    return Outcome(tuple(runs), tuple(service for service in Service if service in services))


class _Load:
    """One source, one run."""

    def __init__(
        self,
        run: ImportRun,
        source: Source,
        folder: Path | None,
        apply: bool,
        actor: Actor,
        clock: Clock,
        tell: Tell,
    ) -> None:
        self.run = run
        self.source = source
        self.folder = folder
        self.apply = apply
        self.actor = actor
        self.clock = clock
        self.tell = tell
        self.marked = 0.0

    def go(self) -> tuple[Service, ...]:
        """Run every step; returns the services whose minutes may have changed."""
        try:
            services = self._steps()
        except SourceError as error:
            self._end(RunState.REFUSED, str(error))
        except DownloadError as error:
            self._end(RunState.FAILED, str(error))
        except Exception as error:
            logger.exception("Loading %s failed", self.source.key)
            self._end(RunState.FAILED, f"Erreur inattendue ({type(error).__name__}) : {error}")
        else:
            return services
        return ()

    def _steps(self) -> tuple[Service, ...]:
        path, others = self._file()
        self._step("Lecture")
        mapped = read_source(path, self.source, this_year=self.clock().year)
        if others:
            mapped.notes.append("laissés de côté : " + ", ".join(other.name for other in others))
        self._step("Comparaison")
        change, converted = self._change(mapped)
        sha256 = fetch.sha256_of(path)
        current = Dataset.objects.filter(source=self.source.key, is_current=True).first()
        self.run.summary = {
            **change.summary(),
            "vintage": mapped.vintage,
            "file": path.name,
            "rows": mapped.rows,
            "notes": mapped.notes,
        }
        self.run.unmatched = converted.unmatched[:MAX_UNMATCHED]
        self.run.done = self.run.total = mapped.rows
        told = (sha256, mapped.vintage, mapped.years)
        same_file = current and (current.sha256, current.vintage, current.years) == told
        if current and same_file and change.difference.is_empty:
            self.run.dataset = current
            self._end(RunState.UNCHANGED)
            return ()
        if not self.apply:
            self._end(RunState.DRY)
            return ()
        self._step("Écriture")
        self._write(change, mapped, sha256, path)
        if self.source.key in _MOVE_MINUTES:
            return tuple(Service)
        return change.services

    def _file(self) -> tuple[Path, list[Path]]:
        """The file to read, and the others of the folder that could have served."""
        if not Commune.objects.exists():
            raise SourceError(
                "territoire", "aucune commune", "le territoire chargé (millecafes load_territory)"
            )
        if self.folder is None:
            return self._download(), []
        if not self.folder.is_dir():
            raise DownloadError(f"{self.folder} : dossier introuvable.")
        found = files_of(self.folder, self.source)
        if not found:
            names = ", ".join(name for rule in self.source.files for name in rule.match)
            raise DownloadError(f"{self.folder} : aucun fichier pour cette source ({names}).")
        return found[0], found[1:]

    def _download(self) -> Path:
        source = self.source
        if not source.address:
            raise DownloadError(f"Pas d’adresse de téléchargement : voir {source.page}, puis --from.")
        self._step("Téléchargement")
        month = self.clock().strftime("%Y-%m")
        name = source.save_as.format(month=month) or fetch.file_name(source.address)
        target = open_data_dir() / source.key / name
        get = fetch.download_pages if source.paged else fetch.download
        get(source.address, target, max_bytes=int(source.size_mb * 3 + 5) * 1_000_000, progress=self._mark)
        return target

    def _change(self, mapped: Mapped) -> tuple[FigureChange | ReferenceChange, Converted]:
        territory = current_territory()
        if self.source.key in _REFERENCES:
            change = ReferenceChange(self.source, mapped, territory)
            return change, Converted(unmatched=change.unmatched)
        rule = self.source.rule_for(mapped.file)
        if rule is None:  # the reader accepted a file that the catalogue does not describe
            raise LookupError(f"{self.source.key}: no rule for {mapped.file}")
        converted = convert(mapped, self.source, rule, territory)
        return FigureChange(self.source, mapped, converted), converted

    def _write(self, change: FigureChange | ReferenceChange, mapped: Mapped, sha256: str, path: Path) -> None:
        """Everything or nothing."""
        kept = open_data_dir() / self.source.key / path.name
        if path.resolve() != kept.resolve():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)
        with transaction.atomic():
            Dataset.objects.filter(source=self.source.key, is_current=True).update(is_current=False)
            dataset = Dataset.objects.create(
                source=self.source.key,
                vintage=mapped.vintage,
                geo_vintage=mapped.geo_vintage,
                years=mapped.years,
                loaded_at=self.clock(),
                sha256=sha256,
                filename=path.name,
                rows=mapped.rows,
                is_current=True,
            )
            change.write(dataset)
            self.run.dataset = dataset
            self._end(RunState.APPLIED)
            journal.record(
                actor=self.actor, verb="territory.dataset_loaded", target=dataset, now=self.clock()
            )
        for old in kept.parent.iterdir():
            if old.is_file() and old != kept:
                old.unlink()

    def _step(self, step: str) -> None:
        self.run.step = step
        self.run.save()
        self.tell(self.run)

    def _mark(self, done: int, total: int | None) -> None:
        """Progress of a download, saved about once a second."""
        self.run.done, self.run.total = done, total
        self.tell(self.run)
        if time.monotonic() - self.marked >= _SECONDS_BETWEEN_MARKS:
            self.marked = time.monotonic()
            self.run.save(update_fields=["done", "total"])

    def _end(self, state: RunState, message: str = "") -> None:
        self.run.state = state
        self.run.message = message.replace("\0", "")
        self.run.step = ""
        self.run.finished_at = self.clock()
        self.run.save()
        self.tell(self.run)
