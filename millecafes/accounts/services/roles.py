"""Giving and ending roles."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import active
from millecafes.accounts.rules import perimeter_is_valid
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.formats import day as in_words


class RoleError(ValueError):
    """A role that cannot be given or ended, in the user's words."""


def check_perimeter(kind: RoleKind, perimeter: str) -> None:
    """Refuse a perimeter that does not suit the role, or leads nowhere.

    Raises
    ------
    RoleError
    """
    if not perimeter_is_valid(kind, perimeter):
        raise RoleError(f"Périmètre : « {perimeter} » ne convient pas au rôle « {kind.label} ».")
    if not perimeters.exists(perimeter):
        raise RoleError(f"Périmètre : « {perimeter} » ne correspond à rien de connu.")


@transaction.atomic
def grant_role(
    *,
    user: User,
    kind: RoleKind,
    perimeter: str,
    actor: Actor,
    now: dt.datetime,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Role:
    """Give a role, from `starts_on` (today) to `ends_on` included (no end).

    Raises
    ------
    RoleError
        When the perimeter does not suit, the dates are reversed, or the person has this role already.
    """
    role = place_role(
        user=user,
        kind=kind,
        perimeter=perimeter,
        starts_on=starts_on or timezone.localdate(now),
        ends_on=ends_on,
        granted_by_id=actor.user_id,
        now=now,
    )
    _record("accounts.role_granted", role, actor, now)
    return role


def place_role(
    *,
    user: User,
    kind: RoleKind,
    perimeter: str,
    starts_on: dt.date,
    ends_on: dt.date | None,
    granted_by_id: int | None,
    now: dt.datetime,
) -> Role:
    """Write a role, within the transaction and the journal line of another service.

    Raises
    ------
    RoleError
        As `grant_role`.
    """
    check_perimeter(kind, perimeter)
    if ends_on is not None and ends_on < starts_on:
        raise RoleError(
            f"Fin du rôle : le {in_words(ends_on)} est avant le {in_words(starts_on)}, son début."
        )
    User.objects.select_for_update().get(pk=user.pk)  # two identical requests at once give one role
    same = Role.objects.filter(user=user, kind=kind, perimeter=perimeter, ended_at__isnull=True)
    if any(_overlaps(role, starts_on, ends_on) for role in same.order_by("pk")):
        raise RoleError("Cette personne a déjà ce rôle à ces dates.")
    return Role.objects.create(
        user=user,
        kind=kind,
        perimeter=perimeter,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by_id=granted_by_id,
        created_at=now,
        is_demo=settings.DEMO,
    )


def _record(verb: str, role: Role, actor: Actor, now: dt.datetime) -> None:
    """The journal's line: what the role is, where it lies, whose it is."""
    role.lies_in = perimeters.keys_above(role.perimeter)
    journal.record(
        actor=actor,
        verb=verb,
        target=role,
        now=now,
        data={"kind": role.get_kind_display(), "perimeter": role.perimeter},
        subject_id=role.user_id,
    )


def _overlaps(role: Role, starts_on: dt.date, ends_on: dt.date | None) -> bool:
    return (role.ends_on is None or starts_on <= role.ends_on) and (
        ends_on is None or role.starts_on <= ends_on
    )


@transaction.atomic
def end_role(*, role: Role, actor: Actor, now: dt.datetime) -> Role:
    """End a role at once, without waiting for its last day.

    Raises
    ------
    RoleError
        When it has ended already, or when nobody of the team would be left.
    """
    today = timezone.localdate(now)
    # All in one order: two people of the team who end each other's roles wait for one another.
    team = list(_team(today).select_for_update(of=("self",))) if role.kind == RoleKind.TEAM else []
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.ended_at is not None or (role.ends_on is not None and role.ends_on < today):
        raise RoleError("Ce rôle a déjà pris fin.")
    if role.kind == RoleKind.TEAM and not any(other.user_id != role.user_id for other in team):
        raise RoleError("C’est le dernier rôle d’équipe nationale : donnez-le d’abord à quelqu’un d’autre.")
    role.ended_at = now
    role.save(update_fields=["ended_at"])
    _record("accounts.role_ended", role, actor, now)
    return role


def _team(today: dt.date) -> QuerySet[Role]:
    """The roles of the national team."""
    return active(today).filter(kind=RoleKind.TEAM, user__is_active=True).order_by("pk")
