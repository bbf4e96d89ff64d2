"""Asking for jobs: the transaction of the caller, keys, secrets, cancelling, replaying, erasing in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from millecafes.common import jobs
from millecafes.common.actors import Actor
from millecafes.common.jobs import privacy, queue
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.journal.models import JournalEntry
from millecafes.common.privacy import purges
from tests.common.jobs.conftest import Declare
from tests.concurrency import a_database_for_several, at_once, elsewhere

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
ACTOR = Actor(user_id=7, role_id=3, kind="team", perimeter="network")


def nothing(run: jobs.Run, **arguments: Any) -> None:
    """A task without effect."""


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_a_job_says_who_asked_for_what(declare: Declare) -> None:
    seen: list[object] = []

    def look(run: jobs.Run, *, number: int) -> None:
        seen.append((run.actor, run.now, number))

    declare("tests.look", look, title="Regarder")
    job = jobs.enqueue(
        "tests.look", arguments={"number": 3}, actor=ACTOR, now=NOW, target=("territory.commune", "81294")
    )
    assert (job.title, job.target_type, job.target_id) == ("Regarder", "territory.commune", "81294")
    assert jobs.testing.run_pending(now=NOW) == 1
    assert seen == [(ACTOR, NOW, 3)]
    assert state_of(job) == JobState.DONE
    assert job.ended_at == NOW


def test_nothing_is_asked_when_the_caller_gives_up(declare: Declare) -> None:
    declare("tests.nothing", nothing)

    @transaction.atomic
    def ask() -> None:
        jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("tests.unknown", {}, KeyError),
        ("tests.look", {"nombre": 3}, TypeError),
        ("tests.look", {"number": {1, 2}}, TypeError),
    ],
)
def test_a_mistake_is_seen_where_it_is_made(
    declare: Declare, name: str, arguments: dict[str, Any], error: type[Exception]
) -> None:
    def look(run: jobs.Run, *, number: int) -> None: ...

    declare("tests.look", look)
    with pytest.raises(error):
        jobs.enqueue(name, arguments=arguments, actor=ACTOR, now=NOW)
    assert not Job.objects.exists()


def test_the_same_key_is_the_same_job(declare: Declare) -> None:
    declare("tests.nothing", nothing)
    first = jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, key="lettre 12")
    jobs.testing.run_pending(now=NOW)
    again = jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, key="lettre 12")
    assert (again.pk, again.state) == (first.pk, JobState.DONE)
    assert jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW).pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_the_same_key_asked_by_several_at_once(declare: Declare, tmp_path: Any) -> None:
    declare("tests.nothing", nothing)
    with a_database_for_several(tmp_path):
        found = at_once(6, lambda: jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, key="une fois").pk)
        assert len(set(found)) == 1, found
        assert elsewhere(Job.objects.count) == 1


def test_a_job_waits_for_its_moment(declare: Declare) -> None:
    declare("tests.nothing", nothing)
    jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, at=NOW + dt.timedelta(hours=1))
    assert jobs.testing.run_pending(now=NOW) == 0
    assert jobs.testing.run_pending(now=NOW + dt.timedelta(hours=1)) == 1


def test_the_oldest_goes_first(declare: Declare) -> None:
    seen: list[int] = []

    def note(run: jobs.Run, *, number: int) -> None:
        seen.append(number)

    declare("tests.note", note)
    for number in (2, 1, 3):
        jobs.enqueue("tests.note", arguments={"number": number}, actor=ACTOR, now=NOW + dt.timedelta(number))
    assert jobs.testing.run_pending(now=NOW + dt.timedelta(days=5)) == 3
    assert seen == [1, 2, 3]


def test_a_secret_is_encrypted_and_wiped(declare: Declare) -> None:
    seen: list[str] = []

    def tell(run: jobs.Run, *, code: str) -> None:
        seen.append(code)

    declare("tests.tell", tell, secret=True)
    job = jobs.enqueue("tests.tell", arguments={"code": "1234-5678"}, actor=ACTOR, now=NOW)
    stored = Job.objects.filter(pk=job.pk).values().get()
    assert "1234" not in str({name: value for name, value in stored.items() if name != "sealed"})
    assert "1234-5678" not in stored["sealed"]
    jobs.testing.run_pending(now=NOW)
    assert seen == ["1234-5678"]
    assert Job.objects.get(pk=job.pk).sealed == ""


def test_a_secret_that_cannot_be_read_any_more_is_said(declare: Declare, settings: Any) -> None:
    declare("tests.nothing", nothing, secret=True)
    job = jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW)
    settings.SECRET_KEY = "une autre clé"
    jobs.testing.run_pending(now=NOW)
    assert state_of(job) == JobState.FAILED
    assert "clé secrète du site a changé" in job.failure


def test_a_waiting_job_is_cancelled_at_once(declare: Declare) -> None:
    declare("tests.nothing", nothing)
    job = jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, title="Lettre à Jeanne")
    assert queue.cancel(job=job, actor=ACTOR, now=NOW)
    assert state_of(job) == JobState.CANCELLED
    assert jobs.testing.run_pending(now=NOW) == 0
    assert not queue.cancel(job=job, actor=ACTOR, now=NOW)
    (line,) = JournalEntry.objects.all()
    # The journal keeps no title given by a room: it may name somebody.
    assert (line.verb, line.data) == ("common.job_cancelled", {"title": "Essai"})
    assert (line.target_type, line.target_id) == ("common.job", str(job.uuid))


def test_a_cancelled_job_is_replayed_from_its_checkpoint(declare: Declare) -> None:
    seen: list[dict[str, Any]] = []

    def walk(run: jobs.Run) -> None:
        seen.append(dict(run.state))
        with run.effects(state={"step": 1}):
            pass
        if len(seen) == 1:
            queue.cancel(job=run.job, actor=ACTOR, now=NOW)

    declare("tests.walk", walk, atomic=False)
    job = jobs.enqueue("tests.walk", actor=ACTOR, now=NOW)
    jobs.testing.run_pending(now=NOW)
    assert state_of(job) == JobState.CANCELLED
    assert queue.replay(job=job, actor=ACTOR, now=NOW) == ""
    assert "est en attente" in queue.replay(job=job, actor=ACTOR, now=NOW)
    jobs.testing.run_pending(now=NOW)
    assert state_of(job) == JobState.DONE
    assert seen == [{}, {"step": 1}]
    verbs = set(JournalEntry.objects.values_list("verb", flat=True))
    assert verbs == {"common.job_cancelled", "common.job_replayed"}


def test_jobs_are_erased_in_time(declare: Declare) -> None:
    def fail(run: jobs.Run) -> None:
        raise jobs.JobError("Impossible.", retry=False)

    declare("tests.nothing", nothing)
    declare("tests.fail", fail)
    declare("tests.fail_secretly", fail, secret=True)
    for name in ("tests.nothing", "tests.fail", "tests.fail_secretly"):
        jobs.enqueue(name, actor=ACTOR, now=NOW)
    jobs.enqueue("tests.nothing", actor=ACTOR, now=NOW, at=NOW + dt.timedelta(days=900))
    jobs.testing.run_pending(now=NOW)

    def left(days: int) -> list[str]:
        privacy.purge_jobs(now=NOW + dt.timedelta(days=days))
        return sorted(Job.objects.values_list("name", flat=True))

    assert left(29) == ["tests.fail", "tests.fail_secretly", "tests.nothing", "tests.nothing"]
    assert left(31) == ["tests.fail", "tests.nothing"]
    assert left(181) == ["tests.nothing"]


def test_the_purge_of_the_site_erases_them() -> None:
    assert "common.jobs" in purges()
    assert not purges()["common.jobs"].is_due(NOW)
