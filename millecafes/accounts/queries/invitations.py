"""Reads about invitations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from millecafes.accounts.enums import INVITES, InvitationState, RoleKind
from millecafes.accounts.models import Invitation, User
from millecafes.accounts.queries import perimeters
from millecafes.common.actors import Actor


@dataclass(frozen=True)
class InvitationRow:
    """An invitation in words."""

    invitation: Invitation
    place: str
    state: InvitationState

    @property
    def can_be_resent(self) -> bool:
        """Whether a new link may leave."""
        return self.state in {InvitationState.PENDING, InvitationState.EXPIRED}


def invitations_for(actor: Actor) -> QuerySet[Invitation]:
    """The invitations that a hat may follow: those it could have sent."""
    kinds = INVITES.get(RoleKind(actor.kind), frozenset()) if actor.kind else frozenset()
    rows = Invitation.objects.filter(perimeters.lying_in("perimeter", actor.perimeter), kind__in=kinds)
    return rows.order_by("-created_at", "-pk")


def in_state(state: InvitationState, now: dt.datetime) -> Q:
    """The condition that an invitation is in a state."""
    if state == InvitationState.ACCEPTED:
        return Q(accepted_at__isnull=False)
    if state == InvitationState.REVOKED:
        return Q(accepted_at__isnull=True, revoked_at__isnull=False)
    waiting = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    return waiting & (Q(expires_at__gt=now) if state == InvitationState.PENDING else Q(expires_at__lte=now))


def invitations_filtered(actor: Actor, asked: Mapping[str, str], now: dt.datetime) -> QuerySet[Invitation]:
    """The invitations of a filter (`q`, `etat`), among those that a hat may follow."""
    found = invitations_for(actor).select_related("invited_by", "accepted_by")
    if asked["etat"]:
        found = found.filter(in_state(InvitationState(asked["etat"]), now))
    return found.filter(email__icontains=asked["q"]) if asked["q"] else found


def invitation_rows(found: Iterable[Invitation], now: dt.datetime) -> list[InvitationRow]:
    """Invitations in words, with one query per family of places."""
    rows = list(found)
    places = perimeters.labels(row.perimeter for row in rows)
    return [InvitationRow(row, places[row.perimeter], row.state(now)) for row in rows]


def invitations() -> QuerySet[Invitation]:
    """Every invitation."""
    return Invitation.objects.all()


def place_invitation(invitation: Invitation) -> None:
    """Read the perimeters an invitation lies in."""
    invitation.lies_in = perimeters.keys_above(invitation.perimeter)


def invited_by_link(fingerprint: str) -> Invitation | None:
    """The invitation of a link."""
    rows = Invitation.objects.select_related("invited_by").filter(token=fingerprint)
    return rows.order_by("pk").first()


def has_account(email: str) -> bool:
    """Whether somebody signs in with this address."""
    return User.objects.filter(email=email).exists()
