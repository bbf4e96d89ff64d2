"""Reads of the demonstration."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from millecafes.accounts.models import Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import active
from millecafes.cafes.models import Cafe

# What Django's file backend writes after each message.
SEPARATOR = b"-" * 79 + b"\n"


def has_real_people() -> bool:
    """Whether somebody real has an account here."""
    return User.objects.filter(is_demo=False, erased_at__isnull=True).exists()


def is_empty() -> bool:
    """Whether nothing was seeded yet."""
    return not (User.objects.filter(is_demo=True).exists() and Cafe.objects.filter(is_demo=True).exists())


@dataclass(frozen=True)
class Entrance:
    """One role to try: whose, and on what."""

    role: Role
    place: str


def entrances() -> list[Entrance]:
    """Every role of invented people, in the order of the list of roles. Two queries, and one per family."""
    from millecafes.accounts.enums import RoleKind

    order = {kind.value: number for number, kind in enumerate(RoleKind)}
    rows = (
        active(timezone.localdate())
        .filter(user__is_demo=True, user__is_active=True)
        .select_related("user")
        .order_by("user__full_name", "pk")
    )
    roles = sorted(rows, key=lambda role: order[role.kind])
    places = perimeters.labels(role.perimeter for role in roles)
    return [Entrance(role, places[role.perimeter]) for role in roles]


@dataclass(frozen=True)
class Letter:
    """One message written to a file instead of being sent."""

    at: dt.datetime
    to: str
    subject: str
    text: str


LATEST = 50


def letters() -> list[Letter]:
    """The latest messages, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = []
    for file in files[:LATEST]:
        at = dt.datetime.fromtimestamp(file.stat().st_mtime, tz=dt.UTC)
        for part in reversed(file.read_bytes().split(SEPARATOR)):
            if part.strip():
                message = email.message_from_bytes(part.strip(), policy=email.policy.default)
                body = message.get_body(("plain",))
                text = body.get_content() if body else ""
                found.append(Letter(at, str(message["To"]), str(message["Subject"]), text.strip()))
    return found[:LATEST]


def invented_role(number: int) -> Role | None:
    """A role in force of somebody invented."""
    roles = active(timezone.localdate()).filter(user__is_demo=True, user__is_active=True)
    return roles.select_related("user").filter(pk=number).order_by("pk").first()
