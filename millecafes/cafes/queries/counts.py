"""How many cafés, on any day: « network size » always says what it counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from millecafes.cafes.enums import Activity, CafeKind, Track
from millecafes.cafes.models import Cafe, CafeState
from millecafes.cafes.rules.tracks import ON_MAP_ACTIVITIES, SUPPORTED, kind_of


@dataclass(frozen=True)
class NetworkSize:
    """How many cafés stood where on a day.

    `total` counts those accompanied or members that are opening, open or paused; `by_kind` shares it out.
    """

    on: dt.date
    total: int
    open: int
    opening: int
    paused: int
    by_kind: dict[str, int]
    departements: int

    @property
    def words(self) -> str:
        """What `total` counts."""
        return "cafés accompagnés ou membres, ouverts, en ouverture ou en pause"


def with_states(day: dt.date, rows: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """Cafés with what their tracks said on a day: `activity_then`, `relation_then` (None: nothing)."""
    found: QuerySet[Any] = Cafe.objects.all() if rows is None else rows
    then: QuerySet[Any] = found.annotate(
        activity_then=Subquery(_last(Track.ACTIVITY, day)), relation_then=Subquery(_last(Track.RELATION, day))
    )
    return then


def _last(track: Track, day: dt.date) -> QuerySet[CafeState, str]:
    rows = CafeState.objects.filter(cafe=OuterRef("pk"), track=track, on__lte=day).order_by("-on")
    return rows.values_list("state", flat=True)[:1]


def network_size(day: dt.date, *, demonstration: bool = True) -> NetworkSize:
    """The size of the network on a day, from the tracks: one query."""
    rows = with_states(day).filter(activity_then__in=ON_MAP_ACTIVITIES, relation_then__in=SUPPORTED)
    if not demonstration:
        rows = rows.filter(is_demo=False)
    told = list(
        rows.order_by().values_list(
            "activity_then", "relation_then", "model", "origin", "commune__departement"
        )
    )
    kinds = Counter(
        kind_of(activity=activity, relation=relation, model=model, origin=origin)
        for activity, relation, model, origin, _ in told
    )
    activities = Counter(row[0] for row in told)
    return NetworkSize(
        on=day,
        total=len(told),
        open=activities[Activity.OPEN],
        opening=activities[Activity.OPENING],
        paused=activities[Activity.PAUSED],
        by_kind={kind.value: kinds[kind.value] for kind in CafeKind},
        departements=len({row[4] for row in told}),
    )


def network_today(day: dt.date) -> NetworkSize:
    """The same for today, from what is kept of the tracks: one grouped query."""
    rows = Cafe.objects.filter(counted()).order_by()
    told = list(rows.values_list("activity", "kind", "commune__departement").annotate(count=Count("pk")))
    activities: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for activity, kind, _, count in told:
        activities[activity] += count
        kinds[kind] += count
    return NetworkSize(
        on=day,
        total=sum(activities.values()),
        open=activities[Activity.OPEN],
        opening=activities[Activity.OPENING],
        paused=activities[Activity.PAUSED],
        by_kind={kind.value: kinds[kind.value] for kind in CafeKind},
        departements=len({row[2] for row in told}),
    )


def counts_by_state(day: dt.date) -> dict[tuple[str, str], int]:
    """How many cafés for each pair (activity, relation) on a day; an empty text is « nothing yet »."""
    rows = with_states(day).order_by().values_list("activity_then", "relation_then")
    return dict(Counter((activity or "", relation or "") for activity, relation in rows))


def tracks_of(ids: Iterable[int]) -> QuerySet[CafeState]:
    """The entries of the tracks of cafés, in order."""
    return CafeState.objects.filter(cafe__in=list(ids)).order_by("on", "pk")


def counted() -> Q:
    """The condition of a café that the network's size counts today."""
    return Q(activity__in=ON_MAP_ACTIVITIES, relation__in=[str(state) for state in SUPPORTED])
