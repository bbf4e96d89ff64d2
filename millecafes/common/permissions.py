"""Permissions: predicates put together with the library `rules`, asked in one place.

A room writes predicates in its `rules.py` and registers what they open with `add("room.verb_object", …)`.
Pages, templates, API and commands ask `can(actor, permission, thing)`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

import rules.permissions
import rules.predicates

from millecafes.common.actors import Actor


class Predicate(Protocol):
    """A condition on an actor and a thing, which composes with &, | and ~."""

    def __call__(self, actor: Actor, thing: Any = None) -> bool: ...

    def __and__(self, other: Predicate) -> Predicate: ...

    def __or__(self, other: Predicate) -> Predicate: ...

    def __invert__(self) -> Predicate: ...


def predicate(function: Callable[..., bool]) -> Predicate:
    """Make a predicate of a function of (actor) or (actor, thing)."""
    return cast("Predicate", rules.predicates.predicate(function))


def add(permission: str, condition: Predicate) -> None:
    """Register a permission, named "room.verb_object"; twice the same name is an error."""
    rules.permissions.add_perm(permission, condition)


def names() -> list[str]:
    """Every registered permission."""
    return sorted(rules.permissions.permissions)


def can(actor: Actor, permission: str, thing: object = None) -> bool:
    """Whether the actor has a permission on a thing.

    Raises
    ------
    KeyError
        When no room registered this permission: a typing mistake must not become a refusal.
    """
    if not rules.permissions.perm_exists(permission):
        raise KeyError(f"permission inconnue : {permission}")
    return bool(rules.permissions.has_perm(permission, actor, thing))
