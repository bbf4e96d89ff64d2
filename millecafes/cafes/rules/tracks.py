"""The two dated tracks: what they say on a day, and the four kinds that follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from millecafes.cafes.enums import Activity, CafeKind, CafeModel, Origin, Relation, Track

# What the public finds in the list and on the map.
ON_MAP_ACTIVITIES = (Activity.OPENING, Activity.OPEN, Activity.PAUSED)
SUPPORTED = (Relation.ACCOMPANIED, Relation.MEMBER)
STATES: dict[Track, tuple[str, ...]] = {
    Track.ACTIVITY: tuple(Activity.values),
    Track.RELATION: tuple(Relation.values),
}
# Nothing from its own people for so long: a café is silent.
SILENT_DAYS = 60
# Hours nobody confirmed for so long are to be confirmed.
STALE_DAYS = 60


class Entry(Protocol):
    """An entry of a track."""

    track: str
    state: str
    on: dt.date


def state_on(entries: Iterable[Entry], track: str, day: dt.date) -> str:
    """The state of a track on a day: its last entry by then; empty before the first."""
    known = [entry for entry in entries if entry.track == track and entry.on <= day]
    return max(known, key=lambda entry: entry.on).state if known else ""


def first_opening(entries: Iterable[Entry], day: dt.date) -> dt.date | None:
    """The first day of activity « open » by a day."""
    days = [
        entry.on
        for entry in entries
        if entry.track == Track.ACTIVITY and entry.state == Activity.OPEN and entry.on <= day
    ]
    return min(days, default=None)


def is_on_map(activity: str, relation: str) -> bool:
    """Whether the public finds it: accompanied or member, and opening, open or paused."""
    return activity in ON_MAP_ACTIVITIES and relation in SUPPORTED


def kind_of(*, activity: str, relation: str, model: str, origin: str) -> str:
    """The brochure's kind, by precedence: itinerant, associative, independent supported, network.

    Empty for a café that is not on the map.
    """
    if not is_on_map(activity, relation):
        return ""
    if model == CafeModel.ITINERANT:
        return CafeKind.ITINERANT.value
    if model == CafeModel.ASSOCIATIVE:
        return CafeKind.ASSOCIATIVE.value
    if origin == Origin.INDEPENDENT:
        return CafeKind.INDEPENDENT.value
    return CafeKind.NETWORK.value


def disorder(entries: Iterable[Entry]) -> str:
    """What makes a track impossible, in words; empty when it holds.

    A café cannot be closed, or leave the network, before anything else was known of it, nor pause before it
    opened; the same state twice in a row says nothing.
    """
    for track in Track:
        rows = sorted((row for row in entries if row.track == track), key=lambda row: row.on)
        words = _disorder_of(rows)
        if words:
            return words
    return ""


def _disorder_of(rows: list[Entry]) -> str:
    before = ""
    seen: set[str] = set()
    for row in rows:
        day = f"{row.on:%d/%m/%Y}"
        if row.state == before:
            return f"le {day} : le café était déjà dans cet état."
        if row.state == Activity.PAUSED and Activity.OPEN not in seen:
            return f"le {day} : une pause avant l’ouverture. Notez d’abord l’ouverture."
        if row.state == Activity.CLOSED and not seen:
            return f"le {day} : une fermeture avant l’ouverture. Notez d’abord l’ouverture."
        if row.state == Relation.LEFT and not seen:
            return f"le {day} : une sortie du réseau avant l’entrée. Notez d’abord l’entrée."
        before = row.state
        seen.add(row.state)
    return ""
