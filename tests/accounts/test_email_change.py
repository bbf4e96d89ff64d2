"""Changing address: confirmed on the new one, told to the old one, undone within seven days."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import EmailChange, User
from millecafes.accounts.services import email_change
from millecafes.accounts.services.people import create_person
from millecafes.common import actors
from millecafes.common.journal.models import JournalEntry
from tests.factories.people import client_wearing
from tests.mails import sent

pytestmark = pytest.mark.django_db
LEAD = actors.command("tests")


@pytest.fixture(autouse=True)
def mail_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction of a test never ends: what waits for its end is done at once."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())


@pytest.fixture
def person() -> User:
    return create_person(email="claude@exemple.fr", actor=LEAD, now=timezone.now())


@pytest.fixture
def signed_in(person: User) -> Client:
    """A browser where this person came in by a code."""
    cache.clear()
    client = Client()
    client.post("/connexion/", {"email": person.email})
    code = re.findall(r"\d{4}-\d{4}", sent()[-1].body)[0]
    client.post("/connexion/code/", {"code": code})
    sent().clear()
    return client


def link(message: str) -> str:
    """The path of the link in a mail."""
    found = re.findall(r"http://testserver(/compte/adresse/\S+)", message)
    assert len(found) == 1
    return str(found[0])


def addresses(person: User) -> tuple[str, list[str]]:
    person.refresh_from_db()
    rows = EmailAddress.objects.filter(user=person, verified=True, primary=True)
    return person.email, list(rows.values_list("email", flat=True))


def test_the_whole_change_and_its_undoing(signed_in: Client, person: User) -> None:
    assert signed_in.post("/compte/adresse/", {"email": "Neuve@exemple.fr"})["Location"] == "/compte/"
    asked = sent().pop()
    assert asked.to == ["neuve@exemple.fr"]
    assert addresses(person) == ("claude@exemple.fr", ["claude@exemple.fr"])
    confirm = link(asked.body)
    # Opening a link changes nothing: mail servers open them too.
    assert signed_in.get(confirm).status_code == 200
    assert addresses(person)[0] == "claude@exemple.fr"
    assert Client().post(confirm).status_code == 200
    assert addresses(person) == ("neuve@exemple.fr", ["neuve@exemple.fr"])
    told = sent().pop()
    assert told.to == ["claude@exemple.fr"]
    assert "neuve" not in told.body
    undo = link(told.body)
    assert Client().get(undo).status_code == 200
    assert Client().post(undo).status_code == 200
    assert addresses(person) == ("claude@exemple.fr", ["claude@exemple.fr"])
    assert signed_in.get("/compte/").status_code == 302  # whoever was in is out
    for used in (confirm, undo):
        page = Client().post(used)
        assert page.status_code == 410
        assert "ne marche plus" in page.content.decode()
    assert addresses(person)[0] == "claude@exemple.fr"
    verbs = JournalEntry.objects.filter(verb__startswith="accounts.email").order_by("pk")
    assert [entry.verb.split(".")[1] for entry in verbs] == [
        "email_change_asked",
        "email_changed",
        "email_change_undone",
    ]
    assert "exemple.fr" not in str(list(verbs.values_list("data", flat=True)))


def test_whether_an_address_is_taken_is_not_said(signed_in: Client, person: User) -> None:
    other = create_person(email="lou@exemple.fr", actor=LEAD, now=timezone.now())
    free = signed_in.post("/compte/adresse/", {"email": "libre@exemple.fr"})
    taken = signed_in.post("/compte/adresse/", {"email": other.email})
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    assert sent()[-1].to == [other.email]
    assert "http" not in sent()[-1].body
    assert addresses(person)[0] == "claude@exemple.fr"


def test_an_address_taken_meanwhile_is_refused(person: User) -> None:
    now = timezone.now()
    email_change.ask_change(
        user=person,
        email="neuve@exemple.fr",
        actor=LEAD,
        now=now,
        confirm_url="http://testserver/compte/adresse/TOKEN/",
    )
    create_person(email="neuve@exemple.fr", actor=LEAD, now=now)
    token = link(sent()[-1].body).split("/")[-2]
    assert Client().post(f"/compte/adresse/{token}/").status_code == 410
    assert addresses(person)[0] == "claude@exemple.fr"


@pytest.mark.parametrize(
    ("field", "path"), [("confirm", "/compte/adresse/{}/"), ("undo", "/compte/adresse/annuler/{}/")]
)
def test_a_link_that_is_past_changes_nothing(person: User, field: str, path: str) -> None:
    long_ago = timezone.now() - dt.timedelta(days=8)
    EmailChange.objects.create(
        user=person,
        old_email="vieille@exemple.fr",
        new_email="neuve@exemple.fr",
        confirm_token=email_change.fingerprint("jeton"),
        undo_token=email_change.fingerprint("jeton"),
        requested_at=long_ago,
        expires_at=long_ago + email_change.CONFIRM_WITHIN,
        confirmed_at=long_ago if field == "undo" else None,
        undo_until=long_ago + email_change.UNDO_WITHIN,
    )
    page = Client().post(path.format("jeton"))
    assert page.status_code == 410
    assert addresses(person)[0] == "claude@exemple.fr"


@pytest.mark.parametrize("path", ["/compte/adresse/{}/", "/compte/adresse/annuler/{}/"])
@pytest.mark.parametrize("token", ["inconnu", "x" * 500, "%00", "é"])
def test_a_forged_link_says_only_that_it_does_not_work(person: User, path: str, token: str) -> None:
    assert Client().post(path.format(token)).status_code in {400, 410}
    assert addresses(person)[0] == "claude@exemple.fr"


@pytest.mark.parametrize("typed", ["", "neuve", "claude@exemple.fr", "a" * 300 + "@exemple.fr"])
def test_a_bad_address_is_named_and_kept(signed_in: Client, typed: str) -> None:
    response = signed_in.post("/compte/adresse/", {"email": typed})
    assert response.status_code == 422
    assert "adresse" in response.content.decode()
    assert not EmailChange.objects.exists()
    assert not sent()


def test_asking_again_forgets_the_link_before(signed_in: Client, person: User) -> None:
    signed_in.post("/compte/adresse/", {"email": "une@exemple.fr"})
    first = link(sent()[-1].body)
    signed_in.post("/compte/adresse/", {"email": "deux@exemple.fr"})
    assert Client().post(first).status_code == 410
    assert Client().post(link(sent()[-1].body)).status_code == 200
    assert addresses(person)[0] == "deux@exemple.fr"


def test_sessions_are_listed_and_closed(signed_in: Client, person: User) -> None:
    other = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17.0 Safari/604.1"})
    other.post("/connexion/", {"email": person.email})
    other.post("/connexion/code/", {"code": re.findall(r"\d{4}-\d{4}", sent()[-1].body)[0]})
    page = signed_in.get("/compte/sessions/").content.decode()
    assert "Safari, iPhone" in page
    assert "appareil inconnu" in page
    assert "(celle-ci)" in page
    number = re.findall(r'name="session" value="(\d+)"', page)
    assert len(number) == 1
    stranger = Client()
    lou = create_person(email="lou@exemple.fr", actor=LEAD, now=timezone.now())
    stranger.force_login(lou)
    assert stranger.post("/compte/sessions/", {"session": number[0]}).status_code == 404
    assert other.get("/compte/").status_code == 200
    signed_in.post("/compte/sessions/", {"session": number[0]})
    assert other.get("/compte/").status_code == 302
    assert signed_in.get("/compte/").status_code == 200


@pytest.mark.parametrize("value", ["", "abc", "0", "9" * 30, "-1"])
def test_a_forged_session_does_not_exist(signed_in: Client, value: str) -> None:
    assert signed_in.post("/compte/sessions/", {"session": value}).status_code == 404
    assert signed_in.get("/compte/").status_code == 200


def test_all_other_sessions_are_closed_at_once(signed_in: Client, person: User) -> None:
    others = [Client() for _ in range(2)]
    for other in others:
        other.post("/connexion/", {"email": person.email})
        other.post("/connexion/code/", {"code": re.findall(r"\d{4}-\d{4}", sent()[-1].body)[0]})
    signed_in.post("/compte/sessions/", {"session": "others"})
    assert [other.get("/compte/").status_code for other in others] == [302, 302]
    assert signed_in.get("/compte/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "status"), [("Claude Vidal", 302), ("Cla\u202eude", 422), ("x" * 151, 422), ("", 302)]
)
def test_one_s_name_is_corrected_or_the_fault_named(
    signed_in: Client, person: User, typed: str, status: int
) -> None:
    assert signed_in.post("/compte/", {"full_name": typed}).status_code == status
    person.refresh_from_db()
    assert person.full_name == (typed if status == 302 else "")


@pytest.mark.parametrize(
    "path", ["/compte/adresse/", "/compte/securite/application/", "/compte/securite/cles/ajouter/"]
)
def test_an_old_session_proves_itself_again_before_what_protects_the_account(
    signed_in: Client, person: User, path: str
) -> None:
    assert signed_in.get(path).status_code == 200
    UserSession.objects.update(created_at=timezone.now() - dt.timedelta(minutes=16))
    asked = signed_in.get(path)
    assert asked["Location"] == f"/connexion/encore/?next={path.replace('/', '%2F')}"
    assert signed_in.post(path, {"email": "neuve@exemple.fr"})["Location"] == asked["Location"]
    assert not EmailChange.objects.exists()
    assert path in signed_in.get(asked["Location"]).content.decode()
    left = signed_in.post("/connexion/encore/", {"next": path})
    assert left["Location"] == f"/connexion/?next={path.replace('/', '%2F')}"
    assert signed_in.get("/compte/").status_code == 302
    assert signed_in.post("/connexion/encore/").status_code == 302


def test_coming_back_never_leads_elsewhere(signed_in: Client) -> None:
    assert (
        signed_in.post("/connexion/encore/", {"next": "https://ailleurs.example/"})["Location"]
        == "/connexion/"
    )


def test_the_team_helps_whoever_lost_their_mailbox(person: User) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    page = f"/equipe/personnes/{person.pk}/adresse/"
    assert page in team.get(f"/equipe/personnes/{person.pk}/").content.decode()
    assert team.post(page, {"email": "perdue"}).status_code == 422
    assert team.post(page, {"email": "neuve@exemple.fr"})["Location"] == f"/equipe/personnes/{person.pk}/"
    assert addresses(person)[0] == "claude@exemple.fr"
    assert Client().post(link(sent()[-1].body)).status_code == 200
    assert addresses(person) == ("neuve@exemple.fr", ["neuve@exemple.fr"])
    assert sent()[-1].to == ["claude@exemple.fr"]
    told = JournalEntry.objects.get(verb="accounts.email_change_asked")
    assert (told.hat, told.actor_id == person.pk) == ("team@network", False)
