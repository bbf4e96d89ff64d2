"""The open intervals of the days ahead, computed once for every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from millecafes.cafes.models import Cafe, HoursException, OpenInterval, Stop
from millecafes.cafes.rules.hours import Exceptional, intervals, time_zone_of

DAYS_AHEAD = 35
_BATCH = 500


def compute_all(*, now: dt.datetime) -> int:
    """Compute the intervals of every café; how many intervals."""
    ids = list(Cafe.objects.order_by("pk").values_list("pk", flat=True))
    return sum(compute(ids[start : start + _BATCH], now=now) for start in range(0, len(ids), _BATCH))


@transaction.atomic
def compute(ids: Sequence[int], *, now: dt.datetime) -> int:
    """Compute the intervals of these cafés, from now to 35 days ahead; how many intervals."""
    rows = Cafe.objects.select_related("commune").select_for_update(of=("self",)).filter(pk__in=ids)
    cafes = {cafe.pk: cafe for cafe in rows.order_by("pk")}
    exceptions: dict[int, list[Exceptional]] = {pk: [] for pk in cafes}
    for one in HoursException.objects.filter(cafe__in=cafes).order_by("pk"):
        exceptions[one.cafe_id].append(Exceptional(one.first, one.last, one.hours))
    made = [
        OpenInterval(cafe=cafe, opens=opens, closes=closes)
        for cafe in cafes.values()
        for opens, closes in _of(cafe.hours, cafe.commune.departement_id, exceptions[cafe.pk], now)
    ]
    for stop in Stop.objects.filter(cafe__in=cafes).select_related("commune").order_by("pk"):
        made.extend(_of_stop(stop, exceptions[stop.cafe_id], now))
    OpenInterval.objects.filter(cafe__in=cafes).delete()
    OpenInterval.objects.bulk_create(made, batch_size=1_000)
    return len(made)


def _of(
    hours: str, departement: str, exceptions: list[Exceptional], now: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    if not hours and not exceptions:
        return []
    today = timezone.localdate(now, time_zone_of(departement))
    # From yesterday: a night may last.
    found = intervals(
        hours, today - dt.timedelta(days=1), DAYS_AHEAD + 2, departement=departement, exceptions=exceptions
    )
    return [(opens, closes) for opens, closes in found if closes > now]


def _of_stop(stop: Stop, exceptions: list[Exceptional], now: dt.datetime) -> list[OpenInterval]:
    """A day off of the café is one of its stops; exceptional times are the café's own, where it is based."""
    off = [one for one in exceptions if not one.hours]
    zone = time_zone_of(stop.commune.departement_id)
    return [
        OpenInterval(cafe_id=stop.cafe_id, stop=stop, opens=opens, closes=closes)
        for opens, closes in (_of(stop.hours, stop.commune.departement_id, off, now) if stop.hours else [])
        if (stop.first is None or opens.astimezone(zone).date() >= stop.first)
        and (stop.last is None or opens.astimezone(zone).date() <= stop.last)
    ]
