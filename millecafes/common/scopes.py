"""Scopes: what a token of the API may be asked to open. Each room registers its own, in French words."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.common.actors import Actor
from millecafes.common.permissions import can


@dataclass(frozen=True)
class Scope:
    """A piece of the API: its key ("organisations:read"), what it lets a program read, who may give it.

    A scope opens nothing by itself: the hat that the token carries must have `permission` too (empty: what
    it reads is public).
    """

    key: str
    label: str
    help: str
    permission: str = ""
    order: int = 100


_scopes: dict[str, Scope] = {}


def register(scope: Scope) -> None:
    """Add a scope; registering again replaces."""
    _scopes[scope.key] = scope


def scopes() -> list[Scope]:
    """Every scope, in order."""
    return sorted(_scopes.values(), key=lambda scope: (scope.order, scope.key))


def scopes_for(actor: Actor) -> list[Scope]:
    """The scopes that somebody under this hat may give to a token."""
    return [scope for scope in scopes() if not scope.permission or can(actor, scope.permission)]
