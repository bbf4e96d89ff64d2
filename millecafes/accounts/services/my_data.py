"""Erasing a person: their data go, the statistics and the journal stay without a name."""

from __future__ import annotations

import datetime as dt
import json

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.accounts.queries.my_data import addresses_of
from millecafes.accounts.queries.roles import active
from millecafes.common import journal, mail, privacy
from millecafes.common.actors import Actor


class ErasureError(ValueError):
    """A person who cannot be erased, in the user's words."""


LAST_OF_THE_TEAM = (
    "Ce compte est le dernier de l’équipe nationale : donnez d’abord ce rôle à quelqu’un d’autre. "
    "Sans lui, plus personne ne pourrait tenir le site."
)


def why_not(user: User, now: dt.datetime, *, lock: bool = False) -> str:
    """Why this person cannot be erased now; empty when nothing stands in the way.

    With `lock`, the roles of the team wait for the end of the transaction: two people do not leave at once.
    """
    team = active(timezone.localdate(now)).filter(kind=RoleKind.TEAM, user__is_active=True)
    if lock:
        team = team.select_for_update(of=("self",)).order_by("pk")
    return LAST_OF_THE_TEAM if {role.user_id for role in team} == {user.pk} else ""


@transaction.atomic
def erase_person(*, user: User, actor: Actor, now: dt.datetime) -> dict[str, int]:
    """Erase what is known of a person, as declared; end their roles and sessions; tell them by mail.

    The account stays as a number without a name, so that what was done and counted still holds. Says how
    many rows of each model were erased; twice is once.

    Raises
    ------
    ErasureError
        When nobody of the team would be left.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.erased_at is not None:
        return {}
    refusal = why_not(user, now, lock=True)
    if refusal:
        raise ErasureError(refusal)
    mail.send(template="accounts/mail/erased", to=user.email, context={})
    _end_roles(user, now)
    _forget_sessions(user)
    done = privacy.erase(user)
    user.refresh_from_db()
    user.is_active = user.is_staff = user.is_superuser = False
    user.erased_at = now
    user.save(update_fields=["is_active", "is_staff", "is_superuser", "erased_at"])
    by_themselves = actor.user_id == user.pk
    verb = "accounts.account_erased" if by_themselves else "accounts.person_erased"
    journal.record(actor=actor, verb=verb, target=user, now=now)
    return done


def _end_roles(user: User, now: dt.datetime) -> None:
    """End the roles of today and those to come; they stay counted."""
    over = Role.objects.filter(user=user, ends_on__lt=timezone.localdate(now))
    Role.objects.filter(user=user, ended_at__isnull=True).exclude(pk__in=over.values("pk")).update(
        ended_at=now
    )


def _forget_sessions(user: User) -> None:
    """Delete a person's sessions, and those of nobody that name them: sign-ins begun and never ended."""
    addresses = addresses_of(user)
    named = []
    for session in Session.objects.order_by("pk").iterator():
        held = session.get_decoded()
        owner = str(held.get(SESSION_KEY, ""))
        if owner == str(user.pk) or (not owner and _holds(held, addresses)):
            named.append(session.pk)
    Session.objects.filter(pk__in=named).delete()


def _holds(held: dict[str, object], addresses: set[str]) -> bool:
    """Whether a session holds one of these addresses anywhere."""
    whole = json.dumps(held, ensure_ascii=False, default=str).lower()
    return any(address in whole for address in addresses)
