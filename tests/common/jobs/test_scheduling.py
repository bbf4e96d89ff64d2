"""What starts by itself: once per passage, at the hour of Paris, whatever the clock did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common import jobs
from millecafes.common.jobs import registry, scheduling
from millecafes.common.jobs.models import Job, JobSchedule
from tests.common.jobs.conftest import Declare
from tests.concurrency import a_database_for_several, at_once, elsewhere

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
Scheduled = Callable[..., None]


@pytest.fixture
def scheduled(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduled]:
    """Declare a task that starts by itself, the only one of the site."""
    registry.tasks()
    monkeypatch.setattr(registry, "_slots", {})

    def add(name: str = "tests.tick", function: Callable[..., None] = lambda run: None, **when: Any) -> None:
        declare(name, function)
        jobs.schedule(name, **when)

    return add


def slot(**when: Any) -> registry.Slot:
    return registry.Slot("tests.tick", **when)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-11-22T02:29:00+00:00", "2026-11-21T02:30:00+00:00"),
        ("2026-11-22T02:30:00+00:00", "2026-11-22T02:30:00+00:00"),
        # In summer the same hour of Paris comes an hour earlier.
        ("2026-07-14T01:30:00+00:00", "2026-07-14T01:30:00+00:00"),
        ("2026-07-14T01:29:59+00:00", "2026-07-13T01:30:00+00:00"),
    ],
)
def test_an_hour_of_paris(now: str, moment: str) -> None:
    found = scheduling.moment_of(slot(daily=dt.time(3, 30)), dt.datetime.fromisoformat(now))
    assert found == dt.datetime.fromisoformat(moment)


@given(minute=st.integers(0, 8_000_000), hour=st.times())
def test_the_latest_moment_is_past_and_less_than_a_day_and_an_hour_ago(minute: int, hour: dt.time) -> None:
    now = scheduling.EPOCH + dt.timedelta(days=365 * 50, minutes=minute)
    moment = scheduling.moment_of(slot(daily=hour.replace(second=0, microsecond=0)), now)
    # The night on which clocks go back lasts an hour more.
    assert moment <= now < moment + dt.timedelta(hours=25, minutes=1)


@pytest.mark.django_db
def test_each_passage_starts_once(scheduled: Scheduled) -> None:
    scheduled(every=HOUR)
    started = []
    for minute in range(0, 180, 7):
        now = NOW + minute * MINUTE
        started.append(scheduling.start_due(now))
        jobs.testing.run_pending(now=now)
    assert sum(started) == 3
    (job, *_) = Job.objects.all()
    assert (job.asked_by, job.state) == (scheduling.ACTOR, "done")


@pytest.mark.django_db
def test_one_that_has_not_ended_does_for_the_next(scheduled: Scheduled) -> None:
    scheduled(every=HOUR)
    assert scheduling.start_due(NOW) == 1
    assert scheduling.start_due(NOW + HOUR) == 0
    jobs.testing.run_pending(now=NOW + HOUR)
    assert scheduling.start_due(NOW + 2 * HOUR) == 1


@pytest.mark.django_db
def test_a_site_that_slept_catches_up_once(scheduled: Scheduled) -> None:
    scheduled(daily="03:30")
    scheduling.start_due(NOW)
    jobs.testing.run_pending(now=NOW)
    assert scheduling.start_due(NOW + dt.timedelta(days=9)) == 1
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_passage_noted_by_a_clock_that_was_ahead_is_not_believed(scheduled: Scheduled) -> None:
    scheduled(every=HOUR)
    scheduling.start_due(NOW + dt.timedelta(days=365))
    jobs.testing.run_pending(now=NOW + dt.timedelta(days=366))
    assert scheduling.start_due(NOW) == 1
    assert JobSchedule.objects.get().last_slot == NOW


@pytest.mark.django_db(transaction=True)
def test_several_processes_start_it_once(scheduled: Scheduled, tmp_path: Any) -> None:
    scheduled(daily="03:30")
    with a_database_for_several(tmp_path):
        assert sorted(at_once(6, lambda: scheduling.start_due(NOW))) == [0, 0, 0, 0, 0, 1]
        assert elsewhere(Job.objects.count) == 1


def test_exactly_one_of_the_two_is_given() -> None:
    for when in ({}, {"every": HOUR, "daily": "03:30"}):
        with pytest.raises(ValueError, match="l’un des deux"):
            jobs.schedule("tests.tick", **when)  # type: ignore[arg-type]


def test_the_site_purges_every_night() -> None:
    (found,) = [slot for slot in registry.slots() if slot.name == "common.purge"]
    assert found.daily == dt.time(3, 30)
