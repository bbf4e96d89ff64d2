"""Inviting somebody to a role: the invitation, its link, and its answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import ACCEPTED, InvitationState, RoleKind
from millecafes.accounts.models import Invitation, Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import active
from millecafes.accounts.rules import perimeter_is_valid
from millecafes.accounts.services.people import PersonError, create_person
from millecafes.accounts.services.roles import RoleError, check_perimeter, place_role
from millecafes.common import journal, mail
from millecafes.common.actors import ANONYMOUS, Actor
from millecafes.common.formats import day as in_words
from millecafes.common.links import fingerprint, new_secret
from millecafes.common.notifications import notify

LASTS = dt.timedelta(days=30)
# A second click must not send a second mail, whose first link would already be dead.
PAUSE = dt.timedelta(minutes=1)

_OVER = {
    InvitationState.ACCEPTED: "Cette invitation a déjà servi.",
    InvitationState.REVOKED: "Cette invitation a été retirée.",
    InvitationState.EXPIRED: "Cette invitation a expiré.",
}


class InvitationError(ValueError):
    """An invitation that cannot be sent or accepted, in the user's words."""


class AccountExistsError(InvitationError):
    """Somebody has this address already, and must sign in to accept."""


@dataclass(frozen=True)
class Accepted:
    """What accepting gave."""

    role: Role
    user: User
    is_new: bool


@transaction.atomic
def invite(
    *,
    email: str,
    kind: RoleKind,
    perimeter: str,
    actor: Actor,
    now: dt.datetime,
    accept_url: str,
    role_ends_on: dt.date | None = None,
) -> Invitation:
    """Offer a role to an address. `accept_url` holds "TOKEN" where the secret goes.

    Raises
    ------
    InvitationError
        When the perimeter does not suit, the role would be over, or the address has this role or this
        invitation already.
    """
    address = email.strip().lower()
    _check_offer(address, kind, perimeter, role_ends_on, now)
    token = new_secret()
    invitation = Invitation.objects.create(
        email=address,
        kind=kind,
        perimeter=perimeter,
        role_ends_on=role_ends_on,
        token=fingerprint(token),
        invited_by_id=actor.user_id,
        created_at=now,
        sent_at=now,
        expires_at=_end(now, role_ends_on),
        is_demo=settings.DEMO,
    )
    _send(invitation, accept_url.replace("TOKEN", token))
    _record("accounts.invited", invitation, actor, now)
    return invitation


def _check_offer(
    email: str, kind: RoleKind, perimeter: str, role_ends_on: dt.date | None, now: dt.datetime
) -> None:
    today = timezone.localdate(now)
    if perimeter != perimeters.ONESELF or not perimeter_is_valid(kind, f"{perimeter}:1"):
        try:
            check_perimeter(kind, perimeter)
        except RoleError as error:
            raise InvitationError(str(error)) from error
    if role_ends_on is not None and role_ends_on < today:
        raise InvitationError(f"Fin du rôle : le {in_words(role_ends_on)} est déjà passé.")
    same = {"kind": kind, "perimeter": perimeter}
    if active(today).filter(user__email=email, **same).exists():
        raise InvitationError("Adresse e-mail : cette personne a déjà ce rôle.")
    waiting = Invitation.objects.filter(
        email=email, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now, **same
    )
    if waiting.exists():
        raise InvitationError(
            "Adresse e-mail : cette invitation est déjà partie. Renvoyez-la depuis la liste des invitations."
        )


def _end(now: dt.datetime, role_ends_on: dt.date | None) -> dt.datetime:
    """Thirty days, but not beyond the last day of the role."""
    if role_ends_on is None:
        return now + LASTS
    after = dt.datetime.combine(role_ends_on + dt.timedelta(days=1), dt.time.min)
    return min(now + LASTS, timezone.make_aware(after))


@transaction.atomic
def resend(*, invitation: Invitation, actor: Actor, now: dt.datetime, accept_url: str) -> Invitation:
    """Send a new link, good for thirty days more; the former one is dead.

    Raises
    ------
    InvitationError
        When it was accepted or revoked, when it has just left, or when the role would be over.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    state = invitation.state(now)
    if state in {InvitationState.ACCEPTED, InvitationState.REVOKED}:
        raise InvitationError(_OVER[state])
    if now < invitation.sent_at + PAUSE:
        raise InvitationError("Cette invitation vient de partir : attendez une minute avant de la renvoyer.")
    expires_at = _end(now, invitation.role_ends_on)
    if expires_at <= now:
        raise InvitationError("Le rôle proposé est déjà fini : faites une nouvelle invitation.")
    token = new_secret()
    invitation.token = fingerprint(token)
    invitation.sent_at = now
    invitation.expires_at = expires_at
    invitation.save(update_fields=["token", "sent_at", "expires_at"])
    _send(invitation, accept_url.replace("TOKEN", token))
    _record("accounts.invitation_resent", invitation, actor, now)
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation, actor: Actor, now: dt.datetime) -> Invitation:
    """Take an invitation back.

    Raises
    ------
    InvitationError
        When it was accepted or revoked already.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    state = invitation.state(now)
    if state in {InvitationState.ACCEPTED, InvitationState.REVOKED}:
        raise InvitationError(_OVER[state])
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    _record("accounts.invitation_revoked", invitation, actor, now)
    return invitation


@transaction.atomic
def accept(*, invitation: Invitation, user: User | None, now: dt.datetime, full_name: str = "") -> Accepted:
    """Take the role offered, with an account, or with one made for the address invited.

    Raises
    ------
    AccountExistsError
        When `user` is None and somebody has this address.
    InvitationError
        When it served already, was revoked or has expired; when the person has this role.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    state = invitation.state(now)
    if state != InvitationState.PENDING:
        raise InvitationError(_OVER[state])
    accepting = user or _create(invitation.email, full_name, now)
    own = invitation.perimeter == perimeters.ONESELF
    try:
        role = place_role(
            user=accepting,
            kind=RoleKind(invitation.kind),
            perimeter=f"{perimeters.ONESELF}:{accepting.pk}" if own else invitation.perimeter,
            starts_on=timezone.localdate(now),
            ends_on=invitation.role_ends_on,
            granted_by_id=invitation.invited_by_id,
            now=now,
        )
    except RoleError as error:
        raise InvitationError(str(error)) from error
    invitation.accepted_at = now
    invitation.accepted_by = accepting
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _record("accounts.invitation_accepted", invitation, Actor(user_id=accepting.pk), now)
    _tell_inviter(invitation, now)
    return Accepted(role, accepting, is_new=user is None)


def _tell_inviter(invitation: Invitation, now: dt.datetime) -> None:
    """Without a name: the person may be erased before the notification is."""
    if invitation.invited_by is None:
        return
    notify(
        topic=ACCEPTED.name,
        to=invitation.invited_by,
        target=invitation,
        text=f"Une invitation que vous avez envoyée est acceptée : {invitation.get_kind_display()}.",
        url=reverse("accounts:invitations"),
        now=now,
        key=f"{invitation.pk}",
    )


def _create(email: str, full_name: str, now: dt.datetime) -> User:
    try:
        return create_person(email=email, full_name=full_name, actor=ANONYMOUS, now=now)
    except PersonError as error:
        raise AccountExistsError(str(error)) from error


def _send(invitation: Invitation, link: str) -> None:
    mail.send(
        template="accounts/mail/invitation",
        to=invitation.email,
        context={
            "invitation": invitation,
            "role": RoleKind(invitation.kind).label,
            "perimeter": perimeters.labels([invitation.perimeter])[invitation.perimeter],
            "link": link,
        },
    )


def _record(verb: str, invitation: Invitation, actor: Actor, now: dt.datetime) -> None:
    """The journal's line: never the address invited."""
    invitation.lies_in = perimeters.keys_above(invitation.perimeter)
    journal.record(
        actor=actor,
        verb=verb,
        target=invitation,
        now=now,
        data={"kind": invitation.get_kind_display(), "perimeter": invitation.perimeter},
    )
