"""Signing in by code: known or not, one answer; a village behind one address; codes past, used, foreign."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.services.people import PersonError, create_person
from millecafes.common import actors
from tests.factories.people import client_wearing, make_person, make_role
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
LEAD = actors.command("tests")


@pytest.fixture(autouse=True)
def no_limit_from_before() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    """Somebody whose account was made by the service."""
    return create_person(email="claude@exemple.fr", full_name="Claude", actor=LEAD, now=timezone.now())


def ask(client: Client, email: str, **extra: Any) -> Any:
    return client.post("/connexion/", {"email": email}, **extra)


def last_code() -> str:
    return re.findall(r"\b(\d{4}-\d{4})\b", mail.outbox[-1].body)[0]


def is_in(client: Client) -> bool:
    return client.get("/compte/").status_code == 200


@pytest.mark.parametrize("typed", ["as sent", "without dash", "with blanks"])
def test_a_code_opens_the_door(client: Client, person: User, typed: str) -> None:
    response = ask(client, " Claude@Exemple.fr ")
    assert (response.status_code, response["Location"]) == (302, "/connexion/code/")
    assert mail.outbox[-1].to == ["claude@exemple.fr"]
    code = last_code()
    code = {"without dash": code.replace("-", ""), "with blanks": f" {code.replace('-', ' ')} "}.get(
        typed, code
    )
    response = client.post("/connexion/code/", {"code": code})
    assert (response.status_code, response["Location"]) == (302, "/bureau/")
    assert is_in(client)


def test_known_or_not_the_answers_are_the_same(person: User) -> None:
    pages = []
    for email in ("claude@exemple.fr", "inconnu@exemple.fr"):
        client = Client()
        first = ask(client, email)
        page = client.get("/connexion/code/").content.decode().replace(email, "ADRESSE")
        wrong = client.post("/connexion/code/", {"code": "0000-0001"})
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        pages.append((first.status_code, first["Location"], text, wrong.status_code))
    assert pages[0] == pages[1]
    assert [message.to[0] for message in mail.outbox] == ["claude@exemple.fr", "inconnu@exemple.fr"]
    assert "Aucun compte" in mail.outbox[-1].body


def test_a_wrong_code_changes_nothing_and_five_end_it(client: Client, person: User) -> None:
    ask(client, person.email)
    code = last_code()
    wrong = "0000-0000" if code != "0000-0000" else "0000-0001"
    for _ in range(4):
        response = client.post("/connexion/code/", {"code": wrong})
        assert response.status_code == 200
        assert "Ce code n’est pas le bon" in response.content.decode()
    assert client.post("/connexion/code/", {"code": wrong})["Location"] == "/connexion/"
    # The right one comes too late, from whoever guessed; its owner asks for another.
    assert client.post("/connexion/code/", {"code": code})["Location"] == "/connexion/"
    assert not is_in(client)
    ask(client, person.email)
    client.post("/connexion/code/", {"code": last_code()})
    assert is_in(client)


def test_a_past_code_is_told(client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client, person.email)
    code, now = last_code(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 15 * 60 + 1)
    response = client.post("/connexion/code/", {"code": code}, follow=True)
    assert "Ce code a expiré, ou il a déjà servi" in response.content.decode()
    assert not is_in(client)


def test_a_used_code_does_not_serve_again_nor_elsewhere(client: Client, person: User) -> None:
    ask(client, person.email)
    code = last_code()
    elsewhere = Client()
    told = elsewhere.post("/connexion/code/", {"code": code}, follow=True)
    assert "Ce code a expiré, ou il a déjà servi" in told.content.decode()
    assert not is_in(elsewhere)
    client.post("/connexion/code/", {"code": code})
    client.post("/deconnexion/")
    client.post("/connexion/code/", {"code": code})
    assert not is_in(client)


def test_somebody_else_s_code_does_not_serve(person: User) -> None:
    other = create_person(email="lou@exemple.fr", actor=LEAD, now=timezone.now())
    mine, theirs = Client(), Client()
    ask(theirs, other.email)
    foreign = last_code()
    ask(mine, person.email)
    if foreign != last_code():
        mine.post("/connexion/code/", {"code": foreign})
        assert not is_in(mine)


def test_a_whole_village_signs_in_from_one_address() -> None:
    for number in range(60):
        villager = create_person(email=f"v{number}@exemple.fr", actor=LEAD, now=timezone.now())
        client = Client(REMOTE_ADDR="192.0.2.1")
        ask(client, villager.email)
        client.post("/connexion/code/", {"code": last_code()})
        assert is_in(client), number


def test_a_stranger_who_asks_too_much_stops_themselves_only(person: User) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.66")
    for _ in range(5):
        assert ask(stranger, person.email).status_code == 302
    refused = ask(stranger, person.email)
    assert refused.status_code == 422
    assert "Trop de codes demandés" in refused.content.decode()
    assert person.email in refused.content.decode()
    owner = Client(REMOTE_ADDR="192.0.2.7")
    ask(owner, person.email)
    owner.post("/connexion/code/", {"code": last_code()})
    assert is_in(owner)


@pytest.mark.parametrize(
    "value", ["", "claude", "claude@", "a" * 300 + "@exemple.fr", "claude@exemple.fr\n\nBcc: x@y.fr"]
)
def test_a_bad_address_is_named_and_kept(client: Client, value: str) -> None:
    response = ask(client, value)
    assert response.status_code == 422
    assert "adresse" in response.content.decode()
    assert not mail.outbox


@pytest.mark.parametrize("value", ["\0", "claude\0@exemple.fr"])
def test_nul_is_refused(client: Client, value: str) -> None:
    assert ask(client, value).status_code == 400


def test_a_megabyte_is_refused(client: Client) -> None:
    assert ask(client, "a" * 1_100_000).status_code in {400, 413}


def test_mail_that_cannot_leave_is_told(client: Client, person: User) -> None:
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        response = ask(client, person.email)
    assert response.status_code == 503
    assert "n’a pas pu partir" in response.content.decode()


@pytest.mark.parametrize("target", ["https://ailleurs.example/", "//ailleurs.example/"])
def test_signing_in_never_leads_elsewhere(client: Client, person: User, target: str) -> None:
    client.post("/connexion/", {"email": person.email, "next": target})
    response = client.post("/connexion/code/", {"code": last_code(), "next": target})
    assert response["Location"] == "/bureau/"


def test_one_comes_back_where_one_was_going(client: Client, person: User) -> None:
    page = client.get("/compte/sessions/")
    assert page["Location"] == "/connexion/?next=%2Fcompte%2Fsessions%2F"
    client.post("/connexion/", {"email": person.email, "next": "/compte/sessions/"})
    assert (
        client.post("/connexion/code/", {"code": last_code(), "next": "/compte/sessions/"})["Location"]
        == "/compte/sessions/"
    )


@pytest.mark.parametrize("who", ["erased", "inactive", "invented"])
def test_an_account_that_may_not_be_used_opens_nothing(client: Client, person: User, who: str) -> None:
    if who == "erased":
        person.erased_at = timezone.now()
    person.is_active = who != "inactive"
    person.is_demo = who == "invented"
    person.save()
    ask(client, person.email)
    assert "Aucun compte" in mail.outbox[-1].body
    client.force_login(person)
    assert not is_in(client)


def test_no_account_is_made_by_oneself_and_there_is_no_password(client: Client) -> None:
    for path in (
        "/connexion/inscription/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/login/",
    ):
        assert client.get(path).status_code == 404
    User.objects.create_superuser("reparation@exemple.fr", "un-mot-de-passe")
    sent = {"username": "reparation@exemple.fr", "password": "un-mot-de-passe"}
    assert client.post("/admin/login/", sent)["Location"].startswith("/connexion/")
    assert not is_in(client)


@pytest.mark.parametrize("kind", [RoleKind.TEAM, RoleKind.REGIONAL, RoleKind.BUYER])
def test_some_roles_open_nothing_before_the_second_factor(client: Client, kind: RoleKind) -> None:
    make_commune()
    role = make_role(kind, "departement:81" if kind == RoleKind.REGIONAL else "network")
    Authenticator.objects.filter(user=role.user).delete()
    client.force_login(role.user)
    for path in ("/", "/bureau/", "/compte/", "/equipe/journal/", "/communes/?q=tecou"):
        assert client.get(path)["Location"] == "/compte/securite/", path
    assert client.get("/compte/securite/").status_code == 200
    # The way to set it is open (this session, which no code opened, must first prove itself).
    assert client.get("/compte/securite/application/")["Location"].startswith("/connexion/encore/")
    assert client.get("/connexion/encore/").status_code == 200


def test_other_roles_go_without(client: Client) -> None:
    make_commune()
    client = client_wearing(RoleKind.ELECTED, "commune:81294")
    assert client.get("/bureau/").status_code == 200


def totp(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_an_application_is_added_then_asked_at_sign_in(client: Client) -> None:
    person = create_person(email="equipe@exemple.fr", actor=LEAD, now=timezone.now())
    make_role(RoleKind.TEAM, "network", user=person)
    Authenticator.objects.all().delete()
    ask(client, person.email)
    client.post("/connexion/code/", {"code": last_code()})
    page = client.get("/compte/securite/application/").content.decode()
    secret = re.findall(r"<code[^>]*>([A-Z2-7]{16,})</code>", page)[0]
    assert client.post("/compte/securite/application/", {"code": "000000"}).status_code == 200
    response = client.post("/compte/securite/application/", {"code": totp(secret)})
    assert response["Location"] == "/compte/securite/codes/"
    codes = re.findall(r"<code>([\w-]+)</code>", client.get("/compte/securite/codes/").content.decode())
    assert len(codes) == 10
    assert "déjà été montrés" in client.get("/compte/securite/codes/").content.decode()
    assert client.get("/bureau/").status_code == 200
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    client.post("/deconnexion/")
    ask(client, person.email)
    assert client.post("/connexion/code/", {"code": last_code()})["Location"] == "/connexion/second-facteur/"
    assert client.get("/bureau/")["Location"].startswith("/connexion/")
    refused = client.post("/connexion/second-facteur/", {"code": "123456"})
    assert refused.status_code == 200
    assert client.get("/bureau/")["Location"].startswith("/connexion/")
    assert client.post("/connexion/second-facteur/", {"code": codes[0]})["Location"] == "/bureau/"
    assert client.get("/bureau/").status_code == 200
    client.post("/deconnexion/")
    ask(client, person.email)
    client.post("/connexion/code/", {"code": last_code()})
    assert client.post("/connexion/second-facteur/", {"code": codes[0]}).status_code == 200  # serves once
    assert client.get("/bureau/")["Location"].startswith("/connexion/")


def test_an_account_is_made_once_with_its_verified_address(person: User) -> None:
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == (person.email, True, True)
    with pytest.raises(PersonError, match="existe déjà"):
        create_person(email="CLAUDE@exemple.fr", actor=LEAD, now=timezone.now())
    with pytest.raises(PersonError, match="n’est pas complète"):
        create_person(email="claude", actor=LEAD, now=timezone.now())
    assert User.objects.count() == 1


def test_a_person_without_an_account_of_the_service_signs_in_too(client: Client) -> None:
    """Whoever came by `createsuperuser` has no row of allauth's."""
    person = make_person("seul@exemple.fr")
    ask(client, person.email)
    client.post("/connexion/code/", {"code": last_code()})
    assert is_in(client)
