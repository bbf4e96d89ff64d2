"""Cafés with all that files and programs say of them, few queries for many."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import ServiceStatus, Track
from millecafes.cafes.models import Cafe, CafeService
from millecafes.cafes.queries.cafes import cafes
from millecafes.cafes.queries.counts import tracks_of

TOGETHER = 500


@dataclass(frozen=True)
class Told:
    """A café; since when its tracks say what they say; the services it renders, in the catalogue's order."""

    cafe: Cafe
    activity_since: dt.date | None
    relation_since: dt.date | None
    services: tuple[str, ...]

    @property
    def updated_on(self) -> dt.date:
        """The day of the last news of it, or of its record."""
        cafe = self.cafe
        days = [day for day in (cafe.created_at, cafe.hours_confirmed_at, cafe.news_at) if day]
        return timezone.localdate(max(days))


def told(rows: Sequence[Cafe], today: dt.date) -> list[Told]:
    """What is told of these cafés, in the same order: two queries."""
    ids = [row.pk for row in rows]
    since: dict[tuple[int, str], dt.date] = {}
    for entry in tracks_of(ids):
        if entry.on <= today:
            since[entry.cafe_id, entry.track] = entry.on
    running: dict[int, set[str]] = defaultdict(set)
    offers = CafeService.objects.filter(cafe__in=ids, status=ServiceStatus.RUNNING).order_by()
    for pk, code in offers.values_list("cafe", "code"):
        running[pk].add(code)
    return [
        Told(
            row,
            since.get((row.pk, Track.ACTIVITY)),
            since.get((row.pk, Track.RELATION)),
            tuple(code for code in catalogue.services() if code in running[row.pk]),
        )
        for row in rows
    ]


def told_by_batches(numbers: Sequence[int], today: dt.date) -> Iterator[Told]:
    """The same for the cafés of these numbers, in their order, a few hundred at a time."""
    left = iter(numbers)
    rows = cafes().select_related("organisation", "commune__departement")
    while part := list(islice(left, TOGETHER)):
        known = rows.in_bulk(part)
        yield from told([known[pk] for pk in part if pk in known], today)


def last_opened(limit: int, today: dt.date) -> QuerySet[Cafe]:
    """The cafés of the map that opened last, the most recent first."""
    rows = cafes().exclude(kind="").filter(opened_on__lte=today)
    return rows.order_by("-opened_on", "-pk")[:limit]
