"""What the demonstration does: refuse real use, and invent people through the same services as real ones."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import roles_of
from millecafes.accounts.services.people import create_person
from millecafes.accounts.services.roles import grant_role
from millecafes.common.actors import Actor
from millecafes.common.guards import GuardError
from millecafes.demo.queries import has_real_people
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation
from millecafes.partners.services import Details, add_organisation
from millecafes.territory.models import Commune

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
WAY_OUT = "Pour servir sans démonstration : MILLECAFES_DEMO=0 make run."
ALLOWED = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})


def refuse_real_use() -> None:
    """Refuse to start when anybody else could reach the site, or when somebody real has an account.

    Raises
    ------
    GuardError
    """
    if settings.HOST not in LOCAL:
        raise GuardError(
            f"La démonstration ne s’ouvre que sur cette machine (trouvé : HOST={settings.HOST}). {WAY_OUT}"
        )
    foreign = sorted(set(settings.ALLOWED_HOSTS) - ALLOWED)
    if foreign:
        raise GuardError(
            "La démonstration ne répond que sous localhost"
            f" (trouvé : ALLOWED_HOSTS={','.join(foreign)}). {WAY_OUT}"
        )
    if has_real_people():
        raise GuardError(
            "La base contient des comptes réels : la démonstration, où l’on entre sans preuve,"
            f" ne démarre pas. {WAY_OUT}"
        )


@cache
def cast() -> dict[str, list[dict[str, Any]]]:
    """The invented people and organisations (cast.toml)."""
    with (Path(__file__).parent / "cast.toml").open("rb") as file:
        return tomllib.load(file)


@transaction.atomic
def seed(*, actor: Actor, now: dt.datetime) -> int:
    """Invent whoever is missing; returns how many roles were given. Run twice, the second does nothing.

    Raises
    ------
    RuntimeError
        When the mode is off: nobody invented enters a real installation.
    """
    if not settings.DEMO:
        raise RuntimeError("seed_demo : le mode de démonstration n’est pas ouvert (MILLECAFES_DEMO=1).")
    given = 0
    organisations = _organisations(actor=actor, now=now)
    for entry in cast()["person"]:
        person = User.objects.filter(email=entry["email"]).first() or create_person(
            email=entry["email"], full_name=entry["name"], actor=actor, now=now
        )
        had = {(role.kind, role.perimeter) for role in roles_of(person.pk)}
        for kind, key in entry["roles"]:
            perimeter = key.replace("@self", str(person.pk))
            for name, number in organisations.items():
                perimeter = perimeter.replace(f"@{name}", str(number))
            # On a small territory (tests, a partial load), some places are not there.
            if (kind, perimeter) not in had and perimeters.exists(perimeter):
                grant_role(user=person, kind=RoleKind(kind), perimeter=perimeter, actor=actor, now=now)
                given += 1
    return given


def _organisations(*, actor: Actor, now: dt.datetime) -> dict[str, int]:
    """The invented organisations whose commune is here, by their key in the cast."""
    found = {}
    for entry in cast()["organisation"]:
        known = Organisation.objects.filter(name=entry["name"], is_demo=True).order_by("pk").first()
        commune = Commune.objects.filter(code=entry["commune"]).first()
        if known is None and commune is not None:
            details = Details(entry["name"], OrganisationKind(entry["kind"]), commune=commune)
            known = add_organisation(details=details, actor=actor, now=now)
        if known is not None:
            found[entry["key"]] = known.pk
    return found
