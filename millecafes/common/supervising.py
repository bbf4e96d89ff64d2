"""Processes that another keeps alive, and ends in order."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Iterable, Sequence

logger = logging.getLogger("millecafes.serve")

PATIENCE = 30.0  # seconds given to a process to end
FIRST_REST, LONGEST_REST = 0.5, 30.0  # seconds before a process that died is started again
STEADY = 60.0  # one that lived so long starts again at once


class KeptAlive:
    """A process started again whenever it ends; at once, then after longer and longer rests."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.process: subprocess.Popen[bytes] | None = None
        self.rest = 0.0
        self._began = self._not_before = float("-inf")

    def look(self) -> None:
        """Start it, if it does not run and has rested enough."""
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            self._say_that_it_ended(self.process.returncode, now)
            self.process = None
        if now >= self._not_before:
            self._began = now
            # A session of its own: Ctrl-C reaches the supervisor only, which ends the others in order.
            self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603 - our command

    def _say_that_it_ended(self, code: int, now: float) -> None:
        lived = now - self._began
        self.rest = 0.0 if lived >= STEADY else min(LONGEST_REST, max(FIRST_REST, 2 * self.rest))
        self._not_before = now + self.rest
        name = " ".join(self.command[2:])
        logger.warning(
            "%s : arrêté (code %s) après %.0f s, relancé dans %.1f s", name, code, lived, self.rest
        )


def end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, wait, and insist if it does not."""
    asked = list(processes)
    for process in asked:
        process.terminate()
    for process in asked:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
