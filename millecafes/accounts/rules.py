"""Shared predicates: who may do what, on what.

A predicate takes an `Actor` (never a user) and an object that says its `perimeter_keys()`; it makes no query.
A role opens what lies in its perimeter: its key is among those of the object. Rooms compose these
predicates and register permissions in `common.permissions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from millecafes.accounts.enums import INVITES, PERIMETERS, RoleKind
from millecafes.common.actors import Actor
from millecafes.common.imports.registry import imports_something, imports_this
from millecafes.common.permissions import Predicate, add, predicate


class InPerimeter(Protocol):
    """What permissions may be asked about."""

    def perimeter_keys(self) -> Iterable[str]:
        """Every perimeter this object lies in: its commune, its EPCI, its département… and "network"."""
        ...


class OfAKind(InPerimeter, Protocol):
    """A role, or the offer of one."""

    kind: str


@dataclass(frozen=True)
class Offer:
    """A role that somebody would give, on a perimeter that lies in `keys`."""

    kind: str
    keys: tuple[str, ...]

    def perimeter_keys(self) -> tuple[str, ...]:
        """Every perimeter the role would lie in."""
        return self.keys


@predicate
def is_person(actor: Actor) -> bool:
    """Somebody is signed in."""
    return actor.is_person


@predicate
def is_command(actor: Actor) -> bool:
    """A command or a job of the site acts."""
    return bool(actor.command)


@predicate
def in_perimeter(actor: Actor, thing: InPerimeter | None) -> bool:
    """The hat worn covers this object. Without an object: the hat has a perimeter at all."""
    if not actor.perimeter:
        return False
    return thing is None or actor.perimeter in set(thing.perimeter_keys())


@predicate
def is_own(actor: Actor, thing: InPerimeter | None) -> bool:
    """The object is the person's own, whatever the hat."""
    return thing is not None and actor.is_person and f"person:{actor.user_id}" in set(thing.perimeter_keys())


def wears(*kinds: RoleKind) -> Predicate:
    """The hat worn is one of these."""
    return predicate(lambda actor: actor.kind in kinds)


@predicate
def may_invite(actor: Actor, offer: OfAKind | None = None) -> bool:
    """The hat worn invites to this role on this perimeter. Without an offer: it invites to something."""
    kinds = INVITES.get(RoleKind(actor.kind), frozenset()) if actor.kind else frozenset()
    if offer is None:
        return bool(kinds)
    return offer.kind in kinds and actor.perimeter in set(offer.perimeter_keys())


is_team = wears(RoleKind.TEAM)
is_town_hall = wears(RoleKind.ELECTED, RoleKind.SECRETARY)

# `common` knows no role: its permissions are given here.
add("common.view_journal", is_team)
add("common.view_health", is_team)
add("common.import_files", imports_something)
add("common.view_import", imports_this & (is_own | is_team))
add("common.view_imports_of_all", imports_something & is_team)
# A job belongs to who asked for it; those of the site itself, to the team.
for permission in ("view_job", "cancel_job", "replay_job"):
    add(f"common.{permission}", is_team | is_own)
# What somebody is told is theirs alone, the team included.
add("common.read_notification", is_own)
add("common.view_jobs", is_team)
add("common.replay_jobs", is_team)
add("common.view_journal_of", is_team | (wears(RoleKind.REGIONAL) & in_perimeter))

add("accounts.view_person", is_team | (wears(RoleKind.REGIONAL) & in_perimeter))
# On a role to offer, or on an invitation already sent.
add("accounts.invite", may_invite)
# Without waiting for an answer; and taking it away.
add("accounts.manage_role", wears(RoleKind.TEAM, RoleKind.REGIONAL) & may_invite)
# A token carries a hat: whoever wears one may make some, for themselves.
add("accounts.make_token", predicate(lambda actor: bool(actor.kind)))
add("accounts.view_tokens", is_team)
add("accounts.revoke_token", is_own | is_team)
add("accounts.erase_person", is_team)
add("accounts.change_email", is_team)


def perimeter_is_valid(kind: RoleKind, key: str) -> bool:
    """Whether a role of this kind may be given on this perimeter key (its form only)."""
    family, _, value = key.partition(":")
    return family in PERIMETERS[kind] and bool(value) is (family != "network")
