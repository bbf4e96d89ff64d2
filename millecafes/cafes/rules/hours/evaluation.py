"""When a place is open: from hours, exceptional days and holidays to intervals of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from millecafes.cafes.rules.hours.calendar import is_public_holiday, is_school_holiday, time_zone_of
from millecafes.cafes.rules.hours.syntax import night_of, on_such_a_day, shifted, spans_of, uses

if TYPE_CHECKING:
    from opening_hours import OpeningHours

Interval = tuple[dt.datetime, dt.datetime]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Exceptional:
    """Days from `first` to `last`, both included, with their own hours; `hours` "" is closed."""

    first: dt.date
    last: dt.date
    hours: str = ""


def intervals(
    expression: str,
    first: dt.date,
    days: int,
    *,
    departement: str = "",
    exceptions: Iterable[Exceptional] = (),
) -> list[Interval]:
    """The intervals that begin on one of `days` days from `first`, in the place's own time, in order, as UTC.

    A night belongs to the day on which it began. Intervals that touch are one. What is not known to be
    a school holiday is not one. O(days), some tens of microseconds each.
    """
    special = _special_days(exceptions, first, first + dt.timedelta(days=days - 1))
    usual = _usual(expression, first, days, departement) if expression else []
    kept = [span for span in usual if span[2] not in special]
    for day, times in special.items():
        midnight = dt.datetime.combine(day, dt.time())
        for start, end in spans_of(times):
            kept.append((midnight + dt.timedelta(minutes=start), midnight + dt.timedelta(minutes=end), day))
    zone = time_zone_of(departement)
    known = sorted((_utc(start, zone), _utc(end, zone)) for start, end, _ in kept)
    return _merged(known)


def _special_days(exceptions: Iterable[Exceptional], first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The hours of each exceptional day of a period; the shortest exception holds, then the last."""
    found: dict[dt.date, str] = {}
    for one in sorted(exceptions, key=lambda one: one.first - one.last):
        day = max(one.first, first)
        while day <= min(one.last, last):
            found[day] = one.hours
            day += _DAY
    return found


def _usual(
    expression: str, first: dt.date, days: int, departement: str
) -> list[tuple[dt.datetime, dt.datetime, dt.date]]:
    """What the usual hours open, in local time, with the day on which each interval began."""
    cut = night_of(expression)
    later = dt.timedelta(minutes=cut)
    has_public, has_school = uses(expression, "PH"), uses(expression, "SH")

    def made_for(day: dt.date) -> str:
        public = has_public and is_public_holiday(day, departement)
        school = has_school and bool(is_school_holiday(day, departement))
        return on_such_a_day(expression, public, school)

    found: list[tuple[dt.datetime, dt.datetime, dt.date]] = []
    for text, group in groupby((first + dt.timedelta(days=number) for number in range(days)), key=made_for):
        stretch = list(group)
        if not text:
            continue
        start = dt.datetime.combine(stretch[0], dt.time())
        end = dt.datetime.combine(stretch[-1] + _DAY, dt.time())
        for opens, closes in _open_spans(shifted(text, cut), start, end):
            found.extend((a + later, b + later, a.date()) for a, b in _by_day(opens, closes))
    return found


@lru_cache(maxsize=4096)
def _parsed(expression: str) -> OpeningHours:
    from opening_hours import OpeningHours

    # What lasts more than a year is for ever, for us.
    return OpeningHours(expression, max_interval_days=366)


def _open_spans(
    expression: str, start: dt.datetime, end: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    from opening_hours import State

    for opens, closes, state, _ in _parsed(expression).intervals(start, end):
        if state == State.OPEN:
            yield max(opens, start), min(closes, end) if closes else end


def _by_day(opens: dt.datetime, closes: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """An interval cut at each midnight."""
    while opens < closes:
        midnight = dt.datetime.combine(opens.date() + _DAY, dt.time())
        yield opens, min(closes, midnight)
        opens = midnight


def _utc(local: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return local.replace(tzinfo=zone).astimezone(dt.UTC)


def _merged(known: list[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for start, end in known:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found
