"""What rooms say of what may be imported: columns, and how lines are looked up, written and taken back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from millecafes.common.actors import Actor
from millecafes.common.forms import is_invisible
from millecafes.common.matching import fold
from millecafes.common.permissions import can, predicate

Json = Any  # what json.dumps takes
Values = Mapping[str, Json]


def as_line(text: str) -> str:
    """One line of text, with single blanks.

    Raises
    ------
    ValueError
        When it holds a character that cannot be seen.
    """
    line = " ".join(text.split())
    hidden = next((letter for letter in line if is_invisible(letter)), "")
    if hidden:
        raise ValueError(
            f"« {line[:60]} » contient un caractère invisible (U+{ord(hidden):04X}). "
            "Attendu : une ligne de texte."
        )
    return line


@dataclass(frozen=True)
class ImportColumn:
    """One column: its title in our exports, the other titles it may have, and how a cell is read.

    `required`: nothing new can be written without it. `read` gives a JSON value, or raises ValueError in
    the user's words (what was found, what is expected). A column that is not `compared` helps to find the
    record, and is never written. `choices` are the values to choose from, with their words.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    read: Callable[[str], Json] = as_line
    longest: int = 200
    compared: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    example: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The folded titles it answers to."""
        return frozenset(fold(name) for name in (self.key.replace("_", " "), self.label, *self.synonyms))

    def value(self, text: str) -> Json:
        """What a cell says.

        Raises
        ------
        ValueError
        """
        if len(text) > self.longest:
            raise ValueError(f"{len(text)} caractères, attendu {self.longest} au plus.")
        return self.read(text)

    def words(self, value: Json) -> str:
        """A value as people read it."""
        return dict(self.choices).get(value, "" if value is None else str(value))


@dataclass(frozen=True)
class Candidate:
    """A record that a line may be about, and why one may think so."""

    id: str
    why: str


@dataclass
class Draft:
    """A line being understood. `values` holds what it says: columns matched, blanks left out."""

    number: int
    values: dict[str, Json]
    problems: list[tuple[str, str]] = field(default_factory=list)
    target: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)

    def refuse(self, column: str, words: str) -> None:
        """This line cannot be written: in which column, and why."""
        self.problems.append((column, words))


@dataclass(frozen=True)
class Key:
    """What makes two lines of one file the same: certainly (a number), or perhaps (a name)."""

    value: str
    column: str
    words: str
    certain: bool = True


@dataclass(frozen=True)
class Current:
    """A record as it is now: `values` by column, its name, its page; `shown` where words say more."""

    values: dict[str, Json]
    label: str
    url: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """A fingerprint: two versions that differ are two states of the record."""
        told = json.dumps(self.values, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass
class Batch:
    """Lines understood together, so that look-ups are few. `memory` lasts for the whole file."""

    drafts: list[Draft]
    actor: Actor
    memory: dict[str, Any]


@dataclass
class Written:
    """What a bulk write did: identifiers by line (or record), and what it refused, in words."""

    done: dict[Any, str] = field(default_factory=dict)
    refused: dict[Any, str] = field(default_factory=dict)


Write = Callable[[Mapping[Any, Values], Actor, dt.datetime], Written]


@dataclass(frozen=True)
class ImportKind:
    """What may be imported. Every function works on many lines in few queries (≤ 0.2 per line in all).

    Parameters
    ----------
    prepare
        Resolve what lines refer to (a commune by its name), in place; `draft.refuse` what cannot be.
    find_duplicates
        Set `draft.target` when a record is certainly the one, else `draft.candidates` that look like it.
    keys
        What makes two lines of the file the same.
    current
        Records by number as they are now, locked when asked.
    create, change, remove
        Write through the room's services, one line of the journal per record. `create` is given values by
        line number, `change` whole values by identifier, `remove` by identifier the values as they were.
    target
        The journal's name of the records ("partners.organisation").
    title
        The column that names a record.
    """

    name: str
    label: str
    one: str
    target: str
    columns: tuple[ImportColumn, ...]
    permission: str
    list_url: str
    prepare: Callable[[Batch], None]
    find_duplicates: Callable[[Batch], None]
    keys: Callable[[Draft], Sequence[Key]]
    current: Callable[[Collection[str], bool], Mapping[str, Current]]
    create: Write
    change: Write
    remove: Write
    title: str = "nom"
    intro: str = ""

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.name.partition(".")[2]

    def column(self, key: str) -> ImportColumn:
        """A column by its key.

        Raises
        ------
        KeyError
        """
        return {column.key: column for column in self.columns}[key]


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Let people import this."""
    _kinds[kind.name] = kind


def unregister(name: str) -> None:
    """Take a kind away (tests: code that was removed)."""
    _kinds.pop(name, None)


def find(name: str) -> ImportKind | None:
    """A kind by its name; none when its code is no longer there."""
    return _kinds.get(name)


def by_slug(slug: str) -> ImportKind | None:
    """A kind by its name in addresses."""
    return next((kind for kind in _kinds.values() if kind.slug == slug), None)


def kinds_for(actor: Actor) -> list[ImportKind]:
    """What this actor may import, by name."""
    return sorted(
        (kind for kind in _kinds.values() if can(actor, kind.permission)), key=lambda kind: kind.label
    )


@predicate
def imports_something(actor: Actor) -> bool:
    """The hat worn opens at least one kind of import."""
    return bool(kinds_for(actor))


@predicate
def imports_this(actor: Actor, run: Any = None) -> bool:
    """The hat worn opens the kind of this import."""
    kind = find(run.kind) if run is not None else None
    return kind is not None and can(actor, kind.permission)
