"""People signed in to the served site without its sign-in pages: their session is written in its database.

`python -m tests.e2e.signed_in KIND PERIMETER [KIND PERIMETER…]` prints the key of a session in which somebody
wears the first of these hats; `people` also fills the lists that the team reads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Site

TEAM = ("team", "network")
MAYOR = ("elected", "commune:81294")


def run(site: Site, *arguments: str) -> str:
    """What this module prints when it works in the database of the site."""
    command = [sys.executable, "-m", "tests.e2e.signed_in", *arguments]
    result = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def state_of(site: Site, *hats: tuple[str, str]) -> dict[str, object]:
    """The state of a browser in which somebody is signed in under the first of these hats."""
    key = run(site, *(part for hat in hats for part in hat))
    cookie = {"name": "sessionid", "value": key, "domain": "localhost", "path": "/", "expires": -1}
    return {"cookies": [{**cookie, "httpOnly": True, "secure": False, "sameSite": "Lax"}], "origins": []}


def fill(site: Site) -> dict[str, str]:
    """People and invitations for the lists; addresses of one of each."""
    person, link = run(site, "people").split()
    return {"person": f"/equipe/personnes/{person}/", "invitation": f"/invitation/{link}/"}


def sign_in(hats: list[tuple[str, str]]) -> str:
    """Somebody with these roles and a second factor; returns the key of their session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from millecafes.accounts.enums import RoleKind
    from millecafes.accounts.models import User
    from tests.factories.people import give_factor, make_person, make_role

    email = "-".join(part.replace(":", "-") for hat in hats for part in hat) + "@example.org"
    person = User.objects.filter(email=email).first()
    if person is None:
        person = make_person(email, name="Camille Roux-Delaunay")
        for kind, perimeter in hats:
            make_role(RoleKind(kind), perimeter, user=person)
        give_factor(person)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "millecafes.accounts.backends.AccountBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    role = person_role(person.pk, *hats[0])
    session["hat"] = role
    session.create()
    return str(session.session_key)


def person_role(user_id: int, kind: str, perimeter: str) -> int:
    """The number of a role."""
    from millecafes.accounts.models import Role

    return Role.objects.get(user_id=user_id, kind=kind, perimeter=perimeter).pk


def people() -> tuple[int, str]:
    """Enough people for two pages, invitations in every state; one person and one link."""
    from django.utils import timezone

    from millecafes.accounts.enums import RoleKind
    from tests.factories.people import make_invitation, make_person, make_role

    mayor = make_person("mairie.tecou@example.org", name="Élisabeth de La Tour-Montaigu")
    make_role(RoleKind.ELECTED, "commune:81294", user=mayor)
    make_role(RoleKind.EPCI, "epci:200066124", user=mayor)
    today = timezone.localdate()
    make_role(RoleKind.FUNDER, "departement:81", user=mayor, starts_on=today, ends_on=today)
    for number in range(60):
        person = make_person(f"benevole.{number}@example.org", name=f"Bénévole numéro {number}")
        if number % 2:
            make_role(RoleKind.SECRETARY, "commune:81294", user=person)
    now = timezone.now()
    for number, extra in enumerate(({}, {"revoked_at": now}, {"accepted_at": now, "accepted_by": mayor})):
        make_invitation(
            "commune:81294", email=f"secretariat.{number}@example.org", token=f"e2e-{number}", **extra
        )
    make_invitation("commune:81294", email="tard@example.org", expires_at=now, invited_by=mayor)
    return mayor.pk, "e2e-0"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    asked = sys.argv[1:]
    if asked == ["people"]:
        sys.stdout.write(" ".join(map(str, people())))
    else:
        sys.stdout.write(sign_in(list(zip(asked[::2], asked[1::2], strict=True))))
