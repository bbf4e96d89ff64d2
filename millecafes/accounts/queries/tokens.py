"""Reads about tokens of the API: whom one stands for, whose they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from millecafes.accounts.backends import AccountBackend
from millecafes.accounts.enums import SECOND_FACTOR, PerimeterKind, TokenState
from millecafes.accounts.models import ApiToken, User
from millecafes.accounts.queries import perimeters
from millecafes.common import scopes
from millecafes.common.actors import Actor
from millecafes.common.links import fingerprint

# What every token begins with: programs that look for secrets in code recognise it.
PREFIX = "mc_"
# Longer than any token.
MAX_LENGTH = 200


@dataclass(frozen=True)
class TokenRow:
    """A token in words."""

    token: ApiToken
    place: str
    labels: list[str]
    state: TokenState

    @property
    def is_active(self) -> bool:
        """Whether it opens something, and may be taken back."""
        return self.state == TokenState.ACTIVE


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens of somebody, the latest first."""
    return all_tokens().filter(user=user)


def all_tokens() -> QuerySet[ApiToken]:
    """Every token, the latest first, with whose it is."""
    return ApiToken.objects.select_related("user", "role").order_by("-created_at", "-pk")


def expiring(now: dt.datetime, until: dt.datetime) -> list[ApiToken]:
    """The tokens that still open something and will have expired by then."""
    rows = all_tokens().filter(revoked_at=None, expires_at__gt=now, expires_at__lte=until)
    today = timezone.localdate(now)
    return [token for token in rows if token.state(now, today) == TokenState.ACTIVE]


def token_rows(found: Iterable[ApiToken], now: dt.datetime) -> list[TokenRow]:
    """Tokens in words, with one query per family of places."""
    rows, today = list(found), timezone.localdate(now)
    places = perimeters.labels(row.perimeter for row in rows)
    labels = {scope.key: scope.label for scope in scopes.scopes()}
    return [
        TokenRow(
            row,
            places[row.perimeter],
            [labels.get(key, key) for key in row.scope_keys],
            row.state(now, today),
        )
        for row in rows
    ]


def token_shown(secret: str, now: dt.datetime) -> ApiToken | None:
    """The token that opens with this secret, if it still does: itself, its role and its person.

    A role that asks for a second factor asks it of its tokens too: without it nobody could make one.
    """
    if not secret.startswith(PREFIX) or len(secret) > MAX_LENGTH:
        return None
    factors = Authenticator.objects.filter(
        user=OuterRef("user"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    rows = all_tokens().filter(fingerprint=fingerprint(secret)).annotate(has_factor=Exists(factors))
    token = rows.first()
    if token is None or token.state(now, timezone.localdate(now)) != TokenState.ACTIVE:
        return None
    if not AccountBackend().user_can_authenticate(token.user):
        return None
    # Entering by one click, in demonstration mode, goes without a second factor: so do tokens.
    if token.role.kind in SECOND_FACTOR and not token.has_factor and not settings.DEMO:
        return None
    return token if perimeters.inside([token.perimeter], token.role.perimeter) else None


def actor_with(token: ApiToken) -> Actor:
    """Who acts: its person, under the hat it carries, on the perimeter it was given."""
    role = token.role
    return Actor(user_id=token.user_id, role_id=role.pk, kind=role.kind, perimeter=token.perimeter)


# What a token may be narrowed to: what lists of the API can be asked about.
NARROWER = (PerimeterKind.REGION, PerimeterKind.DEPARTEMENT)


def can_be_narrowed(actor: Actor) -> bool:
    """Whether a hat's perimeter holds smaller ones that a token may be kept to."""
    return actor.perimeter.partition(":")[0] in {PerimeterKind.NETWORK.value, PerimeterKind.REGION.value}
