"""How names are compared everywhere: without case, accents, ligatures, hyphens, apostrophes or abbreviations.

Whatever is looked for by name (communes, people, organisations, pages) answers by the same rules: the whole
name, then its beginning, then the beginnings of its words in any order, then the same with one letter wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o"})
_SLASHED = ((re.compile(r"\bss\s*/"), " sous "), (re.compile(r"\bs\s*/"), " sur "))
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_ARTICLES = ("le ", "la ", "les ", "l ")
_LITTLE = frozenset({"le", "la", "les", "l", "de", "du", "des", "d"})
# How sure an answer is: the whole name, its beginning, its words, one letter wrong.
EXACT, PREFIX, WORDS, TYPO = 1.0, 0.8, 0.6, 0.5
# A shorter word with a letter wrong could be too many others.
LEAST_FOR_TYPO = 4
# Longer than any name.
MAX_QUERY = 100

T = TypeVar("T")


def fold(text: str) -> str:
    """The comparison key of a name: lower-case ASCII letters and digits, words separated by one space.

    Folding twice changes nothing. « Ste-Mère-Église » and « SAINTE MERE EGLISE » share a key.
    """
    lowered = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_LIGATURES)
    plain = "".join(letter for letter in lowered if not unicodedata.combining(letter))
    for pattern, word in _SLASHED:
        plain = pattern.sub(word, plain)
    words = _SEPARATORS.sub(" ", plain).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def without_article(key: str) -> str:
    """A folded key without its leading article (« l abergement » → « abergement »)."""
    for article in _ARTICLES:
        if key.startswith(article) and len(key) > len(article):
            return key[len(article) :]
    return key


def words_of(query: str) -> list[str]:
    """The folded words that are looked for: little words do not count, unless there is nothing else."""
    words = fold(query[:MAX_QUERY]).split()
    return [word for word in words if word not in _LITTLE] or words


def words_filter(query: str, field: str = "key") -> Q:
    """The condition that each word looked for begins a word of a folded column."""
    condition = Q()
    for word in words_of(query):
        condition &= Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})
    return condition


def search_rows(
    rows: QuerySet[Any], query: str, limit: int, *, field: str = "key"
) -> list[tuple[Any, float]]:
    """Primary keys of the rows that answer, best first, with how sure each is.

    One query; two when only a letter wrong could explain that nothing is found.
    """
    if not words_of(query):
        return []
    keyed = rows.order_by("pk").values_list("pk", field)
    return by_words(query, keyed.filter(words_filter(query, field)), limit, typos=False) or by_words(
        query, keyed, limit
    )


def by_words(
    query: str, rows: Iterable[tuple[T, str]], limit: int, *, typos: bool = True
) -> list[tuple[T, float]]:
    """Among things and their folded names, those that answer, best first, with how sure each is."""
    asked, whole = words_of(query), fold(query[:MAX_QUERY])
    if not asked:
        return []
    listed = list(rows)
    found = []
    for thing, key in listed:
        score = _score(key, whole, asked)
        if score:
            found.append((-score, key, thing))
    if not found and typos:
        found = [(-TYPO, key, thing) for thing, key in _one_letter_wrong(asked, listed)]
    found.sort(key=lambda answer: answer[:2])
    return [(thing, -score) for score, _, thing in found[:limit]]


def _score(key: str, whole: str, asked: Sequence[str]) -> float:
    if key == whole:
        return EXACT
    if key.startswith(whole):
        return PREFIX
    padded = f" {key}"
    return WORDS if all(f" {word}" in padded for word in asked) else 0.0


def _one_letter_wrong(asked: Sequence[str], rows: Sequence[tuple[T, str]]) -> list[tuple[T, str]]:
    """The rows of which each word looked for begins a word, or is one letter away from one."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    bearing: dict[str, set[int]] = defaultdict(set)
    for number, (_, key) in enumerate(rows):
        for word in key.split():
            bearing[word].add(number)
    known = list(bearing)
    kept: set[int] | None = None
    for word in asked:
        like = {other for other in known if other.startswith(word)}
        if len(word) >= LEAST_FOR_TYPO:
            close = process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None)
            like |= {other for other, _, _ in close}
        numbers = set().union(*(bearing[other] for other in like))
        kept = numbers if kept is None else kept & numbers
    return [rows[number] for number in sorted(kept or ())]
