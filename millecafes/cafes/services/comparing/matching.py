"""Which café of ours is which place of OpenStreetMap."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from millecafes.cafes import solving
from millecafes.cafes.enums import PlaceOrigin
from millecafes.cafes.models import Cafe
from millecafes.cafes.services.comparing.reading import OsmObject
from millecafes.common.matching import fold

# How far a same place may be: a village across when our point is only that of the commune.
NEAR_KM, AROUND_KM = 0.5, 3.0
# An extract says something of a café when it holds a place that near: it may stop at a border.
COVERED_KM = 15.0
# How alike names must be (0 to 100); two places at one door may be called otherwise.
ALIKE, DOOR_KM = 60, 0.03
# Words that say nothing of which café it is.
_PLAIN = frozenset(
    ("cafe", "bar", "le", "la", "les", "l", "de", "du", "des", "d", "a", "au", "restaurant", "tabac")
)
# A name all in the other (« Le Préau », « Le Préau des halles ») is no more alike than this share of 100.
_PART = 0.8


@dataclass(frozen=True)
class Match:
    """A café and a place that may be the same; `likeness` of their names from 0 to 100."""

    cafe: Cafe
    there: OsmObject
    metres: int
    likeness: int


@dataclass(frozen=True)
class Matched:
    """What was found: same places, places that we do not know, cafés that the extract does not have."""

    same: tuple[Match, ...]
    only_there: tuple[OsmObject, ...]
    only_here: tuple[Cafe, ...]


def matched(
    cafes: Sequence[Cafe], objects: Sequence[OsmObject], *, apart: Collection[tuple[int, str]]
) -> Matched:
    """Each café with one place at most, and each place with one café. `apart`: pairs said not to be one.

    A café already tied to a place keeps it; others go by the likeness of names, then by distance.
    """
    placed = [cafe for cafe in cafes if cafe.latitude is not None and cafe.longitude is not None]
    here = [(cafe.latitude or 0.0, cafe.longitude or 0.0) for cafe in placed]
    there = [(one.latitude, one.longitude) for one in objects]
    found = _tied(cafes, objects)
    taken_cafes, taken_refs = {one.cafe.pk for one in found}, {one.there.ref for one in found}
    candidates = [
        match
        for rank, place, km in solving.pairs_within(here, there, km=AROUND_KM)
        if (match := _candidate(placed[rank], objects[place], km)) is not None
        and (match.cafe.pk, match.there.ref) not in apart
    ]
    for one in sorted(candidates, key=lambda one: (-one.likeness, one.metres, one.cafe.pk, one.there.ref)):
        if one.cafe.pk not in taken_cafes and one.there.ref not in taken_refs:
            found.append(one)
            taken_cafes.add(one.cafe.pk)
            taken_refs.add(one.there.ref)
    near = solving.ranks_near(here, there, km=COVERED_KM)
    return Matched(
        tuple(found),
        tuple(one for one in objects if one.is_drinking and one.name and one.ref not in taken_refs),
        tuple(cafe for rank, cafe in enumerate(placed) if rank in near and cafe.pk not in taken_cafes),
    )


def _tied(cafes: Sequence[Cafe], objects: Sequence[OsmObject]) -> list[Match]:
    by_ref = {one.ref: one for one in objects}
    return [
        Match(cafe, there, _metres(cafe, there), likeness(cafe.name, there.name, place=cafe.commune.name))
        for cafe in cafes
        if (there := by_ref.pop(cafe.osm_ref, None)) is not None
    ]


def _candidate(cafe: Cafe, there: OsmObject, km: float) -> Match | None:
    reach = AROUND_KM if cafe.place_origin == PlaceOrigin.COMMUNE else NEAR_KM
    if km > reach:
        return None
    alike = likeness(cafe.name, there.name, place=cafe.commune.name)
    at_one_door = km <= DOOR_KM and there.is_drinking and cafe.place_origin != PlaceOrigin.COMMUNE
    if alike < ALIKE and not at_one_door:
        return None
    return Match(cafe, there, round(1_000 * km), alike)


def likeness(name: str, other: str, *, place: str = "") -> int:
    """How alike two names are, from 0 to 100, whatever the words that many cafés share, or its commune's."""
    from rapidfuzz import fuzz

    plain = _PLAIN | set(fold(place).split())
    one, two = (_telling(fold(text), plain) for text in (name, other))
    if not (one and two):
        return 0
    return round(max(fuzz.token_sort_ratio(one, two), _PART * fuzz.token_set_ratio(one, two)))


def _telling(key: str, plain: Collection[str]) -> str:
    return " ".join(word for word in key.split() if word not in plain) or key


def _metres(cafe: Cafe, there: OsmObject) -> int:
    from millecafes.cafes.rules.place import distance_km

    if cafe.latitude is None or cafe.longitude is None:
        return 0
    return round(1_000 * distance_km(cafe.latitude, cafe.longitude, there.latitude, there.longitude))
