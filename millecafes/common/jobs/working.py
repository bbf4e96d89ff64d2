"""One worker: takes jobs one after the other, looks around from time to time, ends in order when asked."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from millecafes.common.jobs import leasing, registry, scheduling
from millecafes.common.jobs.errors import Stopped
from millecafes.common.jobs.running import Clock, Run, execute
from millecafes.common.jobs.watching import Watch

logger = logging.getLogger("millecafes.jobs")
T = TypeVar("T")

# Seconds: between two looks at an empty queue; between two looks around; given to a task to end when the
# process must; and to a database that does not answer.
POLL, ROUND, GRACE, REST = 0.5, 10.0, 8, 2.0


def new_name() -> str:
    """A name that no other process has, readable by the team."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


class Worker:
    """Works until asked to stop. Two workers of one name must not live at once: the second takes the job
    of the first for that of a dead process."""

    def __init__(
        self,
        name: str = "",
        *,
        clock: Clock = timezone.now,
        lease: dt.timedelta = leasing.LEASE,
        poll: float = POLL,
        parent: int = 0,
    ) -> None:
        self.name = name or new_name()
        self.clock, self.lease, self.poll = clock, lease, poll
        self.watch = Watch(self.name, clock=clock, lease=lease, parent=parent)
        self._stop = False
        self._busy = False
        self._looked = float("-inf")

    def work(self, *, once: bool = False) -> int:
        """Do what is due, and wait for more (with `once`: end when nothing is due); the attempts."""
        count = 0
        self._hear_signals()
        registry.tasks()  # all the code there is, before the first job needs it
        self.watch.start()
        try:
            self._survive(self._take_back_my_own)
            while not self._is_over():
                if self._survive(self._step):
                    count += 1
                elif once:
                    break
                else:
                    time.sleep(self.poll)
        except Stopped:
            logger.info("processus %s : arrêté pendant une tâche, rendue à la file", self.name)
        finally:
            signal.alarm(0)
            self.watch.stop()
            self.watch.join(5)
        return count

    def _is_over(self) -> bool:
        # Without its supervisor, nobody would ever end it, and the next one starts others.
        return self._stop or self.watch.parent_is_gone

    def _hear_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: Any) -> None:
        # The first time, the task under way may end; then, or when it takes too long, it stops where it is.
        insists = self._stop or number == signal.SIGALRM
        self._stop = True
        if insists and self._busy:
            self._busy = False
            raise Stopped
        signal.alarm(GRACE)

    def _survive(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except (DatabaseError, InterfaceError):
            logger.exception("processus %s : la base ne répond pas", self.name)
            connection.close()
            time.sleep(min(REST, 4 * self.poll))
            return None

    def _take_back_my_own(self) -> None:
        leasing.reap_worker(self.name, now=self.clock())

    def _step(self) -> bool:
        if time.monotonic() - self._looked >= ROUND:
            self._looked = time.monotonic()
            self.look_around()
        if not leasing.something_is_due(self.clock()):
            close_old_connections()
            return False
        job = leasing.claim(worker=self.name, now=self.clock(), lease=self.lease)
        if job is None:
            return False
        self._attempt(Run(job, clock=self.clock, lease=self.lease))
        return True

    def look_around(self) -> None:
        """Take back the jobs of the dead, mend what a wrong clock did, start what has its hour."""
        now = self.clock()
        leasing.reap(now=now, lease=self.lease)
        leasing.mend_clock(now, self.lease)
        scheduling.start_due(now)

    def _attempt(self, run: Run) -> None:
        self.watch.run_now, self._busy = run, True
        try:
            execute(run)
        except Stopped:
            # What it was writing is undone by the end of its connection.
            connection.close()
            leasing.give_back(run.job, self.clock())
            raise
        finally:
            self.watch.run_now, self._busy = None, False
