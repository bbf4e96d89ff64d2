"""Jobs in this process, one after the other: for tests, and for `millecafes work --once`."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from millecafes.common.jobs.running import Run, execute

WORKER = "ici"


def run_pending(now: dt.datetime | None = None) -> int:
    """Run what is due at this moment (now, unless told), and what that asks for; says how many attempts."""
    from millecafes.common.jobs import leasing

    def clock() -> dt.datetime:
        return now or timezone.now()

    count = 0
    while job := leasing.claim(worker=WORKER, now=clock()):
        execute(Run(job, clock=clock))
        count += 1
    return count
