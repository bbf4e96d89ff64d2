"""Throughput of two workers against its floor, on both databases: `python -m tests.bench.bench_jobs`.

The floor: two processes that issue the same statements, in the same number of transactions, through the ORM,
on rows that they know: no queue, no lease, no watch. Ours: two workers, as `millecafes work --once` runs
them. Both on as many jobs, each of which writes one row; from the moment at which both processes are ready.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPEATS, JOBS, PROCESSES = 3, 1500, 2
LIMIT = 0.5
ROOT = Path(__file__).resolve().parents[2]


def declare() -> None:
    """The task of the bench: one row written."""
    from millecafes.common import jobs
    from millecafes.common.jobs.models import JobSchedule

    @jobs.task("bench.write", title="Mesure")
    def write(run: jobs.Run) -> None:
        JobSchedule.objects.create(name=run.job.uuid.hex, last_slot=run.now)


def fill() -> list[int]:
    """An empty base but for the jobs to do; their numbers."""
    from django.utils import timezone

    from millecafes.common import jobs
    from millecafes.common.actors import command
    from millecafes.common.jobs.models import Job, JobSchedule

    Job.objects.all().delete()
    JobSchedule.objects.all().delete()
    now = timezone.now()
    for _ in range(JOBS):
        jobs.enqueue("bench.write", actor=command("bench"), now=now)
    return list(Job.objects.order_by("pk").values_list("pk", flat=True))


def work() -> None:
    """Ours: a worker, until nothing is left."""
    from millecafes.common.jobs.working import Worker

    Worker().work(once=True)


def floor(numbers: list[int]) -> None:
    """The floor: the statements of a worker, on rows known beforehand."""
    import datetime as dt

    from django.db import transaction
    from django.utils import timezone

    from millecafes.common.jobs.models import Job, JobSchedule, JobState

    lease = dt.timedelta(seconds=60)
    for number in numbers:
        now = timezone.now()
        rows = Job.objects.filter(pk=number)
        rows.filter(state=JobState.WAITING, run_at__lte=now).exists()
        rows.update(
            state=JobState.RUNNING, attempts=1, token="t", worker="w", lease_until=now + lease,
            heartbeat_at=now, touched_at=now, started_at=now,
        )  # fmt: skip
        job = rows.get()
        with transaction.atomic():
            JobSchedule.objects.create(name=job.uuid.hex, last_slot=now)
            Job.objects.filter(pk=number, token="t", state=JobState.RUNNING).update(
                state=JobState.DONE, token="", lease_until=None, touched_at=now, ended_at=now
            )


def child(kind: str, numbers: list[int]) -> None:
    """One of the two processes: says that it is ready, waits, works."""
    from django.db import connection

    declare()
    connection.ensure_connection()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if kind == "floor":
        floor(numbers)
    else:
        work()


def race(kind: str) -> float:
    """Seconds that two processes take for all the jobs."""
    from millecafes.common.jobs.models import Job, JobSchedule, JobState

    numbers = fill()
    children = []
    for part in range(PROCESSES):
        command = [sys.executable, "-m", "tests.bench.bench_jobs", kind, json.dumps(numbers[part::PROCESSES])]
        children.append(
            subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
    for process in children:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for process in children:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in children:
        process.communicate()
    taken = time.perf_counter() - start
    done = Job.objects.filter(name="bench.write", state=JobState.DONE).count()
    written = JobSchedule.objects.filter(name__regex="^.{32}$").count()
    assert (done, written) == (JOBS, JOBS)
    return taken


def measure() -> None:
    """Both kinds in turns, on the database of this process; one JSON line."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    declare()
    seconds: dict[str, list[float]] = {"floor": [], "ours": []}
    for _ in range(REPEATS):
        for kind, found in seconds.items():
            found.append(race(kind))
    medians = {kind: statistics.median(found) for kind, found in seconds.items()}
    ratio = medians["floor"] / medians["ours"]
    row = {
        "name": f"tâches de fond, {connection.vendor}",
        "ratio": round(ratio, 2),
        "limit": LIMIT,
        "ok": ratio >= LIMIT,
        "detail": f"2 processus, {JOBS} tâches : {JOBS / medians['ours']:.0f}/s, "
        f"les mêmes instructions sans file {JOBS / medians['floor']:.0f}/s",
    }
    sys.stdout.write(json.dumps(row))


@contextmanager
def databases(prefix: str) -> Iterator[list[dict[str, str]]]:
    """An environment for each database: a file, and a throw-away PostgreSQL base."""
    import psycopg

    from tools.run_tests import postgresql

    name = f"{prefix}_{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        found = [{"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3", "DATA_DIR": folder}]
        if server is None:
            yield found
            return
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
            try:
                yield [*found, {"DATABASE_URL": f"{server.rpartition('/')[0]}/{name}", "DATA_DIR": folder}]
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    """Each database in a process of its own."""
    rows: list[dict[str, Any]] = []
    with databases("bench_jobs") as environments:
        for environment in environments:
            command = [sys.executable, "-m", "tests.bench.bench_jobs", "measure"]
            found = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True
            )
            rows.append(json.loads(found.stdout))
    sys.stdout.write(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
        import django

        django.setup()
        if sys.argv[1] == "measure":
            measure()
        else:
            child(sys.argv[1], json.loads(sys.argv[2]))
