"""What is stored of the days ahead is what the hours library says, on 5,000 expressions and instants."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from opening_hours import OpeningHours

from millecafes.cafes.models import Cafe, OpenInterval
from millecafes.cafes.rules import hours
from millecafes.cafes.rules.hours import Schedule, Week
from millecafes.cafes.services.intervals import DAYS_AHEAD, compute
from tests.factories.cafes import tecou

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PARIS = ZoneInfo("Europe/Paris")
SEED = 20_261_201
EXPRESSIONS, INSTANTS = 500, 10
# From each of these days, 35 days: the clocks change in March and in October, and days off abound.
STARTS = (dt.date(2026, 3, 14), dt.date(2026, 4, 24), dt.date(2026, 10, 9), dt.date(2026, 12, 1))
CHANGES = (dt.date(2026, 3, 29), dt.date(2026, 10, 25))
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def periods(dice: random.Random) -> hours.Periods:
    """Some openings of a day, by quarters of an hour; none begins nor ends while the clocks change."""
    quarters = [quarter for quarter in range(97) if not 8 < quarter < 12]
    marks = sorted(dice.sample(quarters, 2 * dice.randrange(4)))
    return tuple((15 * start, 15 * end) for start, end in zip(marks[::2], marks[1::2], strict=True))


def grid(dice: random.Random) -> str:
    """A week, with or without what holds on days off."""
    week = Week(tuple(periods(dice) for _ in DAYS))
    return hours.expression_of(Schedule(week, dice.choice([None, (), periods(dice)]))) or "off"


def night(dice: random.Random) -> str:
    """Evenings that last after midnight."""
    first, last = sorted(dice.sample(range(7), 2))
    return f"{DAYS[first]}-{DAYS[last]} {dice.randrange(17, 22)}:30-0{dice.randrange(3)}:00"


def season(dice: random.Random) -> str:
    """Months, weeks, the nth day of a month, or always."""
    first = dice.choice(["Mar-Apr", "Oct", "Nov-May", "Dec 20-Jan 05"])
    rules = (
        f"{first} Mo-Sa 0{dice.randrange(6, 10)}:00-12:30,14:00-19:00",
        f"week {dice.randrange(10, 14)}-{dice.randrange(15, 48)} Tu-Su 10:00-18:45; PH off",
        f"{dice.choice(DAYS)}[{dice.choice([1, 2, -1])}] 09:00-13:00",
        "24/7",
        "Mo-Fr 08:00-12:00; PH 10:00-11:00; Dec 25 off",
    )
    return dice.choice(rules)


def instants(dice: random.Random, now: dt.datetime) -> list[dt.datetime]:
    """Instants of the days ahead: any, at quarters, on the days when clocks change and on days off."""
    days = [timezone.localdate(now, PARIS) + dt.timedelta(days=number) for number in range(1, DAYS_AHEAD)]
    special = [day for day in days if day in CHANGES or hours.is_public_holiday(day, "81")]
    found = []
    for number in range(INSTANTS):
        day = dice.choice(special if number < 5 and special else days)
        midnight = dt.datetime.combine(day, dt.time(), PARIS).astimezone(dt.UTC)
        quarter = dt.timedelta(minutes=15 * dice.randrange(96))
        found.append(midnight + quarter - dt.timedelta(seconds=dice.choice([0, 0, 1, 300])))
    return found


def test_stored_intervals_agree_with_the_library() -> None:
    dice = random.Random(SEED)
    commune, made = tecou(), timezone.now()
    told = [dice.choices([grid, night, season], [6, 2, 2])[0](dice) for _ in range(EXPRESSIONS)]
    Cafe.objects.bulk_create(
        Cafe(name=text[:40], key="", commune=commune, model="associative", hours=text, created_at=made)
        for text in told
    )
    cafes = list(Cafe.objects.order_by("pk"))
    compared, changing, off, opened = 0, 0, 0, 0
    for rank, start in enumerate(STARTS):
        now = dt.datetime.combine(start, dt.time(9, 40), PARIS)
        part = cafes[rank :: len(STARTS)]
        compute([cafe.pk for cafe in part], now=now)
        stored: dict[int, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
        for row in OpenInterval.objects.filter(cafe__in=part):
            stored[row.cafe_id].append((row.opens, row.closes))
        for cafe in part:
            library = OpeningHours(cafe.hours, country="FR", timezone=PARIS)
            for instant in instants(dice, now):
                local = instant.astimezone(PARIS)
                ours = any(opens <= instant < closes for opens, closes in stored[cafe.pk])
                assert ours == library.is_open(local), (cafe.hours, local)
                compared += 1
                opened += ours
                changing += local.date() in CHANGES
                off += hours.is_public_holiday(local.date(), "81")
    assert compared == EXPRESSIONS * INSTANTS
    # The comparison says something: open and closed, on such days too.
    assert 1_000 < opened < 4_000
    assert changing > 200
    assert off > 500
