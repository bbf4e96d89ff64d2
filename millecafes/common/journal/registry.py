"""What rooms tell the journal: the words of their verbs, the names of people, hats and objects.

Nothing here needs the models, so that an `apps.py` may import it before they are ready.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

Labels = Callable[[Collection[str]], Mapping[str, str]]


def _no_labels(keys: Collection[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class People:
    """How people are called. Each function answers for a whole page at once, in a fixed number of queries.

    `names` leaves out those who were erased, or who never were; `find` gives the numbers of people whose
    name or address holds a text, so many at most; `hats` puts "team@network" into words, and `places` a
    perimeter key ("commune:81294").
    """

    names: Callable[[Collection[int]], Mapping[int, str]]
    find: Callable[[str, int], Collection[int]]
    hats: Labels
    places: Labels


@dataclass(frozen=True)
class Target:
    """A kind of object the journal speaks of: what it is called, and how its objects are."""

    label: str
    labels: Labels = _no_labels
    url: Callable[[str], str] | None = None


_verbs: dict[str, str] = {}
_targets: dict[str, Target] = {}
_people: list[People] = []

# What stands in place of the name of somebody who was erased.
ERASED = "une personne effacée"

# Words of a sentence that the journal finds by itself: the person the line is about, and its object.
OWN_WORDS = frozenset({"subject", "object"})


def register_verbs(verbs: Mapping[str, str]) -> None:
    """Add verbs: {"accounts.role_granted": "a donné à {subject} le rôle {kind}"}.

    A word in braces is taken from the line's data; {perimeter} is a perimeter key there, and its name when
    read; {subject} is the person the line is about, {object} its object.

    Raises
    ------
    ValueError
        When a verb is already registered with other words.
    """
    for verb, words in verbs.items():
        if _verbs.get(verb, words) != words:
            raise ValueError(f"verbe du journal déjà déclaré avec d’autres mots : {verb}")
        _verbs[verb] = words


def verbs() -> dict[str, str]:
    """Every registered verb, with its words."""
    return dict(_verbs)


def words_of(verb: str) -> str:
    """The words of a verb.

    Raises
    ------
    KeyError
        When no room registered it.
    """
    if verb not in _verbs:
        raise KeyError(f"verbe du journal inconnu : {verb}")
    return _verbs[verb]


def blanks_of(words: str) -> set[str]:
    """The words in braces that a line's data must fill."""
    found = {name for _, name, _, _ in string.Formatter().parse(words) if name}
    return found - OWN_WORDS


def blanked(words: str) -> str:
    """The words of a verb with … in place of what each line puts in them."""
    return "".join(text + ("…" if name else "") for text, name, _, _ in string.Formatter().parse(words))


def register_targets(targets: Mapping[str, Target]) -> None:
    """Say how kinds of objects are called: {"accounts.role": Target("Rôle", labels)}."""
    _targets.update(targets)


def targets() -> dict[str, Target]:
    """Every registered kind of object."""
    return dict(_targets)


def know_people(people: People) -> None:
    """Say how people and hats are called (once, by the room that keeps them)."""
    _people[:] = [people]


def names_of(ids: Iterable[int | None]) -> Mapping[int, str]:
    """The names of people, in one go; whoever was erased is missing."""
    wanted = {number for number in ids if number is not None}
    return _people[0].names(wanted) if _people and wanted else {}


def people_called(text: str, limit: int) -> Collection[int]:
    """The numbers of people whose name or address holds this text, `limit` at most."""
    return _people[0].find(text, limit) if _people else ()


def hats_of(hats: Iterable[str]) -> Mapping[str, str]:
    """Hats in words, in one go."""
    wanted = {hat for hat in hats if hat}
    return _people[0].hats(wanted) if _people and wanted else {}


def places_of(keys: Iterable[str]) -> Mapping[str, str]:
    """Perimeters in words, in one go."""
    wanted = set(keys)
    return _people[0].places(wanted) if _people and wanted else {}
