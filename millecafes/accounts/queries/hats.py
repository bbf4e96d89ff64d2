"""The hats of whoever makes a request: which roles, which one is worn, and who acts."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from millecafes.accounts.models import Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import active_roles
from millecafes.common.actors import ANONYMOUS, Actor

SESSION_KEY = "hat"
# Set by « Entrer comme… », in demonstration mode only: that entry goes without a second factor.
DEMO_ENTRY = "demo_entry"


def actor_in(role: Role) -> Actor:
    """The actor that a person is under one of their roles."""
    return Actor(user_id=role.user_id, role_id=role.pk, kind=role.kind, perimeter=role.perimeter)


class Hats:
    """The hats of the person who makes a request, read in one query when first needed."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        # Somebody without a session is nobody: their pages ask nothing of the database.
        self.may_be_known = settings.SESSION_COOKIE_NAME in request.COOKIES

    @cached_property
    def roles(self) -> list[Role]:
        """The roles exercised today."""
        user = self.request.user
        if not self.may_be_known or not isinstance(user, User):
            return []
        if user.roles_today is not None:
            return user.roles_today
        return active_roles(user.pk, timezone.localdate())

    @cached_property
    def role(self) -> Role | None:
        """The hat worn: the one chosen, else the widest; a chosen hat that ended is told once."""
        chosen = self.request.session.get(SESSION_KEY) if self.roles or self.may_be_known else None
        worn = next((role for role in self.roles if role.pk == chosen), None)
        if worn is None and chosen is not None and self.request.user.pk is not None:
            del self.request.session[SESSION_KEY]
            messages.info(self.request, "Le rôle que vous aviez choisi a pris fin.")
        return worn or next(iter(self.roles), None)

    @cached_property
    def actor(self) -> Actor:
        """The person under the hat worn."""
        if not self.may_be_known or not self.request.user.is_authenticated:
            return ANONYMOUS
        return actor_in(self.role) if self.role else Actor(user_id=self.request.user.pk)

    @cached_property
    def labels(self) -> dict[str, str]:
        """The French names of the perimeters of these hats."""
        return perimeters.labels(role.perimeter for role in self.roles)

    def choices(self) -> list[tuple[Role, str]]:
        """Every hat with the name of its perimeter."""
        return [(role, self.labels[role.perimeter]) for role in self.roles]

    def worn(self) -> str:
        """The hat worn, in words; the whole network says nothing more."""
        if self.role is None:
            return ""
        kind = self.role.get_kind_display()
        if self.role.perimeter == perimeters.NETWORK:
            return kind
        return f"{kind}, {self.labels[self.role.perimeter]}"

    def others(self) -> list[Actor]:
        """The same person under each of the other hats."""
        return [actor_in(role) for role in self.roles if role != self.role]


def hats_of(request: HttpRequest) -> Hats:
    """The hats of the person who makes this request."""
    hats: Hats = request.hats  # type: ignore[attr-defined]
    return hats
