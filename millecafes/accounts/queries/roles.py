"""Reads about roles."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.common.actors import Actor

_ORDER = {kind.value: number for number, kind in enumerate(RoleKind)}


def is_active_on(day: dt.date) -> Q:
    """The condition that a role is exercised on a day, the last day included."""
    not_over = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return not_over & Q(starts_on__lte=day, ended_at__isnull=True)


def active(day: dt.date) -> QuerySet[Role]:
    """Roles exercised on a day."""
    return Role.objects.filter(is_active_on(day))


def active_roles(user_id: int, day: dt.date) -> list[Role]:
    """The hats of a person on a day, the widest first, each with its person.

    Asked by every page of whoever is signed in: a short query, and the days compared here.
    """
    kept = Role.objects.filter(user_id=user_id, ended_at__isnull=True).select_related("user")
    found = [role for role in kept.order_by("perimeter", "pk") if role.is_active(day)]
    return sorted(found, key=lambda role: _ORDER[role.kind])


def roles_of(user_id: int) -> QuerySet[Role]:
    """Every role of a person, of today and before."""
    return Role.objects.filter(user_id=user_id).select_related("granted_by").order_by("-starts_on", "-pk")


def has_second_factor(user_id: int | None) -> bool:
    """Whether this person has a passkey or an authenticator application."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists())


def still_wears(actor: Actor, now: dt.datetime) -> bool:
    """Whether a person may still act under the role with which they asked for something."""
    if actor.role_id is None:
        return User.objects.filter(pk__in=[actor.user_id], is_active=True).exists()
    held = active(timezone.localdate(now)).filter(user__in=[actor.user_id], user__is_active=True)
    return held.filter(pk=actor.role_id, kind=actor.kind, perimeter=actor.perimeter).exists()
