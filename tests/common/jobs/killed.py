"""What the killed workers do: tasks whose every effect can be counted, and a real worker that does them.

`python -m tests.common.jobs.killed NAME` is a worker as `millecafes work` makes one, with a short lease and
short waits, so that a test sees in seconds what takes minutes.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time
from pathlib import Path

from django.db import connection

from millecafes.common import jobs
from millecafes.common.jobs import registry

LEASE = dt.timedelta(seconds=2)
EFFECTS = "tests_killed_effect"
STEPS = 3
# Nothing here may end failed: each death counts as an attempt.
MANY = 30_000


def create_table() -> None:
    """A table that refuses nothing: what is written twice is there twice."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {EFFECTS} (job varchar(40), step integer)")


def drop_table() -> None:
    """Take it away."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {EFFECTS}")


def effects() -> list[tuple[str, int]]:
    """Everything that was committed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT job, step FROM {EFFECTS}")
        return list(cursor.fetchall())


def _write(run: jobs.Run, step: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {EFFECTS} VALUES (%s, %s)", [run.job.uuid.hex, step])


def _pause() -> None:
    time.sleep(random.uniform(0, 0.1))


def one_transaction(run: jobs.Run) -> None:
    """All its steps are one transaction."""
    for step in range(STEPS):
        _write(run, step)
        _pause()


def by_steps(run: jobs.Run) -> None:
    """Each step is a transaction; a later attempt goes on from the last."""
    for step in range(run.state.get("step", 0), STEPS):
        _pause()
        with run.effects(state={"step": step + 1}):
            _write(run, step)
        run.progress(step + 1, STEPS)


def asks_for_more(run: jobs.Run) -> None:
    """Its effect is another job."""
    _pause()
    jobs.enqueue("tests.one_transaction", actor=run.actor, now=run.now)
    for step in range(STEPS):
        _write(run, step)
    _pause()


def outside(run: jobs.Run, *, file: str) -> None:
    """Something that no transaction undoes: at least once, with the same identifier each time."""
    _pause()
    with Path(file).open("a") as stream:
        stream.write(run.job.uuid.hex + "\n")
    _pause()
    with run.effects(final=True):
        for step in range(STEPS):
            _write(run, step)


def poison(run: jobs.Run) -> None:
    """Writes, then takes its process down with it, as a fault in native code or a memory limit does."""
    _write(run, 0)
    os._exit(139)


TASKS = (one_transaction, by_steps, asks_for_more, outside)
POISON_ATTEMPTS = 3


def declare() -> None:
    """Declare the tasks."""
    registry.task("tests.poison", title="Poison", attempts=POISON_ATTEMPTS)(poison)
    for function in TASKS:
        atomic = function in {one_transaction, asks_for_more}
        registry.task(f"tests.{function.__name__}", title="Essai", attempts=MANY, atomic=atomic)(function)


def forget() -> None:
    """Take them back."""
    registry.forget("tests.poison")
    for function in TASKS:
        registry.forget(f"tests.{function.__name__}")


def main() -> None:
    """Be a worker."""
    import django

    django.setup()
    from millecafes.common.jobs import leasing, working

    declare()
    leasing.FIRST_WAIT, leasing.LONGEST_WAIT = 0.05, 0.3
    working.ROUND = 0.5
    working.Worker(sys.argv[1], lease=LEASE, poll=0.05, parent=int(sys.argv[2])).work()


if __name__ == "__main__":
    main()
