"""When mails may leave: the hour of the digest, and what keeps them from raining."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DIGEST_HOUR = dt.time(7)
# Between two mails to one person; what comes meanwhile is in the next.
SPACING = dt.timedelta(minutes=15)
# To one person, from midnight to midnight in Paris; the rest is in the digest of the next morning.
PER_DAY = 5
# Lines of one mail: beyond, it says how many more wait on the site.
LINES = 20


def paris_day(now: dt.datetime) -> dt.date:
    """The day in Paris."""
    return now.astimezone(PARIS).date()


def next_digest(now: dt.datetime) -> dt.datetime:
    """The next hour of the digest, strictly after this moment."""
    day = paris_day(now)
    found = dt.datetime.combine(day, DIGEST_HOUR, tzinfo=PARIS)
    if found <= now:
        found = dt.datetime.combine(day + dt.timedelta(days=1), DIGEST_HOUR, tzinfo=PARIS)
    return found.astimezone(dt.UTC)


def following_morning(now: dt.datetime) -> dt.datetime:
    """The digest of the next day: the day's mails are spent."""
    tomorrow = paris_day(now) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, DIGEST_HOUR, tzinfo=PARIS).astimezone(dt.UTC)
