"""What the public asks of the network's cafés: a filter, an order, and what one page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from millecafes.cafes.enums import Activity, CafeKind, ServiceStatus, Wheelchair
from millecafes.cafes.models import Cafe, CafeService, OpenInterval
from millecafes.cafes.queries.cafes import followed_by, on_map
from millecafes.cafes.rules.place import distance_km
from millecafes.common.actors import Actor
from millecafes.common.matching import search_rows
from millecafes.common.search import Hit
from millecafes.territory.models import Commune, Departement

# What is farther than this from the place asked is not near it.
NEAR_KM = 100.0
# Cafés shown at the foot of another's page, and of a commune's.
NEIGHBOURS = 5
_KM_PER_DEGREE = 111.19
PARIS = ZoneInfo("Europe/Paris")
# The name of each kind's mark in the sprite.
MARKS = {
    CafeKind.NETWORK: "network",
    CafeKind.INDEPENDENT: "independent",
    CafeKind.ITINERANT: "mobile",
    CafeKind.ASSOCIATIVE: "association",
}
# Shown on a line of the list: services that run.
_RUNNING = Q(status=ServiceStatus.RUNNING)

Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True)
class Asked:
    """A filter of the public list. `open` is "", "maintenant", "soir" or "dimanche"."""

    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    model: str = ""
    departement: str = ""
    open: str = ""
    accessible: bool = False
    near: Point | None = None
    near_label: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether something is asked."""
        return self != Asked()


@dataclass(frozen=True)
class Line:
    """A café of the list: with its distance in kilometres as the crow flies when a place was asked."""

    cafe: Cafe
    km: float | None = None
    services: tuple[str, ...] = field(default=(), compare=False)

    @property
    def mark(self) -> str:
        """The mark of its kind."""
        return MARKS.get(CafeKind(self.cafe.kind), "network") if self.cafe.kind else "network"


def filtered(asked: Asked, now: dt.datetime) -> QuerySet[Cafe]:
    """The cafés on the map that answer a filter, by name; a place asked does not narrow them here."""
    found = on_map()
    if asked.kinds:
        found = found.filter(kind__in=asked.kinds)
    if asked.model:
        found = found.filter(model=asked.model)
    if asked.departement:
        found = found.filter(commune__departement=asked.departement)
    if asked.accessible:
        found = found.filter(wheelchair=Wheelchair.YES)
    for code in asked.services:
        offers = CafeService.objects.filter(_RUNNING, cafe=OuterRef("pk"), code=code)
        found = found.filter(Exists(offers))
    return open_between(found, *span_of(asked.open, now)) if asked.open else found


def open_between(rows: QuerySet[Cafe], start: dt.datetime, end: dt.datetime) -> QuerySet[Cafe]:
    """Those that are open at some moment from `start` until before `end`."""
    # By their opening: what is over is not kept, so few are read.
    intervals = OpenInterval.objects.filter(opens__lt=end, closes__gt=start).order_by()
    return rows.filter(pk__in=intervals.values("cafe"), activity=Activity.OPEN)


def span_of(moment: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when to when: now; tonight, from 18 h (or now) to midnight; the next Sunday, today included."""
    local = timezone.localtime(now, PARIS)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if moment == "soir":
        evening = midnight.replace(hour=18)
        return max(local, evening), midnight + dt.timedelta(days=1)
    if moment == "dimanche":
        sunday = midnight + dt.timedelta(days=6 - local.weekday())
        return max(local, sunday), sunday + dt.timedelta(days=1)
    return now, now + dt.timedelta(microseconds=1)


def ordered(asked: Asked, now: dt.datetime) -> list[tuple[int, float | None]]:
    """The numbers of the cafés of a filter, in the order of the list, with their distance to the place asked.

    Near a place: those within 100 km, the nearest first. Otherwise by name. One query.
    """
    rows = filtered(asked, now)
    if asked.near is None:
        return [(pk, None) for pk in rows.values_list("pk", flat=True)]
    found = [
        (pk, km)
        for pk, latitude, longitude in within(rows, asked.near, NEAR_KM).values_list(
            "pk", "latitude", "longitude"
        )
        if (km := distance_km(latitude or 0.0, longitude or 0.0, *asked.near)) <= NEAR_KM
    ]
    return sorted(found, key=lambda entry: (entry[1], entry[0]))


def listed(asked: Asked, now: dt.datetime) -> Sequence[tuple[int, float | None]] | QuerySet[Cafe, tuple[int]]:
    """The same, read a page at a time when no place is asked: see `with_distance`."""
    if asked.near is not None:
        return ordered(asked, now)
    return filtered(asked, now).values_list("pk")


def with_distance(page: Iterable[tuple[Any, ...]]) -> list[tuple[int, float | None]]:
    """The numbers of a page of `listed`, with their distance when there is one."""
    return [(row[0], row[1] if len(row) > 1 else None) for row in page]


def answering(asked: Asked, now: dt.datetime) -> QuerySet[Cafe]:
    """The cafés of a filter, whatever their order; near a place: those within 100 km."""
    if asked.near is None:
        return filtered(asked, now)
    return on_map().filter(pk__in=[pk for pk, _ in ordered(asked, now)])


def within(rows: QuerySet[Cafe], near: Point, km: float) -> QuerySet[Cafe]:
    """The cafés in the box that holds the disc of `km` around a point."""
    north = km / _KM_PER_DEGREE
    east = north / max(0.1, cos(radians(min(89.0, abs(near[0]) + north))))
    return rows.filter(
        latitude__range=(near[0] - north, near[0] + north),
        longitude__range=(near[1] - east, near[1] + east),
    )


def lines_of(chosen: Sequence[tuple[int, float | None]]) -> list[Line]:
    """What the list shows of these cafés, in this order: two queries."""
    running = CafeService.objects.filter(_RUNNING).order_by("code")
    rows = (
        on_map()
        .select_related("commune__departement")
        .prefetch_related(Prefetch("services", running, to_attr="running"))
    )
    known = {cafe.pk: cafe for cafe in rows.filter(pk__in=[pk for pk, _ in chosen])}
    return [
        Line(known[pk], km, tuple(service.label for service in known[pk].running))
        for pk, km in chosen
        if pk in known
    ]


def nearby(point: Point, now: dt.datetime, *, besides: int = 0, limit: int = NEIGHBOURS) -> list[Line]:
    """The nearest cafés on the map, within 100 km as the crow flies: three queries."""
    chosen = [entry for entry in ordered(replace(Asked(), near=point), now) if entry[0] != besides]
    return lines_of(chosen[:limit])


def around(commune: Commune, now: dt.datetime) -> list[Line]:
    """The nearest cafés of a commune; none when nobody knows where it is."""
    if commune.lat is None or commune.lon is None:
        return []
    return nearby((commune.lat, commune.lon), now)


def departements() -> list[Departement]:
    """The départements where a café is on the map."""
    codes = on_map().order_by().values("commune__departement")
    return list(Departement.objects.filter(pk__in=codes).order_by("code"))


def hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The cafés of the search of the whole site: those on the map; whoever follows them has `team.hits`."""
    rows = on_map().exclude(pk__in=followed_by(actor).order_by().values("pk"))
    scores = dict(search_rows(rows, query, limit))
    found = on_map().in_bulk(list(scores))
    return [
        Hit(
            found[pk].name,
            found[pk].get_absolute_url(),
            f"Café à {found[pk].commune.name} ({found[pk].commune.departement_id})",
            score,
        )
        for pk, score in scores.items()
        if pk in found
    ]
