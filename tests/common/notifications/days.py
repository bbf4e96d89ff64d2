"""Time passing over notifications: the job that sends, every five minutes, and what it sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from millecafes.accounts.models import User
from millecafes.common.jobs.models import Job
from millecafes.common.notifications import notify, sending
from millecafes.common.notifications.models import Notification
from tests.common.notifications.conftest import AT_ONCE

# A Monday at ten in Paris, in winter.
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
STEP = 5 * MINUTE


def tell(to: User, **changes: Any) -> Notification | None:
    """Tell something at once, unless told otherwise."""
    asked = {"topic": AT_ONCE.name, "target": None, "text": "Du nouveau.", "url": "/bureau/", "now": NOW}
    return notify(**{**asked, "to": to, **changes})


def look(now: dt.datetime) -> int:
    """One passage of the job; says how many mails it asked for."""
    sending.tell_reminders(now=now)
    mails, last = 0, 0
    while people := sending.due_people(now, after=last):
        mails += sending.send_due(people, now=now)
        last = people[-1]
    return mails


def mails_until(end: dt.datetime, *, since: dt.datetime = NOW) -> list[dt.datetime]:
    """Let time pass (by hours, beyond a day); the moments at which a mail was asked for."""
    moments, now = [], since
    step = STEP if end - since <= DAY else HOUR
    while now <= end:
        moments += [now] * look(now)
        now += step
    return moments


def asked_mails() -> int:
    """The mails that wait in the queue."""
    return Job.objects.filter(name="common.send_mail").count()


def by_day(moments: list[dt.datetime]) -> dict[dt.date, int]:
    """How many mails each day in Paris."""
    from millecafes.common.notifications.clock import paris_day

    found: dict[dt.date, int] = defaultdict(int)
    for moment in moments:
        found[paris_day(moment)] += 1
    return dict(found)
