"""From what somebody types to communes: names in any spelling, postal codes, INSEE codes old or new."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from millecafes.common.actors import Actor
from millecafes.common.matching import EXACT, MAX_QUERY, PREFIX, TYPO, WORDS, fold, without_article
from millecafes.common.search import Hit
from millecafes.territory.enums import NameKind
from millecafes.territory.queries.place_index import Entry, Index, Place, current_index
from millecafes.territory.rules import commune_url

_CODE = re.compile(r"\d{5}|2[ab]\d{3}")
_ARTICLE, _CLOSE = 0.95, 0.3
# A former name answers just after a current one of the same rank.
_FORMER_PENALTY = 0.02


@dataclass(frozen=True)
class Match:
    """One answer. `via`: what was recognised, when it is not today's name.

    `certain`: the only commune of that name or code.
    """

    commune_code: str
    name: str
    departement: str
    population: int | None
    label: str
    url: str
    via: str
    score: float
    certain: bool = False

    @property
    def detail(self) -> str:
        """What tells it apart: its département, and what was recognised."""
        return f"{self.departement} · {self.via}" if self.via else self.departement


class _Ranking:
    """The best reason found for each commune."""

    def __init__(self) -> None:
        self.best: dict[str, tuple[float, str, Place]] = {}

    def add(self, place: Place, score: float, via: str = "") -> None:
        held = self.best.get(place.code)
        if held is None or held[0] < score:
            self.best[place.code] = (score, via, place)

    def add_entries(self, entries: Iterable[Entry], score: float) -> None:
        for entry in entries:
            if entry.kind == NameKind.CURRENT:
                self.add(entry.place, score)
            else:
                self.add(entry.place, score - _FORMER_PENALTY, _via(entry))

    def matches(self, limit: int, *, certain: bool) -> list[Match]:
        ranked = heapq.nsmallest(
            limit, self.best.values(), key=lambda item: (-item[0], -(item[2].population or 0), item[2].code)
        )
        return [
            _match(place, score, via, certain=certain and position == 0)
            for position, (score, via, place) in enumerate(ranked)
        ]


def search_communes(query: str, limit: int = 20) -> list[Match]:
    """Communes that answer `query`, best first: exact, then beginnings, then words, then one typo.

    One query to the database (three for the first search of the process). The first answer is `certain`
    when it is the only commune that bears that name or code.
    """
    return search_in(current_index(), query, limit)


def search_in(index: Index, query: str, limit: int) -> list[Match]:
    """The same in an index at hand, without any query: for many searches in a row."""
    key = fold(query[:MAX_QUERY])
    if not key or limit < 1:
        return []
    ranking = _Ranking()
    _by_code(index, key, ranking)
    _exact(index, key, ranking)
    name, departement = key, ""
    if not ranking.best:
        name, departement = _split_departement(index, key)
        if departement:
            _exact(index, name, ranking, departement)
    sure = _is_sure(index, name, ranking)
    if len(ranking.best) < limit:
        _wider(index, key, ranking, limit, typos=not ranking.best)
    if departement and not ranking.best:
        _wider(index, name, ranking, limit, departement, typos=True)
    return ranking.matches(limit, certain=sure)


def _is_sure(index: Index, key: str, ranking: _Ranking) -> bool:
    """One commune only; and, unless that is its whole name of today, no other name begins with it.

    « Saint » is Le Saint without its article, but it is far more likely that the name is unfinished.
    """
    if len(ranking.best) != 1:
        return False
    ((score, _, place),) = ranking.best.values()
    if score <= PREFIX:
        return False
    coded = key.isdigit() or any(_CODE.fullmatch(word) for word in key.split())
    return coded or fold(place.name) == key or not index.bears_other_names(key, place.code)


def closest_names(query: str, limit: int = 5) -> list[Match]:
    """The names that look most like a query that found nothing."""
    ranking = _Ranking()
    key = fold(query[:MAX_QUERY])
    if key:
        for entry, ratio in current_index().closest(key, limit):
            ranking.add_entries((entry,), _CLOSE * ratio)
    return ranking.matches(limit, certain=False)


def is_loaded() -> bool:
    """Whether there is any commune to find."""
    return bool(current_index().places)


def commune_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The territory's answers in the search of the whole site."""
    return [Hit(match.label, match.url, match.detail, match.score) for match in search_communes(query, limit)]


def _by_code(index: Index, key: str, ranking: _Ranking) -> None:
    """Postal and INSEE codes, alone or beside a name; the start of a postal code."""
    words = key.split()
    if re.fullmatch(r"\d{4}", key):
        words = [f"0{key}"]  # a spreadsheet ate the zero
    codes = [word for word in words if _CODE.fullmatch(word)]
    rest = " ".join(word for word in words if word not in codes)
    for code in codes:
        for entry in index.by_code.get(code.upper(), ()):
            if not rest or agrees(entry, rest):
                ranking.add(entry.place, EXACT, _via(entry) if entry.kind != NameKind.CURRENT else "")
        for place in index.by_postal.get(code, ()):
            if not rest or any(agrees(entry, rest) for entry in index.by_code[place.code]):
                ranking.add(place, EXACT, f"code postal {code}")
    if len(words) == 1 and not ranking.best and key.isdigit() and len(key) < 5:
        for place in index.postal_starting(key):
            ranking.add(place, PREFIX)


def agrees(entry: Entry, rest: str) -> bool:
    """Whether a name beside a code is the name of that entry, perhaps unfinished."""
    return entry.key.startswith(rest) or without_article(entry.key).startswith(rest)


def _exact(index: Index, key: str, ranking: _Ranking, departement: str = "") -> None:
    ranking.add_entries(_of(index.named(key), departement), EXACT)
    bare = without_article(key)
    if not ranking.best and bare != key:
        ranking.add_entries(_of(index.named(bare), departement), _ARTICLE)


def _wider(
    index: Index, key: str, ranking: _Ranking, limit: int, departement: str = "", *, typos: bool
) -> None:
    """Beginnings and words; and one typo."""
    if len(key) > 1:
        # A commune may come several times, under its former names.
        for entry, first in index.starting(key, 4 * limit, departement):
            ranking.add_entries((entry,), PREFIX if first else WORDS)
    # Answers enough: none of those with a typo would be among them.
    if typos and len(key) > 2 and len(ranking.best) < limit:
        ranking.add_entries(_of(index.one_typo_away(key), departement), TYPO)


def _of(entries: list[Entry], departement: str) -> list[Entry]:
    if not departement:
        return entries
    return [entry for entry in entries if entry.place.departement == departement]


def _split_departement(index: Index, key: str) -> tuple[str, str]:
    """« saint aubin jura », « saint aubin 39 » → (« saint aubin », « 39 »); no département: (key, "")."""
    words = key.split()
    for cut in range(1, len(words)):
        code = index.departements.get(" ".join(words[cut:]))
        if code is not None:
            return " ".join(words[:cut]), code
    return key, ""


def _via(entry: Entry) -> str:
    if entry.kind == NameKind.FORMER:
        return f"ancien code {entry.code}" if entry.key == entry.code else f"ancien nom : {entry.name}"
    return f"{entry.name}, {NameKind(entry.kind).label}"


def _match(place: Place, score: float, via: str, *, certain: bool) -> Match:
    return Match(
        commune_code=place.code,
        name=place.name,
        departement=f"{place.departement_name} ({place.departement})",
        population=place.population,
        label=place.name,
        url=commune_url(place.code, place.slug),
        via=via,
        score=score,
        certain=certain,
    )
