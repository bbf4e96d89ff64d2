"""« Mes données »: seen, taken away, erased with a code; and erased by the team at one's request."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries.my_data import MOST_SHOWN
from millecafes.accounts.views import my_data as views
from millecafes.common.journal.models import JournalEntry
from millecafes.common.mail import MailError
from millecafes.common.privacy import declarations
from tests.factories.pages import make_message
from tests.factories.people import client_wearing, make_person, make_role
from tests.factories.territory import make_commune
from tests.mails import sent

pytestmark = pytest.mark.django_db
ERASE = "/compte/donnees/effacer/"


@pytest.fixture(autouse=True)
def _forget_limits() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    make_commune()
    return make_person("zoe@example.org", name="Zoé Roux")


@pytest.fixture
def client(user: User) -> Client:
    return client_wearing(RoleKind.ELECTED, "commune:81294", user=user)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def code() -> str:
    """The code of the last mail."""
    (found,) = set(re.findall(r"\d{4}-\d{4}", sent()[-1].body))
    return str(found)


def test_the_page_says_what_why_and_until_when(client: Client) -> None:
    make_message(email="ZOE@example.org", name="Zoé", body="<b>Bonjour</b>")
    make_message(email="autre@example.org", name="Lou", body="Secret")
    page = text(client.get("/compte/donnees/"))
    assert "Adresse e-mail :</span> zoe@example.org" in page
    assert "Périmètre :</span> Técou (" in page
    assert "Répondre aux messages écrits par la page de contact" in page
    assert "Fondement : intérêt légitime" in page
    assert "Gardé : 2 ans." in page
    assert "&lt;b&gt;Bonjour&lt;/b&gt;" in page
    assert "Lou" not in page
    assert "Secret" not in page
    assert "empreinte du mot de passe" not in page
    for way in ("/compte/", "/compte/adresse/", ERASE, "/vie-privee/", "/contact/?objet=privacy"):
        assert f'href="{way}"' in page


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_files(client: Client) -> None:
    for number in range(MOST_SHOWN + 2):
        make_message(email="zoe@example.org", body=f"Message numéro {number}.")
    page = text(client.get("/compte/donnees/"))
    assert f"Les {MOST_SHOWN} derniers seulement ; 2 de plus" in page
    assert "Message numéro 21." in page
    assert "Message numéro 1." not in page
    assert "Message numéro 1." in text(client.get("/compte/donnees/mes-donnees.html"))


def test_the_file_for_programs_holds_every_declaration(client: Client, user: User) -> None:
    make_message(email=user.email)
    response = client.get("/compte/donnees/mes-donnees.json")
    assert response["Content-Disposition"] == 'attachment; filename="mes-donnees-mille-cafes.json"'
    assert "no-store" in response["Cache-Control"]
    held = json.loads(response.content)
    tables = {found["table"]: found for found in held["traitements"]}
    assert set(tables) == {found.label for found in declarations() if found.export and found.subject}
    assert tables["accounts.user"]["lignes"][0]["email"] == "zoe@example.org"
    assert tables["accounts.role"]["lignes"][0]["perimeter"] == "commune:81294"
    assert tables["pages.contactmessage"]["champs"]["body"] == "message"
    assert held["demonstration"] is False
    for found in tables.values():
        assert all((found["pourquoi"], found["fondement"], found["jusqu_a_quand"], found["qui_lit"]))
        assert "password" not in found["champs"]
        assert "session_key" not in found["champs"]


def test_the_file_to_read_stands_alone(client: Client) -> None:
    response = client.get("/compte/donnees/mes-donnees.html")
    page = text(response)
    assert "attachment" in response["Content-Disposition"]
    assert '<html lang="fr">' in page
    assert "<dt>Adresse e-mail</dt><dd>zoe@example.org</dd>" in page
    assert "src=" not in page
    assert "href=" not in page
    assert client.get("/compte/donnees/mes-donnees.exe").status_code == 404


def test_a_demonstration_says_so_in_its_files(user: User, settings: Any) -> None:
    settings.DEMO = True
    User.objects.filter(pk=user.pk).update(is_demo=True)
    client = Client()
    client.force_login(user)
    assert json.loads(client.get("/compte/donnees/mes-donnees.json").content)["demonstration"] is True
    assert "Démonstration : personne inventée." in text(client.get("/compte/donnees/mes-donnees.html"))


def test_erasing_takes_the_code_of_the_mail(client: Client, user: User) -> None:
    page = text(client.get(ERASE))
    assert "Ce qui est effacé ne revient pas." in page
    assert 'name="code"' not in page
    assert client.post(ERASE, {"send": "1"})["Location"] == ERASE
    assert sent()[-1].to == ["zoe@example.org"]
    assert 'name="code"' in text(client.get(ERASE))
    sent_code = code()
    assert sent_code.replace("-", "") not in str(dict(client.session))
    wrong = "".join("1" if digit == "0" else "0" for digit in sent_code.replace("-", ""))
    refused = client.post(ERASE, {"code": wrong})
    assert refused.status_code == 422
    assert "Ce code n’est pas le bon" in text(refused)
    assert User.objects.get(pk=user.pk).erased_at is None
    assert client.post(ERASE, {"code": sent_code})["Location"] == "/compte/donnees/effacees/"
    assert "Votre compte est effacé" in text(client.get("/compte/donnees/effacees/"))
    assert User.objects.get(pk=user.pk).erased_at is not None
    assert client.get("/compte/").status_code == 302
    assert JournalEntry.objects.filter(verb="accounts.account_erased", actor=user.pk).count() == 1


def test_a_code_without_its_dash_or_with_blanks_is_right(client: Client, user: User) -> None:
    client.post(ERASE, {"send": "1"})
    assert client.post(ERASE, {"code": f" {code().replace('-', '  ')} "}).status_code == 302
    assert User.objects.get(pk=user.pk).erased_at is not None


@pytest.mark.parametrize("typed", ["", "0", "x" * 21, "\u0661" * 8, "0000\u202e0000"])
def test_what_is_no_code_erases_nothing(client: Client, user: User, typed: str) -> None:
    client.post(ERASE, {"send": "1"})
    assert client.post(ERASE, {"code": typed}).status_code == 422
    assert User.objects.get(pk=user.pk).erased_at is None


def test_five_mistakes_kill_a_code(client: Client, user: User) -> None:
    client.post(ERASE, {"send": "1"})
    right = code()
    for _ in range(views.MOST_TRIES):
        answer = client.post(ERASE, {"code": "1"})
    assert "ce code ne vaut plus rien" in text(answer)
    assert "n’est plus valable" in text(client.post(ERASE, {"code": right}))
    assert User.objects.get(pk=user.pk).erased_at is None


def test_a_code_expires_and_a_new_one_replaces_it(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(ERASE, {"send": "1"})
    first = code()
    client.post(ERASE, {"send": "1"})
    if code() != first:
        assert client.post(ERASE, {"code": first}).status_code == 422
    later = timezone.now() + views.CODE_LASTS + dt.timedelta(seconds=1)
    monkeypatch.setattr(views.timezone, "now", lambda: later)
    assert "n’est plus valable" in text(client.post(ERASE, {"code": code()}))
    assert User.objects.get(pk=user.pk).erased_at is None


def test_another_person_s_code_is_not_mine(client: Client, user: User) -> None:
    other = make_person("lou@example.org")
    theirs = Client()
    theirs.force_login(other)
    theirs.post(ERASE, {"send": "1"})
    assert client.post(ERASE, {"code": code()}).status_code == 422
    assert not User.objects.filter(erased_at__isnull=False).exists()


def test_mail_that_does_not_leave_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise MailError("zoe@example.org")

    monkeypatch.setattr(views.mail, "send_now", fail)
    page = text(client.post(ERASE, {"send": "1"}, follow=True))
    assert "Le courriel n’est pas parti" in page
    assert 'name="code"' not in page


def test_too_many_codes_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.ratelimit, "consume", lambda *_, **__: None)
    assert "Trop de codes demandés" in text(client.post(ERASE, {"send": "1"}, follow=True))
    assert sent() == []


def test_the_last_of_the_team_is_told_what_to_do(user: User) -> None:
    team = client_wearing(RoleKind.TEAM, "network", user=user)
    prove(team)
    page = text(team.get(ERASE))
    assert "dernier de l’équipe nationale" in page
    assert "Recevoir le code" not in page
    assert team.post(ERASE, {"send": "1"}).status_code == 409
    assert sent() == []


def prove(client: Client) -> None:
    """As if this browser had just proved who it is."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = session["_auth_user_id"]
    session.save()


def test_whoever_has_a_second_factor_proves_it_first(user: User) -> None:
    team = client_wearing(RoleKind.TEAM, "network", user=user)
    assert Authenticator.objects.filter(user=user).exists()
    assert team.get(ERASE)["Location"].startswith("/connexion/verifier/")
    assert team.post(ERASE, {"send": "1"}).status_code == 302
    assert sent() == []


def test_the_team_erases_somebody_who_asks(user: User) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    address = f"/equipe/personnes/{user.pk}/effacer/"
    assert f'href="{address}"' in text(team.get(f"/equipe/personnes/{user.pk}/"))
    assert team.get(address)["Location"].startswith("/connexion/verifier/")
    prove(team)
    assert "Effacer Zoé Roux ?" in text(team.get(address))
    refused = team.post(address, {"email": "lou@example.org"})
    assert refused.status_code == 422
    assert "« lou@example.org » n’est pas l’adresse de cette personne" in text(refused)
    assert team.post(address, {"email": ""}).status_code == 422
    assert User.objects.get(pk=user.pk).erased_at is None
    assert team.post(address, {"email": " ZOE@example.org "})["Location"] == "/equipe/personnes/"
    assert User.objects.get(pk=user.pk).erased_at is not None
    line = JournalEntry.objects.get(verb="accounts.person_erased")
    assert line.actor_id != user.pk
    assert team.get(address).status_code == 404
    assert team.post(address, {"email": "zoe@example.org"}).status_code == 404
    assert team.get(f"/equipe/personnes/{10**30}/effacer/").status_code == 404


def test_the_team_erases_itself_by_its_own_page() -> None:
    role = make_role(RoleKind.TEAM, "network")
    team = client_wearing(RoleKind.TEAM, "network", user=make_person())
    prove(team)
    own = User.objects.exclude(pk=role.user_id).get()
    assert team.get(f"/equipe/personnes/{own.pk}/effacer/")["Location"] == ERASE


def test_the_last_but_one_may_go_and_the_last_may_not(user: User) -> None:
    """Asked by the team's own page of the other: the service refuses what the page lets through."""
    make_role(RoleKind.TEAM, "network", user=user)
    team = client_wearing(RoleKind.TEAM, "network", user=make_person("lou@example.org"))
    prove(team)
    assert team.post(f"/equipe/personnes/{user.pk}/effacer/", {"email": user.email}).status_code == 302
    assert "dernier de l’équipe nationale" in text(team.get(ERASE))


def test_nobody_else_may_erase_somebody(client: Client, user: User) -> None:
    other = make_person()
    assert client.get(f"/equipe/personnes/{other.pk}/effacer/").status_code == 404
    assert client.post(f"/equipe/personnes/{other.pk}/effacer/", {"email": other.email}).status_code == 404
    assert client.get(f"/equipe/personnes/{user.pk}/effacer/").status_code == 404


def test_a_form_of_another_hat_erases_nothing(client: Client, user: User) -> None:
    client.post(ERASE, {"send": "1"})
    assert client.post(ERASE, {"code": code(), "hat": "999"}).status_code == 409
    assert User.objects.get(pk=user.pk).erased_at is None


def test_what_an_erased_actor_did_is_still_told(client: Client, user: User) -> None:
    client.post(ERASE, {"send": "1"})
    client.post(ERASE, {"code": code()})
    team = client_wearing(RoleKind.TEAM, "network")
    page = text(team.get("/equipe/journal/"))
    assert "Une personne effacée" in page
    assert "Zoé" not in page
    assert "zoe@" not in page
