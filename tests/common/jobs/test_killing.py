"""Workers killed at random: nothing lost, nothing twice. 20 times here, 500 with `make soak` (KILLS).

And killed by what they do: a poisoned job ends failed, and those behind it are done.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from millecafes.common import jobs, supervising
from millecafes.common.actors import command
from millecafes.common.jobs.models import ENDED, Job, JobState
from tests.common.jobs import killed
from tests.concurrency import a_database_for_several, elsewhere

pytestmark = [pytest.mark.database]
KILLS = int(os.environ.get("KILLS", "20"))
WORKERS = 3
ROOT = Path(__file__).resolve().parents[3]
# The blows: dead at once; frozen for longer than the lease, then alive again; asked to end.
BLOWS = (signal.SIGKILL,) * 4 + (signal.SIGSTOP,) * 2 + (signal.SIGTERM,)


def address() -> str:
    """The database of this test, as DATABASE_URL."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    user, host = values["USER"], values["HOST"] or "127.0.0.1"
    return f"postgresql://{user}:{values['PASSWORD']}@{host}:{values['PORT'] or 5432}/{values['NAME']}"


@contextmanager
def kept_alive(folder: Path) -> Iterator[list[supervising.KeptAlive]]:
    """Workers, under the supervisor that `serve` uses."""
    environment = {
        "DATABASE_URL": address(),
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.test",
        "PYTHONPATH": str(ROOT),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(supervising, "LONGEST_REST", 0.1)
        patch.setattr(supervising, "FIRST_REST", 0.05)
        program = [sys.executable, "-m", "tests.common.jobs.killed"]
        workers = [
            supervising.KeptAlive([*program, f"essai-{number}", str(os.getpid())])
            for number in range(WORKERS)
        ]
        try:
            yield workers
        finally:
            processes = [worker.process for worker in workers if worker.process]
            for process in processes:
                process.send_signal(signal.SIGCONT)
            supervising.end(processes)


def ask(count: int, file: Path) -> None:
    """More work, of every kind."""
    now = timezone.now()
    with transaction.atomic():
        for _ in range(count):
            function = random.choice(killed.TASKS)
            arguments = {"file": str(file)} if function is killed.outside else {}
            jobs.enqueue(f"tests.{function.__name__}", arguments=arguments, actor=command("tests"), now=now)


def busy() -> dict[str, int]:
    """The workers that hold a job."""
    running = Job.objects.filter(state=JobState.RUNNING)
    return dict.fromkeys(running.values_list("worker", flat=True), 1)


class Scene:
    """One run: workers, work, and blows."""

    def __init__(self, workers: list[supervising.KeptAlive], file: Path) -> None:
        self.workers, self.file = workers, file
        self.blows: Counter[str] = Counter()
        self.frozen: dict[int, float] = {}

    def look(self) -> None:
        """What the supervisor does; and frozen processes wake after one and a half leases."""
        for worker in self.workers:
            worker.look()
        for number, wake_at in list(self.frozen.items()):
            if time.monotonic() > wake_at:
                os.kill(number, signal.SIGCONT)
                del self.frozen[number]
        time.sleep(0.02)

    def strike(self) -> None:
        """Hit one worker that is in the middle of a job."""
        found = [
            worker
            for worker in self.workers
            if worker.command[-2] in busy() and worker.process and worker.process.poll() is None
        ]
        process = random.choice(found).process if found else None
        if process is None or process.pid in self.frozen:
            return
        time.sleep(random.uniform(0, 0.03))
        blow = random.choice(BLOWS)
        process.send_signal(blow)
        self.blows[blow.name] += 1
        if blow == signal.SIGSTOP:
            self.frozen[process.pid] = time.monotonic() + 1.5 * killed.LEASE.total_seconds()

    def play(self) -> None:
        """Blows until there were enough, work all along; then peace until all is done."""
        while self.blows["SIGKILL"] < KILLS:
            if Job.objects.filter(state=JobState.WAITING).count() < 2 * WORKERS:
                ask(4 * WORKERS, self.file)
            self.look()
            self.strike()
        deadline = time.monotonic() + 120
        while (self.frozen or Job.objects.exclude(state__in=ENDED).exists()) and time.monotonic() < deadline:
            self.look()


@pytest.mark.django_db(transaction=True)
def test_workers_killed_at_random_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    file = tmp_path / "outside"
    file.touch()

    def act() -> tuple[Counter[str], list[dict[str, Any]], list[tuple[str, int]]]:
        killed.create_table()
        try:
            with kept_alive(tmp_path) as workers:
                scene = Scene(workers, file)
                scene.play()
            return scene.blows, list(Job.objects.order_by("pk").values()), killed.effects()
        finally:
            killed.drop_table()

    killed.declare()
    try:
        with a_database_for_several(tmp_path):
            blows, rows, effects = elsewhere(act, patience=60 + 4 * KILLS)
    finally:
        killed.forget()
    assert blows["SIGKILL"] == KILLS
    mine = [row for row in rows if row["name"].startswith("tests.")]
    # Nothing lost…
    assert {row["state"] for row in mine} == {JobState.DONE}, Counter(row["state"] for row in mine)
    # … and nothing twice.
    expected = {(row["uuid"].hex, step) for row in mine for step in range(killed.STEPS)}
    assert Counter(effects) == Counter(expected)
    names = Counter(row["name"] for row in mine)
    asked = sum(count for name, count in names.items() if name != "tests.one_transaction")
    assert names["tests.one_transaction"] + asked == len(mine)
    # What no transaction undoes: at least once each, always under the same identifier.
    said = Counter(file.read_text().split())
    assert set(said) == {row["uuid"].hex for row in mine if row["name"] == "tests.outside"}
    # The blows did land on work: attempts were begun again.
    assert sum(row["attempts"] for row in mine) > len(mine)
    assert dt.timedelta(0) <= max(row["ended_at"] - row["created_at"] for row in mine)


@pytest.mark.django_db(transaction=True)
def test_a_poisoned_job_kills_a_few_processes_and_stops_nobody_else(tmp_path: Path) -> None:
    def act() -> tuple[list[dict[str, Any]], list[tuple[str, int]]]:
        killed.create_table()
        try:
            for name in ("poison", "one_transaction", "one_transaction"):
                jobs.enqueue(f"tests.{name}", actor=command("tests"), now=timezone.now())
            with kept_alive(tmp_path) as workers:
                deadline = time.monotonic() + 120
                while Job.objects.exclude(state__in=ENDED).exists() and time.monotonic() < deadline:
                    workers[0].look()  # alone: it is its own successor
                    time.sleep(0.02)
            return list(
                Job.objects.filter(name__startswith="tests.").order_by("pk").values()
            ), killed.effects()
        finally:
            killed.drop_table()

    killed.declare()
    try:
        with a_database_for_several(tmp_path):
            (poison, *others), effects = elsewhere(act, patience=180)
    finally:
        killed.forget()
    assert (poison["state"], poison["deaths"]) == (JobState.FAILED, killed.POISON_ATTEMPTS)
    assert poison["failure"] == "Le processus qui faisait cette tâche est mort 3 fois avant de la finir."
    assert [row["state"] for row in others] == [JobState.DONE, JobState.DONE]
    # What the poison had begun to write is not there; the rest is, once.
    assert Counter(effects) == Counter(
        (row["uuid"].hex, step) for row in others for step in range(killed.STEPS)
    )
