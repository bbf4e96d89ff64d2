"""The pages of tokens: made once and shown once, taken back, and all seen by the team."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import ApiToken, Role
from millecafes.accounts.queries.hats import actor_in
from millecafes.accounts.services.tokens import revoke_token
from millecafes.common import formats, jobs
from millecafes.common.actors import command
from millecafes.common.notifications.models import Notification
from tests.factories.people import client_wearing, make_person, make_role, make_token
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
OWN, NEW, ALL = "/compte/jetons/", "/compte/jetons/nouveau/", "/equipe/jetons/"
ASKED = {"name": "Tableur de suivi", "portees": ["organisations:read"], "lieu": "", "jours": "90"}
SECRET = re.compile(r'value="(mc_[\w-]{43})"')


def prove(client: Client) -> Client:
    """As if this browser had just proved who it is."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = session["_auth_user_id"]
    session.save()
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


@pytest.fixture
def team() -> Client:
    make_commune()
    return prove(client_wearing(RoleKind.TEAM, "network"))


def test_making_one_asks_for_a_recent_proof() -> None:
    stale = client_wearing(RoleKind.TEAM, "network")
    for answer in (stale.get(NEW), stale.post(NEW, ASKED)):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (
            302,
            "/connexion/verifier/code/",
        )
    assert not ApiToken.objects.exists()


def test_a_token_is_shown_once_and_works(team: Client) -> None:
    page = team.get(NEW)
    assert "Équipe nationale" in text(page)
    answer = team.post(NEW, ASKED)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (secret,) = SECRET.findall(answer.content.decode())
    assert "il ne sera plus montré" in text(answer)
    told = Client().get("/api/v1/moi", headers={"authorization": f"Bearer {secret}"}).json()
    assert (told["name"], told["perimeter"]["key"]) == ("Tableur de suivi", "network")
    listed = text(team.get(OWN))
    assert "Tableur de suivi" in listed
    assert f"mc_…{secret[-4:]}" in listed
    assert secret not in listed
    # Sent again, by going back: no second token.
    again = team.post(NEW, ASKED)
    assert again.status_code == 422
    assert "déjà un jeton « Tableur de suivi »" in text(again)
    assert ApiToken.objects.count() == 1


def test_it_may_be_kept_to_a_place(team: Client) -> None:
    assert team.post(NEW, ASKED | {"lieu": "Département 81"}).status_code == 200
    assert ApiToken.objects.get().perimeter == "departement:81"
    assert "Rien ne répond à « Atlantide »" in text(team.post(NEW, ASKED | {"lieu": "Atlantide"}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Écrivez à quoi servira ce jeton."),
        ({"name": "x" * 61}, "Ce nom a 61 caractères ; 60 au plus."),
        ({"name": "a\u202eb"}, "Le 2ᵉ caractère est invisible (U+202E)"),
        ({"portees": []}, "Cochez au moins ce que le programme doit lire."),
        ({"portees": ["chocolat:read"]}, "« chocolat:read » n’est pas dans la liste"),
        ({"jours": "4000"}, "« 4000 » n’est pas dans la liste"),
        ({"jours": ""}, "Choisissez une durée."),
    ],
)
def test_what_cannot_be_made_is_said_and_kept(team: Client, change: dict[str, Any], words: str) -> None:
    answer = team.post(NEW, ASKED | change)
    assert answer.status_code == 422
    assert words in text(answer)
    if "portees" not in change:
        assert 'value="organisations:read" checked' in text(answer)
    assert not ApiToken.objects.exists()
    assert team.post(NEW, ASKED | {"name": "a\0b"}).status_code == 400


def test_a_hat_gives_only_what_it_has() -> None:
    make_commune()
    role = make_role(RoleKind.ELECTED, "commune:81294")
    hall = Client()
    hall.force_login(role.user)
    # Without a second factor, the session itself must be recent.
    assert hall.get(NEW)["Location"].startswith("/connexion/encore/")
    UserSession.objects.create(
        user=role.user, session_key=hall.session.session_key, ip="192.0.2.7", last_seen_at=timezone.now()
    )
    page = text(hall.get(NEW))
    assert "territory:read" in page
    assert "organisations:read" not in page
    assert 'name="lieu"' not in page
    assert "organisations:read » n’est pas dans la liste" in text(hall.post(NEW, ASKED))


def test_without_a_hat_there_is_none() -> None:
    client = Client()
    client.force_login(make_person())
    assert "vous n’en avez pas aujourd’hui" in text(client.get(OWN))
    assert client.get(NEW).status_code == 404


def test_one_s_own_is_taken_back(team: Client) -> None:
    team.post(NEW, ASKED)
    token = ApiToken.objects.get()
    answer = team.post(f"/jetons/{token.pk}/retirer/", follow=True)
    assert answer.redirect_chain == [(OWN, 302)]
    assert "Le jeton « Tableur de suivi » est retiré" in text(answer)
    assert "était déjà retiré" in text(team.post(f"/jetons/{token.pk}/retirer/", follow=True))
    assert team.get(f"/jetons/{token.pk}/retirer/").status_code == 405
    # Its name may serve again.
    assert team.post(NEW, ASKED).status_code == 200


def test_the_team_sees_and_revokes_those_of_others(team: Client) -> None:
    make_commune("81004", "Albi")
    token, secret = make_token(make_role(RoleKind.ELECTED, "commune:81004"), name="Site d’Albi")
    assert "Site d’Albi" in text(team.get(ALL))
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    assert lead.get(ALL).status_code == 404
    assert lead.post(f"/jetons/{token.pk}/retirer/").status_code == 404
    answer = team.post(f"/jetons/{token.pk}/retirer/", {"equipe": "1"})
    assert answer["Location"] == ALL
    assert Client().get("/api/v1/moi", headers={"authorization": f"Bearer {secret}"}).status_code == 401
    assert team.post(f"/jetons/{2**63}/retirer/").status_code == 404


@pytest.mark.parametrize("address", [OWN, ALL])
def test_lists_make_as_many_queries_for_one_as_for_three(team: Client, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get(address).status_code == 200
        return len(made)

    role = Role.objects.get(kind=RoleKind.TEAM)
    make_token(role, perimeter="departement:81")
    one = queries()
    make_token(role, perimeter="departement:81")
    make_token(role, perimeter="departement:81")
    assert queries() == one


def test_a_token_that_expires_soon_is_announced_once(team: Client) -> None:
    owner = make_role(RoleKind.TEAM, "network")
    now = timezone.now()
    ends = now + dt.timedelta(days=30)
    make_token(owner, name="Tableau de bord", now=now)
    make_token(owner, name="Entrepôt", days=90, now=now)
    retired, _ = make_token(owner, name="Essai", now=now)
    revoke_token(token=retired, actor=actor_in(owner), now=now)
    jobs.enqueue("accounts.warn_of_token_ends", actor=command("tests"), now=now)
    jobs.testing.run_pending(now=now)
    assert not Notification.objects.exists()
    for days in (17, 20, 29):
        at = now + dt.timedelta(days=days)
        jobs.enqueue("accounts.warn_of_token_ends", actor=command("tests"), now=at)
        jobs.testing.run_pending(now=at)
    told = Notification.objects.get()
    assert told.to_id == owner.user_id
    assert f"« Tableau de bord » expire le {formats.day(timezone.localdate(ends))}" in told.text
