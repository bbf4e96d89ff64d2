"""People and their roles, made through the same services as real ones."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import SECOND_FACTOR, RoleKind
from millecafes.accounts.models import ApiToken, Invitation, Role, User
from millecafes.accounts.queries.hats import actor_in
from millecafes.accounts.services.invitations import LASTS
from millecafes.accounts.services.roles import grant_role
from millecafes.accounts.services.tokens import create_token
from millecafes.common import actors
from millecafes.common.links import fingerprint

_numbers = itertools.count(1)


def make_person(email: str = "", *, name: str = "", **extra: Any) -> User:
    """A person, without any role."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"personne{number}@example.org", full_name=name or f"Personne {number}", **extra
    )


def give_factor(user: User) -> None:
    """A second factor, as set some time ago."""
    Authenticator.objects.get_or_create(
        user=user,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": get_adapter().encrypt("A" * 32)}},
    )


def make_role(kind: RoleKind, perimeter: str, *, user: User | None = None, **dates: Any) -> Role:
    """A role, given to somebody new unless `user` is told."""
    person = user or make_person()
    if kind in SECOND_FACTOR:
        give_factor(person)
    return grant_role(
        user=person,
        kind=kind,
        perimeter=perimeter,
        actor=actors.command("tests"),
        now=dates.pop("now", None) or timezone.now(),
        **dates,
    )


def make_invitation(
    perimeter: str = "network",
    kind: RoleKind = RoleKind.SECRETARY,
    *,
    email: str = "",
    token: str = "",
    now: dt.datetime | None = None,
    **extra: Any,
) -> Invitation:
    """An invitation sent an hour ago, whose link ends by `token`."""
    number = next(_numbers)
    sent = (now or timezone.now()) - dt.timedelta(hours=1)
    return Invitation.objects.create(
        email=email or f"invitee{number}@example.org",
        kind=kind,
        perimeter=perimeter,
        token=fingerprint(token or f"lien-{number}"),
        created_at=sent,
        sent_at=sent,
        expires_at=extra.pop("expires_at", sent + LASTS),
        **extra,
    )


def make_token(
    role: Role,
    *scopes: str,
    perimeter: str = "",
    name: str = "",
    days: int = 30,
    now: dt.datetime | None = None,
) -> tuple[ApiToken, str]:
    """A token that carries a role, and its secret."""
    return create_token(
        role=role,
        name=name or f"Programme {next(_numbers)}",
        scope_keys=scopes or ("territory:read",),
        perimeter=perimeter or role.perimeter,
        days=days,
        actor=actor_in(role),
        now=now or timezone.now(),
    )


def program_wearing(kind: RoleKind, perimeter: str, *scopes: str, within: str = "") -> Client:
    """A program that shows a token of somebody under this hat, kept to `within`."""
    _, secret = make_token(make_role(kind, perimeter), *scopes, perimeter=within)
    return Client(headers={"authorization": f"Bearer {secret}"})


def client_wearing(kind: RoleKind, perimeter: str, *, user: User | None = None) -> Client:
    """A browser in which somebody is signed in under this hat."""
    role = make_role(kind, perimeter, user=user)
    client = Client()
    client.force_login(role.user)
    session = client.session
    session["hat"] = role.pk
    session.save()
    return client
