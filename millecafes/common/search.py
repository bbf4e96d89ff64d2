"""The search registry: each room registers the kinds of things it finds; pages ask them all.

A provider answers for an actor: it finds only what this hat may see, in a number of queries that does not
grow with what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from millecafes.common.actors import Actor
from millecafes.common.matching import EXACT, fold
from millecafes.common.permissions import can


@dataclass(frozen=True)
class Hit:
    """One answer: what to write, where it leads, what tells it apart, how sure it is (0 to 1)."""

    label: str
    url: str
    detail: str = ""
    score: float = EXACT


SearchProvider = Callable[[Actor, str, int], Sequence[Hit]]


@dataclass(frozen=True)
class Kind:
    """A kind of things: its French name, how it is found, what it takes to look for it.

    `more`: the name of the address of its own list, which takes `?q=`.
    """

    label: str
    find: SearchProvider
    permission: str = ""
    more: str = ""
    order: int = 100


@dataclass(frozen=True)
class Group:
    """The answers of a kind; `more_url` leads to those that are not shown."""

    key: str
    label: str
    hits: Sequence[Hit]
    more_url: str = ""


_kinds: dict[str, Kind] = {}


def register(key: str, kind: Kind) -> None:
    """Add a kind of answers (one per key)."""
    _kinds[key] = kind


def unregister(key: str) -> None:
    """Remove a kind (tests)."""
    _kinds.pop(key, None)


def kinds_for(actor: Actor) -> dict[str, Kind]:
    """What this hat may look for, in order."""
    kept = {key: kind for key, kind in _kinds.items() if not kind.permission or can(actor, kind.permission)}
    return dict(sorted(kept.items(), key=lambda entry: entry[1].order))


def search(actor: Actor, query: str, *, limit: int = 5) -> list[Group]:
    """The kinds that have answers, those with the surest answer first."""
    if not fold(query):
        return []
    groups = [_answered(key, kind, actor, query, limit) for key, kind in kinds_for(actor).items()]
    found = [group for group in groups if group.hits]
    return sorted(found, key=lambda group: -max(hit.score for hit in group.hits))


def _answered(key: str, kind: Kind, actor: Actor, query: str, limit: int) -> Group:
    hits = list(kind.find(actor, query, limit + 1))
    is_more = len(hits) > limit and kind.more
    more_url = f"{reverse(kind.more)}?{urlencode({'q': query})}" if is_more else ""
    return Group(key, kind.label, hits[:limit], more_url)
