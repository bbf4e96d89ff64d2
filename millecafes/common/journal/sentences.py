"""A line of the journal in French: « Camille Roux, équipe nationale, a donné le rôle… »."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from millecafes.common import formats
from millecafes.common.journal import registry
from millecafes.common.journal.models import JournalEntry
from millecafes.common.journal.registry import ERASED

PERSON = settings.AUTH_USER_MODEL.lower()
NOBODY = "une personne sans compte"


@dataclass(frozen=True)
class Words:
    """What lines need to be said, found beforehand for all of them."""

    people: Mapping[int, str]
    hats: Mapping[str, str]
    places: Mapping[str, str]
    objects: Mapping[tuple[str, str], str]
    urls: Mapping[str, Callable[[str], str]]
    fields: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Change:
    """One personal value, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A line as it is read."""

    number: int
    at: dt.datetime
    who: str
    hat: str
    did: str
    object_label: str
    object_url: str
    target_type: str
    target_id: str
    changes: tuple[Change, ...]

    @property
    def day(self) -> dt.date:
        """The day, in Paris: lines are shown day by day."""
        return timezone.localdate(self.at)

    @property
    def sentence(self) -> str:
        """Who, under which hat, did what."""
        who = self.who[:1].upper() + self.who[1:]
        return f"{who}, {self.hat}, {self.did}." if self.hat else f"{who} {self.did}."


class _Blanks(dict[str, str]):
    """Words for a sentence: one that an old line lacks is unknown, never an error."""

    def __missing__(self, key: str) -> str:
        return formats.UNKNOWN


def line_of(entry: JournalEntry, words: Words) -> Line:
    """Put one line into words."""
    called = words.objects[(entry.target_type, entry.target_id)]
    url = words.urls.get(entry.target_type)
    return Line(
        number=entry.pk,
        at=entry.at,
        who=_who(entry, words),
        hat=words.hats.get(entry.hat, entry.hat),
        did=_did(entry, words, called),
        object_label=called,
        object_url=url(entry.target_id) if url else "",
        target_type=entry.target_type,
        target_id=entry.target_id,
        changes=tuple(_changes(entry, words)),
    )


def _who(entry: JournalEntry, words: Words) -> str:
    if entry.command:
        return f"la commande « {entry.command} »"
    return words.people.get(entry.actor_id, ERASED) if entry.actor_id else NOBODY


def _did(entry: JournalEntry, words: Words, called: str) -> str:
    said = registry.verbs().get(entry.verb)
    if said is None:  # a room that is no longer installed
        return f"a fait « {entry.verb} »"
    known = _Blanks({name: _text(value) for name, value in entry.data.items()})
    if "perimeter" in known:
        known["perimeter"] = words.places.get(known["perimeter"], known["perimeter"])
    personal = getattr(entry, "personal", None)
    known["subject"] = words.people.get(personal.subject_id, ERASED) if personal else ERASED
    known["object"] = called
    return said.format_map(known)


def _changes(entry: JournalEntry, words: Words) -> Iterator[Change]:
    personal = getattr(entry, "personal", None)
    if personal is None:
        return
    labels = {**words.fields.get(PERSON, {}), **words.fields.get(entry.target_type, {})}
    # PostgreSQL keeps the keys of a JSON value in an order of its own.
    for name in sorted({*personal.before, *personal.after}):
        before, after = personal.before.get(name), personal.after.get(name)
        yield Change(labels.get(name, name), _text(before), _text(after))


def _text(value: Any) -> str:
    """A JSON value in French; nothing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(_text(inner) for inner in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} : {_text(inner)}" for key, inner in value.items())
    return formats.decimal(value, 2) if isinstance(value, float) else str(value)
