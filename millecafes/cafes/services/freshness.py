"""Hours grow old: those who keep a café are asked, from time to time, whether they are still true."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.accounts.queries.roles import active
from millecafes.cafes.enums import Activity
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries.cafes import on_map
from millecafes.cafes.services.hours import FRESHNESS
from millecafes.common.actors import Actor
from millecafes.common.notifications import remind

# Hours older than this are asked about, then every fortnight, three times: after that, the team sees them.
FRESH_FOR = dt.timedelta(days=60)
_EVERY, _AT_MOST = dt.timedelta(days=14), 3
_SALT = "millecafes.cafes.still_true"
_LINK_LASTS = dt.timedelta(days=60)


def ask_for_news(*, now: dt.datetime) -> int:
    """Ask the people of each open café whose hours are old; of how many cafés. Twice is once."""
    old = Q(hours_confirmed_at=None) | Q(hours_confirmed_at__lt=now - FRESH_FOR)
    told = Q(stops__isnull=False) | ~Q(hours="")
    rows = on_map().filter(old, told, activity=Activity.OPEN).distinct().order_by("pk")
    cafes = {f"cafe:{cafe.pk}": cafe for cafe in rows}
    people = _people(list(cafes), timezone.localdate(now))
    for key, cafe in cafes.items():
        for person in people[key]:
            _ask(cafe, person, now)
    return sum(1 for key in cafes if people[key])


def _people(keys: list[str], today: dt.date) -> dict[str, list[User]]:
    found: dict[str, list[User]] = defaultdict(list)
    kinds = (RoleKind.MANAGER, RoleKind.VOLUNTEER)
    wanted = set(keys)
    for role in active(today).filter(kind__in=kinds).select_related("user").order_by("user_id", "pk"):
        if role.perimeter in wanted and role.user not in found[role.perimeter]:
            found[role.perimeter].append(role.user)
    return found


def _ask(cafe: Cafe, person: User, now: dt.datetime) -> None:
    remind(
        topic=FRESHNESS,
        to=person,
        target=cafe,
        text=f"{cafe.name} : les horaires affichés sont-ils toujours vrais ?",
        url=still_true_address(cafe, person),
        now=now,
        after=dt.timedelta(0),
        every=_EVERY,
        at_most=_AT_MOST,
    )


def still_true_address(cafe: Cafe, person: User) -> str:
    """The page with one button, for this person, who need not sign in to press it."""
    key = signing.TimestampSigner(salt=_SALT).sign_object([cafe.pk, person.pk])
    return reverse("cafes:still_true_link", args=[cafe.pk, key])


def actor_of_link(cafe: Cafe, key: str, now: dt.datetime) -> Actor | None:
    """Who presses the button of a link: somebody who still keeps this café; None otherwise."""
    try:
        pk, user_id = signing.TimestampSigner(salt=_SALT).unsign_object(key, max_age=_LINK_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    kinds = (RoleKind.MANAGER, RoleKind.VOLUNTEER)
    roles = active(timezone.localdate(now)).filter(user_id=user_id, kind__in=kinds, user__is_active=True)
    role: Role | None = (
        roles.filter(perimeter=f"cafe:{cafe.pk}").order_by("pk").first() if pk == cafe.pk else None
    )
    if role is None:
        return None
    return Actor(user_id=role.user_id, role_id=role.pk, kind=role.kind, perimeter=role.perimeter)
