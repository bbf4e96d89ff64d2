"""Attempts: effects once, retries, leases lost, clocks that jump, code that is gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from millecafes.common import jobs
from millecafes.common.actors import command
from millecafes.common.jobs import leasing, queue, registry
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.running import Run, execute
from tests.common.jobs.conftest import Declare

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
ACTOR = command("tests")
LEASE = leasing.LEASE


def mark(word: str) -> None:
    """An effect on the database that can be counted."""
    Job.objects.create(name=f"effect {word}", state=JobState.DONE, run_at=NOW, created_at=NOW, touched_at=NOW)


def effects() -> list[str]:
    found = Job.objects.filter(name__startswith="effect ").order_by("pk")
    return [name.removeprefix("effect ") for name in found.values_list("name", flat=True)]


def ask(name: str) -> Job:
    return jobs.enqueue(name, actor=ACTOR, now=NOW)


def taken(now: dt.datetime = NOW, worker: str = "un") -> Run:
    """The next job, as a worker holds it."""
    job = leasing.claim(worker=worker, now=now)
    assert job
    return Run(job, clock=lambda: now)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_failed_attempt_leaves_nothing_and_is_tried_again(declare: Declare) -> None:
    tries: list[int] = []

    def stumble(run: jobs.Run) -> None:
        mark("half")
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("Jeanne, jeanne@example.org")

    declare("tests.stumble", stumble)
    job = ask("tests.stumble")
    assert jobs.testing.run_pending(now=NOW) == 1
    job = fresh(job)
    assert (job.state, job.attempts, effects()) == (JobState.WAITING, 1, [])
    assert NOW < job.run_at <= NOW + dt.timedelta(seconds=3)
    # What an error says may hold arguments: only where it happened is kept.
    assert "ValueError" in job.failure
    assert "test_running.py" in job.failure_detail
    assert "jeanne" not in (job.failure + job.failure_detail).lower()
    assert jobs.testing.run_pending(now=job.run_at) == 1
    assert (fresh(job).state, effects()) == (JobState.DONE, ["half"])


def test_it_ends_failed_after_its_attempts_and_waits_longer_each_time(declare: Declare) -> None:
    def refuse(run: jobs.Run) -> None:
        raise jobs.JobError("Le fichier n’est pas arrivé.")

    declare("tests.refuse", refuse, attempts=4)
    job, now, waits = ask("tests.refuse"), NOW, []
    for _ in range(4):
        assert jobs.testing.run_pending(now=now) == 1
        job = fresh(job)
        waits.append((job.run_at - now).total_seconds())
        now = job.run_at
    assert (job.state, job.attempts) == (JobState.FAILED, 4)
    assert job.failure == "Le fichier n’est pas arrivé."
    assert 1.5 <= waits[0] <= 2.5 < 6 <= waits[1] <= 10 < 24 <= waits[2] <= 40
    assert jobs.testing.run_pending(now=NOW + dt.timedelta(days=9)) == 0


def test_what_trying_again_would_not_help_is_not_tried_again(declare: Declare) -> None:
    def refuse(run: jobs.Run) -> None:
        raise jobs.JobError("Cette commune n’existe pas.", retry=False)

    declare("tests.refuse", refuse)
    job = ask("tests.refuse")
    jobs.testing.run_pending(now=NOW)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.FAILED, 1)


def test_code_that_was_removed_is_said_and_replayed_when_it_is_back(declare: Declare) -> None:
    def back(run: jobs.Run) -> None:
        mark("back")

    declare("tests.gone", back)
    job = ask("tests.gone")
    registry.forget("tests.gone")
    jobs.testing.run_pending(now=NOW)
    assert fresh(job).state == JobState.FAILED
    assert "« tests.gone » : son code a été retiré" in fresh(job).failure
    assert "son code a été retiré" in queue.replay(job=job, actor=ACTOR, now=NOW)
    declare("tests.gone", back)
    assert queue.replay(job=job, actor=ACTOR, now=NOW) == ""
    jobs.testing.run_pending(now=NOW)
    assert (fresh(job).state, effects()) == (JobState.DONE, ["back"])


def test_whoever_lost_the_lease_writes_nothing(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    job = ask("tests.mark")
    slow = taken(NOW, "lent")
    later = NOW + LEASE * 1.5
    assert leasing.reap(now=later) == 1
    quick = taken(later + dt.timedelta(hours=1), "rapide")
    execute(slow)
    assert (effects(), fresh(job).state, fresh(job).worker) == ([], JobState.RUNNING, "rapide")
    execute(quick)
    assert (effects(), fresh(job).state) == (["one"], JobState.DONE)
    # And long after.
    execute(slow)
    assert effects() == ["one"]


def test_a_lease_that_is_renewed_is_not_taken(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    ask("tests.mark")
    run = taken()
    run.clock = lambda: NOW + LEASE
    run.beat()
    assert leasing.reap(now=NOW + LEASE * 1.5) == 0
    assert leasing.reap(now=NOW + LEASE * 2.5) == 1


def test_a_process_that_always_dies_ends_failed_with_an_honest_reason(declare: Declare) -> None:
    declare("tests.poison", lambda run: None)
    job, now = ask("tests.poison"), NOW
    for _ in range(5):
        assert leasing.claim(worker="w", now=now)
        now += LEASE + dt.timedelta(seconds=1)
        assert leasing.reap(now=now) == 1
        now += dt.timedelta(hours=1)
    job = fresh(job)
    assert (job.state, job.deaths) == (JobState.FAILED, 5)
    assert job.failure == "Le processus qui faisait cette tâche est mort 5 fois avant de la finir."


def test_a_clock_that_jumps_forward_makes_nothing_twice(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    job = ask("tests.mark")
    run = taken()
    future = NOW + dt.timedelta(days=365)
    # To this clock the lease is past, though the process works.
    assert leasing.reap(now=future) == 1
    again = taken(future + dt.timedelta(hours=1))
    execute(run)
    execute(again)
    assert (effects(), fresh(job).state) == (["one"], JobState.DONE)


def test_a_clock_that_jumps_backward_leaves_nothing_stuck(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    future = NOW + dt.timedelta(days=365)
    # Claimed, then asked for, by a clock that was a year ahead.
    jobs.enqueue("tests.mark", actor=ACTOR, now=future)
    assert leasing.claim(worker="w", now=future)
    jobs.enqueue("tests.mark", actor=ACTOR, now=future)
    asked = jobs.enqueue("tests.mark", actor=ACTOR, now=future, at=future + dt.timedelta(days=3))
    assert leasing.reap(now=NOW) == 1
    assert leasing.mend_clock(NOW) == 1
    assert jobs.testing.run_pending(now=NOW + dt.timedelta(seconds=5)) == 2
    assert effects() == ["one", "one"]
    # A date that somebody asked for is kept.
    assert fresh(asked).state == JobState.WAITING


def test_cancelling_a_running_job_undoes_its_transaction(declare: Declare) -> None:
    def long(run: jobs.Run) -> None:
        mark("half")
        queue.cancel(job=run.job, actor=ACTOR, now=NOW)

    declare("tests.long", long)
    job = ask("tests.long")
    jobs.testing.run_pending(now=NOW)
    assert (fresh(job).state, effects()) == (JobState.CANCELLED, [])


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_it_runs_and_says_to_stop(declare: Declare) -> None:
    seen: list[Any] = []

    def long(run: jobs.Run) -> None:
        for number in range(1, 4):
            with run.effects(state={"done": number}):
                mark(str(number))
            run._last_write = 0.0
            run.progress(number, 4, f"page {number}")
            seen.append((fresh(job).progress_words, fresh(job).percent))
            if number == 2:
                queue.cancel(job=run.job, actor=ACTOR, now=NOW)

    declare("tests.long", long, atomic=False)
    job = ask("tests.long")
    jobs.testing.run_pending(now=NOW)
    assert seen == [("page 1", 25), ("page 2", 50)]
    # The third was not committed: somebody had asked to stop.
    assert (fresh(job).state, effects(), fresh(job).checkpoint) == (
        JobState.CANCELLED,
        ["1", "2"],
        {"done": 2},
    )


@pytest.mark.django_db(transaction=True)
def test_an_attempt_goes_on_from_the_last_commit(declare: Declare) -> None:
    def steps(run: jobs.Run) -> None:
        for number in range(run.state.get("done", 0), 4):
            with run.effects(state={"done": number + 1}, final=number == 3):
                mark(str(number))
                run.result(text="4 lignes", url="/fait/")
            if number == 1 and run.job.attempts == 1:
                raise OSError

    declare("tests.steps", steps, atomic=False)
    job = ask("tests.steps")
    jobs.testing.run_pending(now=NOW)
    assert (fresh(job).state, effects()) == (JobState.WAITING, ["0", "1"])
    jobs.testing.run_pending(now=fresh(job).run_at)
    assert (fresh(job).state, effects()) == (JobState.DONE, ["0", "1", "2", "3"])
    assert (fresh(job).result_text, fresh(job).result_url) == ("4 lignes", "/fait/")


def test_a_process_that_ends_in_order_gives_the_job_back(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    job = ask("tests.mark")
    run = taken()
    assert leasing.give_back(run.job, NOW)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.WAITING, 0)
    assert jobs.testing.run_pending(now=NOW) == 1
    assert not leasing.give_back(run.job, NOW)


def test_the_job_of_a_dead_process_is_taken_back_without_waiting(declare: Declare) -> None:
    declare("tests.mark", lambda run: mark("one"))
    job = ask("tests.mark")
    taken(worker="mort")
    assert leasing.reap_worker("vivant", now=NOW) == 0
    assert leasing.reap_worker("mort", now=NOW, reason="Trop long.") == 1
    assert (fresh(job).state, fresh(job).failure) == (JobState.WAITING, "Trop long.")


def fill_the_disk() -> None:
    """Write more than there is room for; PostgreSQL says with its own code that its disk is full."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$")
    for number in range(300):
        Job.objects.create(
            name=f"effect {number}",
            failure_detail="x" * 4000,
            run_at=NOW,
            created_at=NOW,
            touched_at=NOW,
            state=JobState.DONE,
        )


@contextmanager
def hardly_any_room() -> Iterator[None]:
    """A SQLite database that may grow by twenty pages only."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.django_db(transaction=True)
def test_a_full_database_leaves_nothing_half_done(declare: Declare) -> None:
    is_full = True

    def fill(run: jobs.Run) -> None:
        mark("before")
        if is_full:
            fill_the_disk()
        mark("after")

    declare("tests.fill", fill)
    job = ask("tests.fill")
    with hardly_any_room():
        with pytest.raises(OperationalError), transaction.atomic():
            fill(Run(job))  # the disk is really full
        jobs.testing.run_pending(now=NOW)
    assert (fresh(job).state, effects()) == (JobState.WAITING, [])
    assert "OperationalError" in fresh(job).failure
    is_full = False
    jobs.testing.run_pending(now=fresh(job).run_at)
    assert (fresh(job).state, effects()) == (JobState.DONE, ["before", "after"])
