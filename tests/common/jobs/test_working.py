"""Workers and who watches over them: leases kept, tasks that last too long, signals, a parent gone."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from millecafes.common import jobs, supervising
from millecafes.common.actors import command
from millecafes.common.jobs import leasing, queue, watching, working
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.running import Run
from tests.common.jobs.conftest import Declare

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
LEASE = leasing.LEASE


@pytest.fixture
def left() -> list[int]:
    """How the process would have ended."""
    return []


@pytest.fixture
def watch(left: list[int]) -> watching.Watch:
    return watching.Watch("un", clock=lambda: NOW + LEASE / 2, lease=LEASE, leave=left.append)


def held(declare: Declare, watch: watching.Watch, **options: object) -> Run:
    """A run under way, watched."""
    declare("tests.long", lambda run: None, **options)
    jobs.enqueue("tests.long", actor=command("tests"), now=NOW)
    job = leasing.claim(worker="un", now=NOW)
    assert job
    watch.run_now = Run(job, clock=watch.clock)
    return watch.run_now


@pytest.mark.django_db
def test_the_lease_of_a_silent_task_is_kept(declare: Declare, watch: watching.Watch, left: list[int]) -> None:
    run = held(declare, watch)
    run.progress(3, 10, "calcul")
    watch.look()
    # Not at every look: it would only write.
    assert Job.objects.get().lease_until == NOW + LEASE
    run.last_beat -= LEASE.total_seconds() / 2
    watch.look()
    job = Job.objects.get()
    assert job.lease_until == NOW + LEASE * 1.5
    assert (job.progress_done, job.progress_total, job.progress_words) == (3, 10, "calcul")
    assert left == []


@pytest.mark.django_db
def test_a_cancellation_reaches_a_silent_task(declare: Declare, watch: watching.Watch) -> None:
    run = held(declare, watch)
    assert queue.cancel(job=run.job, actor=command("tests"), now=NOW)
    run.last_beat -= LEASE.total_seconds()
    watch.look()
    assert run.cancel_seen
    with pytest.raises(jobs.Cancelled):
        run.progress(1)


@pytest.mark.django_db
def test_a_lease_lost_is_seen_and_not_asked_again(declare: Declare, watch: watching.Watch) -> None:
    run = held(declare, watch)
    Job.objects.update(token="celui d’un autre")
    run.last_beat -= LEASE.total_seconds()
    watch.look()
    watch.look()
    assert run.is_lost
    with pytest.raises(jobs.LeaseLost):
        run.progress(1)


@pytest.mark.django_db
def test_a_task_that_lasts_too_long_ends_with_its_process(
    declare: Declare, watch: watching.Watch, left: list[int]
) -> None:
    run = held(declare, watch, limit=dt.timedelta(minutes=3), attempts=1)
    run.began -= 181
    watch.look()
    job = Job.objects.get()
    assert (left, job.state) == ([watching.TOO_LONG], JobState.FAILED)
    assert job.failure.startswith("La tâche a duré plus de 3 minutes")


@pytest.mark.django_db(transaction=True)  # a worker opens and closes its connection
def test_a_worker_does_what_is_due_then_says_so(declare: Declare, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    declare("tests.note", lambda run: seen.append(run.job.worker))
    for _ in range(2):
        jobs.enqueue("tests.note", actor=command("tests"), now=NOW)
    call_command("work", "--once", "--name", "celui-ci")
    assert seen == ["celui-ci"] * 2
    done = Job.objects.filter(state=JobState.DONE).count()
    assert capsys.readouterr().out == f"Tâches faites : {done}.\n"
    call_command("work", "--once")
    assert capsys.readouterr().out == "Aucune tâche à faire.\n"


@pytest.mark.django_db(transaction=True)  # a worker opens and closes its connection
def test_started_again_it_takes_back_the_job_of_its_last_life(declare: Declare) -> None:
    declare("tests.note", lambda run: None)
    jobs.enqueue("tests.note", actor=command("tests"), now=NOW)
    job = leasing.claim(worker="le-mien", now=dt.datetime.now(dt.UTC))
    assert job
    working.Worker("le-mien").work(once=True)
    job.refresh_from_db()
    # The lease was not past: only its own name says that it is dead.
    assert (job.state, job.deaths) == (JobState.WAITING, 1)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_must_end_gives_its_job_back(declare: Declare) -> None:
    def long(run: Run) -> None:
        os.kill(os.getpid(), signal.SIGTERM)  # it may end…
        os.kill(os.getpid(), signal.SIGTERM)  # … or not
        time.sleep(30)

    declare("tests.long", long, atomic=False)
    job = jobs.enqueue("tests.long", actor=command("tests"), now=NOW)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    try:
        assert working.Worker().work() == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.deaths) == (JobState.WAITING, 0, 0)


def test_what_ends_is_started_again_after_longer_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "FIRST_REST", 0.01)
    kept = supervising.KeptAlive([sys.executable, "-c", "raise SystemExit(3)"])
    rests = []
    for _ in range(4):
        while kept.process is None:
            kept.look()
        kept.process.wait()
        kept.look()  # it ended: it will start again, but not at once
        assert kept.process is None
        rests.append(kept.rest)
    assert rests == [0.01, 0.02, 0.04, 0.08]


def test_a_process_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "PATIENCE", 0.2)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        supervising.end([process])
    assert process.returncode == -signal.SIGKILL


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_worker_whose_server_was_killed_ends_too(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(root),
    }
    work = "[sys.executable, '-m', 'millecafes', 'work', '--name', 'enfant', '--parent', str(os.getpid())]"
    code = f"import os, subprocess, sys; print(subprocess.Popen({work}).pid, flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout
        child = Path("/proc") / parent.stdout.readline().strip()
        assert wait_for(lambda: b"work" in (child / "cmdline").read_bytes())
        parent.kill()

    def is_gone() -> bool:
        try:
            return (child / "stat").read_text().split()[2] == "Z"
        except OSError:
            return True

    assert wait_for(is_gone)
