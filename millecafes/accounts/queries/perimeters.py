"""Perimeters: the places and things on which a role is exercised, known by keys such as "commune:81294".

Rooms above register their own families (`register("cafe", …)`), so that this room knows none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from millecafes.accounts.enums import PerimeterKind
from millecafes.common.matching import fold
from millecafes.territory.models import Commune

# From values of one family to their French labels; a value that does not exist is left out.
Labels = Callable[[list[str]], dict[str, str]]
# From a value of one family to every perimeter key it lies in, its own included.
Above = Callable[[str], tuple[str, ...]]
# From a key of another family to the keys of this one that lie in it; None when they never do.
Within = Callable[[PerimeterKind, str], "QuerySet[Any, str] | None"]
# From what somebody types to values of this family, the best first.
Search = Callable[[str, int], Sequence["Answer"]]

NETWORK = PerimeterKind.NETWORK.value
# Written in an invitation: the person who accepts it.
ONESELF = PerimeterKind.PERSON.value
_NETWORK_LABEL = "tout le réseau"
# Of one family, before those that lie elsewhere are put aside.
MOST_ANSWERS = 60


@dataclass(frozen=True)
class Answer:
    """A value that answers a search.

    `certain`: what was typed can mean nothing else in its family. `typed`: what to type to mean it, if not
    its key.
    """

    value: str
    label: str
    certain: bool = False
    typed: str = ""


@dataclass(frozen=True)
class Place:
    """A perimeter that answers a search, and what to type to mean it and no other."""

    key: str
    label: str
    certain: bool
    typed: str


@dataclass(frozen=True)
class _Family:
    labels: Labels
    above: Above
    within: Within | None
    search: Search | None


_families: dict[str, _Family] = {}


def register(
    family: PerimeterKind,
    labels: Labels,
    above: Above,
    *,
    within: Within | None = None,
    search: Search | None = None,
) -> None:
    """Tell how the values of a family are called, in what they lie, and how they are found."""
    _families[family.value] = _Family(labels, above, within, search)


def unregister(family: PerimeterKind) -> None:
    """Forget a family (tests)."""
    _families.pop(family.value, None)


def labels(keys: Iterable[str]) -> dict[str, str]:
    """The French label of each key, with one query per family; a key that leads nowhere keeps its code."""
    wanted = set(keys)
    values: dict[str, list[str]] = defaultdict(list)
    for key in wanted - {NETWORK, ONESELF}:
        family, _, value = key.partition(":")
        values[family].append(value)
    found = {NETWORK: _NETWORK_LABEL, ONESELF: "son propre dossier"}
    for family, members in values.items():
        if family in _families:
            named = _families[family].labels(members)
            found |= {f"{family}:{value}": label for value, label in named.items()}
    return {key: found.get(key, key) for key in wanted}


def exists(key: str) -> bool:
    """Whether this key leads somewhere."""
    if key == NETWORK:
        return True
    family, _, value = key.partition(":")
    return family in _families and value in _families[family].labels([value])


def keys_above(key: str) -> tuple[str, ...]:
    """Every perimeter that covers this one, itself and the network included; empty if it leads nowhere."""
    if key in {NETWORK, ONESELF}:
        return (NETWORK,)
    family, _, value = key.partition(":")
    return _families[family].above(value) if family in _families else ()


def lying_in(field: str, outer: str) -> Q:
    """The condition that the perimeter key held by `field` lies in the perimeter `outer`."""
    if outer == NETWORK:
        return Q()
    family, _, value = outer.partition(":")
    condition = Q(**{field: outer})
    if family in _families:
        for inner in _families.values():
            keys = inner.within(PerimeterKind(family), value) if inner.within else None
            if keys is not None:
                condition |= Q(**{f"{field}__in": keys})
    return condition


def inside(keys: Iterable[str], outer: str) -> set[str]:
    """Those of these keys that lie in the perimeter `outer`, with one query per family."""
    asked = set(keys)
    if outer == NETWORK:
        return asked
    found = asked & {outer}
    family, _, value = outer.partition(":")
    if family in _families:
        for name, inner in _families.items():
            if inner.within and any(key.startswith(f"{name}:") for key in asked):
                found |= asked & set(inner.within(PerimeterKind(family), value) or ())
    return found


def search(
    families: Iterable[PerimeterKind], text: str, *, outer: str = NETWORK, limit: int = 8
) -> list[Place]:
    """The perimeters of these families that answer what somebody types and lie in `outer`.

    Those that are certain come first. A key is its own name.
    """
    wanted = list(families)
    found: list[Place] = []
    if any(text == family.value or text.startswith(f"{family.value}:") for family in wanted) and exists(text):
        found.append(Place(text, labels([text])[text], True, text))
    for family in wanted:
        if family == PerimeterKind.NETWORK and fold(text) in {"reseau", fold(_NETWORK_LABEL)}:
            found.append(Place(NETWORK, _NETWORK_LABEL, True, _NETWORK_LABEL))
        known = _families.get(family.value)
        if known and known.search:
            found += [_place(family, answer) for answer in known.search(text, MOST_ANSWERS)]
    kept = inside((place.key for place in found), outer)
    unique: dict[str, Place] = {}  # the same place may answer by its key and by its name
    for place in found:
        if place.key in kept:
            unique.setdefault(place.key, place)
    return sorted(unique.values(), key=lambda place: not place.certain)[:limit]


def _place(family: PerimeterKind, answer: Answer) -> Place:
    key = f"{family.value}:{answer.value}"
    return Place(key, answer.label, answer.certain, answer.typed or key)


def commune_keys(commune: Commune) -> tuple[str, ...]:
    """The perimeters a commune lies in (its département must be loaded)."""
    keys = [f"commune:{commune.code}"]
    if commune.epci_id:
        keys.append(f"epci:{commune.epci_id}")
    keys.append(f"departement:{commune.departement_id}")
    if commune.departement.region_id:
        keys.append(f"region:{commune.departement.region_id}")
    return (*keys, NETWORK)
