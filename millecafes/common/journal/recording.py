"""Writing a line of the journal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from millecafes.common.actors import Actor
from millecafes.common.journal.registry import blanks_of, words_of

if TYPE_CHECKING:
    from django.db.models import Model

    from millecafes.common.journal.models import JournalEntry

# How long a line is kept when its service says nothing: as long as the accounts of public money.
RETENTION_YEARS = 10
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def record(
    *,
    actor: Actor,
    verb: str,
    target: Model | tuple[str, str],
    now: dt.datetime,
    data: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    subject_id: int | None = None,
    purge_after: dt.date | None = None,
) -> JournalEntry:
    """Write one line, in the transaction of the service that calls.

    `target` is the object, or its type and number when it is no row: ("common.purge", "pages.messages").
    `data` holds what the verb's words need, and nothing about anybody; `before` and `after` are values about
    the person `subject_id`, kept apart and erased with that person's data. The line is kept until
    `purge_after`, ten years when the service does not say.

    Raises
    ------
    KeyError
        When no room registered this verb.
    ValueError
        When `data` lacks a word of the verb or holds an e-mail address, or when values are nobody's.
    """
    from millecafes.common.journal.models import JournalEntry, JournalPersonal

    entry = JournalEntry(at=now, verb=verb, data=dict(data or {}), perimeters=_perimeters(target))
    _verify(verb, entry.data, is_personal=bool(before or after), subject_id=subject_id)
    entry.actor_id, entry.hat, entry.command = actor.user_id, actor.hat, actor.command
    entry.target_type, entry.target_id = _address(target)
    entry.purge_after = purge_after or default_purge_day(now)
    with transaction.atomic():
        entry.save(force_insert=True)
        if subject_id is not None:
            JournalPersonal.objects.create(
                entry=entry, subject_id=subject_id, before=dict(before or {}), after=dict(after or {})
            )
    return entry


def record_all(
    *,
    actor: Actor,
    verb: str,
    targets: Sequence[Model],
    now: dt.datetime,
    data: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write one line for each object, in few statements, in the transaction of the service that calls.

    `data` holds what the verb's words need, object by object; empty when they need nothing.

    Raises
    ------
    KeyError, ValueError
        As `record`.
    """
    from millecafes.common.journal.models import JournalEntry

    entries = []
    for target, told in zip(targets, data or [{}] * len(targets), strict=True):
        entry = JournalEntry(at=now, verb=verb, data=dict(told), perimeters=_perimeters(target))
        _verify(verb, entry.data, is_personal=False, subject_id=None)
        entry.actor_id, entry.hat, entry.command = actor.user_id, actor.hat, actor.command
        entry.target_type, entry.target_id = _address(target)
        entry.purge_after = default_purge_day(now)
        entries.append(entry)
    JournalEntry.objects.bulk_create(entries, batch_size=500)


def touched_since(target_type: str, ids: Collection[str], moment: dt.datetime) -> set[str]:
    """Among objects of one kind, those of which the journal has a line after this moment."""
    from millecafes.common.journal.models import JournalEntry

    rows = JournalEntry.objects.filter(target_type=target_type, target_id__in=list(ids), at__gt=moment)
    return set(rows.order_by().values_list("target_id", flat=True))


def default_purge_day(now: dt.datetime) -> dt.date:
    """The last day a line written now is kept."""
    day = timezone.localdate(now)
    # The 29th of February has no anniversary every ten years.
    return day.replace(year=day.year + RETENTION_YEARS, day=min(day.day, 28) if day.month == 2 else day.day)


def _verify(verb: str, data: Mapping[str, Any], *, is_personal: bool, subject_id: int | None) -> None:
    missing = blanks_of(words_of(verb)) - data.keys()
    if missing:
        raise ValueError(f"journal, {verb} : il manque {', '.join(sorted(missing))} dans data")
    address = next((text for text in _texts(data) if _EMAIL.search(text)), None)
    if address is not None:
        raise ValueError(f"journal, {verb} : une adresse e-mail dans data ; la passer dans before ou after")
    if is_personal and subject_id is None:
        raise ValueError(f"journal, {verb} : before ou after sans subject_id, la personne à qui ils sont")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (*_texts(key), *_texts(inner))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _address(target: Model | tuple[str, str]) -> tuple[str, str]:
    if isinstance(target, tuple):
        return target
    if target.pk is None:
        raise ValueError("journal : l’objet n’est pas encore enregistré")
    return target._meta.label_lower, str(target.pk)


def _perimeters(target: Model | tuple[str, str]) -> str:
    keys = getattr(target, "perimeter_keys", None)
    return "|{}|".format("|".join(keys())) if keys else ""
