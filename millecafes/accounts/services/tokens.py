"""Making and taking back tokens of the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import TOKEN_ENDS
from millecafes.accounts.models import ApiToken, Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.hats import actor_in
from millecafes.accounts.queries.tokens import PREFIX, expiring
from millecafes.common import formats, journal, scopes
from millecafes.common.actors import Actor
from millecafes.common.links import fingerprint, new_secret
from millecafes.common.notifications import notify

LASTS = (30, 90, 365)  # days
# More would no longer be known by anybody.
MOST = 20
# How long before its end a token is announced to expire.
WARNED = dt.timedelta(days=14)


class TokenError(ValueError):
    """A token that cannot be made, in the user's words."""


@transaction.atomic
def create_token(
    *,
    role: Role,
    name: str,
    scope_keys: Collection[str],
    perimeter: str,
    days: int,
    actor: Actor,
    now: dt.datetime,
) -> tuple[ApiToken, str]:
    """Make a token that carries a role; returns it with its secret, which is written nowhere.

    Raises
    ------
    TokenError
        When it goes beyond the role, or the person has one of this name, or too many.
    """
    _check(role, scope_keys, perimeter, days, actor, now)
    _check_others(role.user_id, name, now)
    secret = f"{PREFIX}{new_secret()}"
    token = ApiToken.objects.create(
        user_id=role.user_id,
        role=role,
        name=name,
        fingerprint=fingerprint(secret),
        tail=secret[-4:],
        scopes=" ".join(sorted(scope_keys)),
        perimeter=perimeter,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    told = {"days": days, "perimeter": perimeter}
    verb, subject = "accounts.token_created", token.user_id
    journal.record(actor=actor, verb=verb, target=token, now=now, data=told, subject_id=subject)
    return token, secret


def _check(
    role: Role, scope_keys: Collection[str], perimeter: str, days: int, actor: Actor, now: dt.datetime
) -> None:
    """Refuse what goes beyond the role.

    Raises
    ------
    TokenError
    """
    if actor.user_id != role.user_id or actor.role_id != role.pk:
        raise TokenError("Un jeton porte un rôle de la personne qui le crée.")
    if days not in LASTS:
        raise TokenError(f"Durée : {days} jours. Attendu : {', '.join(map(str, LASTS))} jours.")
    offered = {scope.key for scope in scopes.scopes_for(actor_in(role))}
    if not scope_keys:
        raise TokenError("Portées : cochez au moins ce que le programme doit lire.")
    if beyond := sorted(set(scope_keys) - offered):
        raise TokenError(f"Portées : « {', '.join(beyond)} » n’est pas ouvert à votre rôle.")
    if not perimeters.exists(perimeter) or not perimeters.inside([perimeter], role.perimeter):
        raise TokenError("Périmètre : ce lieu n’est pas dans celui de votre rôle.")


def _check_others(user_id: int, name: str, now: dt.datetime) -> None:
    """Refuse a name that is taken, and one token too many.

    Raises
    ------
    TokenError
    """
    User.objects.select_for_update().get(pk=user_id)  # two identical requests at once make one token
    kept = ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True, expires_at__gt=now)
    if kept.filter(name=name).exists():
        raise TokenError(f"Nom : vous avez déjà un jeton « {name} ». Retirez-le, ou choisissez un autre nom.")
    if kept.count() >= MOST:
        raise TokenError(f"Vous avez déjà {MOST} jetons : retirez ceux qui ne servent plus.")


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Actor, now: dt.datetime) -> bool:
    """Take a token back, for ever; False when it was already."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)
    if changed:
        journal.record(
            actor=actor, verb="accounts.token_revoked", target=token, now=now, subject_id=token.user_id
        )
    return bool(changed)


def mark_used(*, token: ApiToken, day: dt.date) -> None:
    """Write the day a token was last used: once a day, whatever it is asked."""
    before = Q(last_used_on__isnull=True) | Q(last_used_on__lt=day)
    ApiToken.objects.filter(before, pk=token.pk).update(last_used_on=day)


def warn_of_ends(*, now: dt.datetime) -> int:
    """Tell people which of their tokens expire within `WARNED`, once for each; says how many there are."""
    soon = expiring(now, now + WARNED)
    for token in soon:
        day = formats.day(timezone.localdate(token.expires_at))
        notify(
            topic=TOKEN_ENDS.name,
            to=token.user,
            target=token,
            text=f"Votre jeton d’accès « {token.name} » expire le {day}. "
            "S’il sert encore, créez le suivant avant cette date.",
            url=reverse("accounts:tokens"),
            now=now,
            key=str(token.pk),
        )
    return len(soon)
