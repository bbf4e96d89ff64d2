"""People signed in to the served site without its sign-in pages: their session is written in its database.

`python -m tests.e2e.signed_in KIND PERIMETER [KIND PERIMETER…]` prints the key of a session in which somebody
wears the first of these hats; `people` fills the lists that the team reads, `lines N` the journal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


def state_of(site: Site, *hats: tuple[str, str], recent: bool = False) -> dict[str, object]:
    """The state of a browser in which somebody is signed in under the first of these hats.

    `recent`: they have just proved who they are.
    """
    key = run(site, *(["recent"] if recent else []), *(part for hat in hats for part in hat))
    cookie = {"name": "sessionid", "value": key, "domain": "localhost", "path": "/", "expires": -1}
    return {"cookies": [{**cookie, "httpOnly": True, "secure": False, "sameSite": "Lax"}], "origins": []}


def fill(site: Site) -> dict[str, str]:
    """People and invitations for the lists; addresses of one of each."""
    person, link = run(site, "people").split()
    return {"person": f"/equipe/personnes/{person}/", "invitation": f"/invitation/{link}/"}


def ask_jobs(site: Site, *hats: tuple[str, str]) -> dict[str, str]:
    """Jobs that this person asked for: one failed, one to come, one in a few seconds."""
    found = run(site, "jobs", *(part for hat in hats for part in hat)).split()
    return {name: f"/taches/{uuid}/" for name, uuid in zip(("failed", "later", "soon"), found, strict=True)}


def tell(site: Site, *hats: tuple[str, str]) -> str:
    """Tell this person two things; the address that stops the mails about them."""
    return run(site, "tell", *(part for hat in hats for part in hat))


def sign_in(hats: list[tuple[str, str]], *, recent: bool = False) -> str:
    """Somebody with these roles and a second factor; returns the key of their session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from millecafes.accounts.enums import RoleKind
    from millecafes.accounts.models import User
    from tests.factories.people import give_factor, make_person, make_role

    email = address_of(hats)
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
    if recent:
        proof = {"method": "mfa", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(person.pk)
    session.create()
    return str(session.session_key)


def address_of(hats: list[tuple[str, str]]) -> str:
    """The address of who wears these hats."""
    return "-".join(part.replace(":", "-") for hat in hats for part in hat) + "@example.org"


def jobs_of(hats: list[tuple[str, str]]) -> list[str]:
    """The numbers of the jobs of `ask_jobs`."""
    import datetime as dt

    from django.utils import timezone

    from millecafes.accounts.models import User
    from millecafes.common import jobs
    from millecafes.common.actors import Actor
    from millecafes.common.jobs.models import Job, JobState

    actor, now = Actor(user_id=User.objects.get(email=address_of(hats)).pk), timezone.now()
    year, soon = now + dt.timedelta(days=365), now + dt.timedelta(seconds=8)
    asked = [jobs.enqueue("common.purge", actor=actor, now=now, at=at) for at in (year, year, soon)]
    failed = Job.objects.filter(pk=asked[0].pk)
    words, detail = "Le fichier n’est pas arrivé.", "ValueError\n  /millecafes/x.py:3 (read)\n" * 9
    failed.update(state=JobState.FAILED, ended_at=now, attempts=5, failure=words, failure_detail=detail)
    return [str(job.uuid) for job in asked]


def told(hats: list[tuple[str, str]]) -> str:
    """The address of `tell`."""
    from urllib.parse import urlsplit

    from django.utils import timezone

    from millecafes.accounts.models import User
    from millecafes.common import exports
    from millecafes.common.notifications import notify, stopping

    person, topic = User.objects.get(email=address_of(hats)), exports.TOPIC
    for words in (
        "Votre fichier est prêt : Organisations (CSV).",
        f"Un texte long : {'anticonstitution' * 9}.",
    ):
        notify(topic=topic.name, to=person, target=None, text=words, url="/bureau/", now=timezone.now())
    return urlsplit(stopping.stop_url(person.pk, [topic])).path


def write_lines(count: int) -> None:
    """So many more lines of the journal."""
    from django.utils import timezone

    from millecafes.accounts.models import User
    from millecafes.common.actors import command
    from millecafes.common.journal import record_all

    someone = User.objects.order_by("pk")[0]
    verb = "accounts.person_created"
    record_all(actor=command("tests"), verb=verb, targets=[someone] * count, now=timezone.now())


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
    elif asked[0] == "lines":
        write_lines(int(asked[1]))
    elif asked[0] == "tell":
        sys.stdout.write(told(list(zip(asked[1::2], asked[2::2], strict=True))))
    elif asked[0] == "jobs":
        sys.stdout.write(" ".join(jobs_of(list(zip(asked[1::2], asked[2::2], strict=True)))))
    else:
        recent = asked[0] == "recent"
        asked = asked[recent:]
        sys.stdout.write(sign_in(list(zip(asked[::2], asked[1::2], strict=True)), recent=recent))
