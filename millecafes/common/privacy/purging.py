"""Purges: what is past its retention is erased, by rooms' own services, and the journal says how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from millecafes.common import journal
from millecafes.common.actors import Actor


class Run(Protocol):
    """Erase what is past its retention at this moment; says how many rows of what, in French."""

    def __call__(self, *, now: dt.datetime) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Purge:
    """What one room erases in time."""

    label: str
    is_due: Callable[[dt.datetime], bool]
    run: Run


_purges: dict[str, Purge] = {}

VERBS = {"common.purged": "a effacé ce qui avait fait son temps : {what}"}


def register_purge(key: str, purge: Purge) -> None:
    """Add a purge, named "room.what"."""
    _purges[key] = purge


def purges() -> dict[str, Purge]:
    """Every purge, in the order of registration."""
    return dict(_purges)


def purge_is_due(now: dt.datetime) -> bool:
    """Whether something is past its retention."""
    return any(found.is_due(now) for found in _purges.values())


def purge_is_due_now() -> bool:
    """Whether something is past its retention now (a step of `prepare`)."""
    return purge_is_due(timezone.now())


def labels_of(keys: Collection[str]) -> Mapping[str, str]:
    """Purges in words, for the journal."""
    return {key: found.label for key, found in _purges.items() if key in keys}


def purge(*, actor: Actor, now: dt.datetime) -> dict[str, Mapping[str, int]]:
    """Run every purge, each in its transaction with one line of the journal; says what each erased."""
    return {key: _run(key, found, actor=actor, now=now) for key, found in _purges.items()}


@transaction.atomic
def _run(key: str, found: Purge, *, actor: Actor, now: dt.datetime) -> Mapping[str, int]:
    counts = {what: count for what, count in found.run(now=now).items() if count}
    if counts:
        what = ", ".join(f"{name} ({count})" for name, count in counts.items())
        data = {"what": what, "counts": counts}
        journal.record(actor=actor, verb="common.purged", target=("common.purge", key), now=now, data=data)
    return counts
