"""What starts by itself: each passage once, however many processes look, and whatever the clock did."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from millecafes.common.actors import command
from millecafes.common.jobs import queue, registry
from millecafes.common.jobs.models import ENDED, Job, JobSchedule

ACTOR = command("horaire")
PARIS = ZoneInfo("Europe/Paris")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# A passage noted further ahead than this was noted by a clock that was wrong: not believed.
MARGIN = dt.timedelta(minutes=2)


def moment_of(slot: registry.Slot, now: dt.datetime) -> dt.datetime:
    """The latest moment, at or before now, at which a slot had to start."""
    if slot.daily is None:
        return now - (now - EPOCH) % slot.every
    today = now.astimezone(PARIS).date()
    found = _of_day(today, slot.daily)
    return found if found <= now else _of_day(today - dt.timedelta(days=1), slot.daily)


def _of_day(day: dt.date, hour: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, hour, tzinfo=PARIS).astimezone(dt.UTC)


def start_due(now: dt.datetime) -> int:
    """Ask for the job of every slot whose moment has come; says how many."""
    noted = dict(JobSchedule.objects.values_list("name", "last_slot"))
    due = [slot for slot in registry.slots() if _is_due(noted.get(slot.name), moment_of(slot, now), now)]
    return sum(_start(slot, now) for slot in due)


def _is_due(last: dt.datetime | None, moment: dt.datetime, now: dt.datetime) -> bool:
    return last is None or last < moment or last > now + MARGIN


@transaction.atomic
def _start(slot: registry.Slot, now: dt.datetime) -> bool:
    moment = moment_of(slot, now)
    before = JobSchedule(name=slot.name, last_slot=moment - dt.timedelta(days=1))
    JobSchedule.objects.bulk_create([before], ignore_conflicts=True)
    row = JobSchedule.objects.select_for_update().get(name=slot.name)
    if not _is_due(row.last_slot, moment, now):
        return False
    row.last_slot = moment
    row.save(update_fields=["last_slot"])
    # One that has not ended does the work of this passage too.
    if Job.objects.filter(name=slot.name, command=ACTOR.command).exclude(state__in=ENDED).exists():
        return False
    queue.enqueue(slot.name, actor=ACTOR, now=now)
    return True
