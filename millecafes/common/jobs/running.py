"""One attempt at a job: what its function is given, and how its end is written.

Effects exactly once: whatever an attempt writes is committed in a transaction whose last statement changes
the job's row on condition that the token is still that of this attempt. Whoever lost the lease changes no
row, and the transaction is rolled back.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from millecafes.common.jobs import registry
from millecafes.common.jobs.errors import Cancelled, JobError, LeaseLost, Stopped
from millecafes.common.tracing import tracing

if TYPE_CHECKING:
    from millecafes.common.jobs.models import Job

logger = logging.getLogger("millecafes.jobs")
Clock = Callable[[], dt.datetime]
# A page asks every two seconds: more often would only write.
BETWEEN_WRITES = 0.5


class Run:
    """What a task is given: the moment, who asked, and how to say where it is."""

    def __init__(self, job: Job, *, clock: Clock = timezone.now, lease: dt.timedelta | None = None) -> None:
        from millecafes.common.jobs import leasing

        self.job = job
        self.clock = clock
        self.lease = lease or leasing.LEASE
        self.now = clock()
        self.actor = job.asked_by
        self.state: dict[str, Any] = dict(job.checkpoint)
        self.is_ended = False
        # What the thread that watches over the process sees and says (see `watching`).
        self.is_lost = False
        self.cancel_seen = False
        self.began = self.last_beat = time.monotonic()
        self.reported: dict[str, Any] = {}
        self._last_write = 0.0
        self._result: dict[str, str] = {}

    def progress(self, done: int, total: int | None = None, words: str = "") -> None:
        """Say how far the work is.

        Raises
        ------
        Cancelled
            When somebody asked for the job to stop.
        LeaseLost
            When another process took it over.
        """
        self.reported = {"progress_done": done, "progress_total": total, "progress_words": words[:200]}
        if self.is_lost:
            raise LeaseLost
        if self.cancel_seen:
            raise Cancelled
        # Inside a transaction nobody would see it; the watching thread writes it, where it can.
        if connection.in_atomic_block or time.monotonic() - self._last_write < BETWEEN_WRITES:
            return
        self.beat()
        if self.cancel_seen:
            raise Cancelled

    def beat(self) -> None:
        """Renew the lease, write the progress, read whether to stop.

        Raises
        ------
        LeaseLost
        """
        from millecafes.common.jobs import leasing

        self._last_write = self.last_beat = time.monotonic()
        if not leasing.beat(self.job, now=self.clock(), lease=self.lease, progress=self.reported):
            self.is_lost = True
            raise LeaseLost
        self.cancel_seen = bool(leasing.held(self.job).filter(cancel_requested=True).exists())

    def result(self, *, text: str = "", url: str = "") -> None:
        """What the page shows at the end."""
        self._result = {"result_text": text[:500], "result_url": url[:500]}

    @contextmanager
    def effects(self, *, state: Mapping[str, Any] | None = None, final: bool = False) -> Iterator[None]:
        """Write to the database: all of it once, or nothing.

        `state` is where to go on from, should the process die after this. With `final`, the end of the job
        is in the same transaction: nothing may follow.

        Raises
        ------
        Cancelled, LeaseLost
            Instead of committing.
        """
        with transaction.atomic():
            yield
            self._prove(state, final)
        if state is not None:
            self.state = dict(state)
        self.is_ended = final

    def _prove(self, state: Mapping[str, Any] | None, final: bool) -> None:
        from millecafes.common.jobs import leasing
        from millecafes.common.jobs.models import JobState

        values: dict[str, Any] = {**self.reported, **self._result}
        if state is not None:
            values["checkpoint"] = dict(state)
        now = self.clock()
        if final:
            values |= leasing.end_values(self.job, JobState.DONE, now)
        else:
            values |= {"lease_until": now + self.lease, "heartbeat_at": now}
            self.last_beat = time.monotonic()
        if leasing.held(self.job).filter(cancel_requested=False).update(**values):
            return
        raise Cancelled if leasing.held(self.job).exists() else LeaseLost


def execute(run: Run) -> None:
    """Make one attempt, and write how it ended. Raises only what the database says."""
    from millecafes.common.jobs import leasing

    job = run.job
    with tracing(job.uuid.hex):
        try:
            _call(run)
        except Cancelled:
            leasing.cancelled(job, run.clock())
        except LeaseLost:
            logger.warning("tâche %s : reprise par un autre processus, rien n’est écrit deux fois", job.name)
        except Stopped:
            raise
        except JobError as error:
            logger.warning("tâche %s : %s", job.name, error.words)
            write_failure(run, error, words=error.words, retry=error.retry)
        except (Exception, SystemExit) as error:
            logger.exception("tâche %s, essai %d", job.name, job.attempts)
            words = f"Une erreur imprévue s’est produite ({type(error).__name__})."
            write_failure(run, error, words=words)


def _call(run: Run) -> None:
    task = registry.find(run.job.name)
    if task is None:
        raise JobError(
            f"Cette version du site ne sait plus faire « {run.job.name} » : son code a été retiré. "
            "La tâche pourra être rejouée s’il revient.",
            retry=False,
        )
    arguments = run.job.values()
    if task.atomic:
        with run.effects(final=True):
            task.function(run, **arguments)
        return
    task.function(run, **arguments)
    if not run.is_ended:
        with run.effects(final=True):
            pass


def write_failure(run: Run, error: BaseException, *, words: str, retry: bool = True) -> None:
    """Keep why an attempt failed, for the team."""
    from millecafes.common.jobs import leasing

    leasing.fail(run.job, words=words, detail=detail_of(error), now=run.clock(), retry=retry)


def detail_of(error: BaseException) -> str:
    """Where it failed: classes, files and lines. Not the messages, which may hold arguments."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < 60:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)[-12:]
        lines += [f"  {frame.filename}:{frame.lineno} ({frame.name})" for frame in reversed(frames)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)
