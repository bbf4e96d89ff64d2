"""Who acts: what permissions are asked of, and what the journal writes.

An actor is a person wearing one hat (or none), or a command of the site. It carries plain values, so that a
permission never needs a query, and so that `common` knows no room above.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Actor:
    """A person with the hat worn now; or a command.

    `kind` and `perimeter` are those of the role worn ("team", "network"); empty without a hat.
    """

    user_id: int | None = None
    role_id: int | None = None
    kind: str = ""
    perimeter: str = ""
    command: str = ""

    @property
    def is_person(self) -> bool:
        """Whether somebody is signed in."""
        return self.user_id is not None

    @property
    def hat(self) -> str:
        """The hat as the journal keeps it: "team@network"; empty without one."""
        return f"{self.kind}@{self.perimeter}" if self.kind else ""


ANONYMOUS = Actor()


def command(name: str) -> Actor:
    """The actor of a management command, or of a job."""
    return Actor(command=name)


_still_wears: list[Callable[[Actor, dt.datetime], bool]] = []


def know_hats(still_wears: Callable[[Actor, dt.datetime], bool]) -> None:
    """Told by `accounts`: whether a person still has the role with which they asked for something."""
    _still_wears[:] = [still_wears]


def still_wears(actor: Actor, now: dt.datetime) -> bool:
    """Whether an actor of some time ago may still act: a job is done long after it was asked for."""
    return not actor.is_person or all(check(actor, now) for check in _still_wears)


def actor_of(request: HttpRequest) -> Actor:
    """Who makes this request (set by the middleware of `accounts`)."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor
