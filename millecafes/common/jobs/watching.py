"""The thread that watches over a worker: keeps the lease, sees a cancellation, ends what lasts too long.

The thread of the task may be inside a computation that says nothing for minutes; this one says that it lives.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from millecafes.common.jobs import leasing, registry
from millecafes.common.jobs.errors import LeaseLost
from millecafes.common.jobs.running import Clock, Run

logger = logging.getLogger("millecafes.jobs")
# What the supervisor reads: this process ended itself, because a task would not end.
TOO_LONG = 75


class Watch(threading.Thread):
    """Looks at the run under way, a few times in each lease."""

    def __init__(
        self,
        worker: str,
        *,
        clock: Clock,
        lease: dt.timedelta,
        parent: int = 0,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        super().__init__(name="veille", daemon=True)
        self.worker, self.clock, self.leave = worker, clock, leave
        self.between = lease.total_seconds() / 4
        self.run_now: Run | None = None
        self.parent_is_gone = False
        self._parent = parent
        self._over = threading.Event()

    def run(self) -> None:
        """Look until told that it is over."""
        while not self._over.wait(min(1.0, self.between)):
            self.parent_is_gone = self._parent not in {0, os.getppid()}
            try:
                self.look()
            except (DatabaseError, InterfaceError):
                # The database is busy or restarting: the lease lasts several such looks.
                logger.warning("veille : la base ne répond pas, nouvel essai", exc_info=True)
                connection.close()
        connection.close()

    def stop(self) -> None:
        """No look after this one."""
        self._over.set()

    def look(self) -> None:
        """Renew the lease when it is time; end the process when the task lasts too long."""
        run = self.run_now
        if run is None or run.is_ended:
            return
        if time.monotonic() - run.began > limit_of(run).total_seconds():
            self._end_process(limit_of(run))
        elif time.monotonic() - run.last_beat >= self.between and not run.is_lost:
            try:
                run.beat()
            except LeaseLost:
                logger.warning("tâche %s : reprise par un autre processus", run.job.name)

    def _end_process(self, limit: dt.timedelta) -> None:
        # Python cannot stop a thread: the process ends, and its supervisor starts another.
        minutes = max(1, round(limit.total_seconds() / 60))
        plural = "s" if minutes > 1 else ""
        reason = (
            f"La tâche a duré plus de {minutes} minute{plural}, le plus qui lui est permis : "
            "elle a été arrêtée."
        )
        logger.error("processus %s : %s", self.worker, reason)
        try:
            leasing.reap_worker(self.worker, now=self.clock(), reason=reason)
        finally:
            self.leave(TOO_LONG)


def limit_of(run: Run) -> dt.timedelta:
    """How long this attempt may last."""
    task = registry.find(run.job.name)
    return task.limit if task else registry.LIMIT
