"""Answering an invitation: from any mailbox, account and state; and twice at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Invitation, Role, User
from millecafes.accounts.services.invitations import accept
from millecafes.common.journal.models import JournalEntry
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.people import client_wearing, make_invitation, make_person, make_role
from tests.factories.territory import make_commune

PAGE = "/invitation/lien/"


@pytest.fixture
def invitation(db: None) -> Invitation:
    """Rose is invited to be the secretary of Técou."""
    make_commune()
    inviter = make_person(name="Ali Maire")
    return make_invitation("commune:81294", email="rose@example.org", token="lien", invited_by=inviter)


def nothing_happened(invitation: Invitation) -> bool:
    """No role, no account, an invitation as it was."""
    invitation.refresh_from_db()
    unknown = not User.objects.filter(email="rose@example.org", full_name="Rose Blanc").exists()
    return not Role.objects.exists() and invitation.accepted_at is None and unknown


def test_opening_the_link_says_who_what_and_until_when_and_changes_nothing(
    client: Client, invitation: Invitation
) -> None:
    html = client.get(PAGE).content.decode()
    for words in ("Ali Maire vous invite", "Mairie : secrétariat", "Técou (Département 81)", "À accepter"):
        assert words in html
    assert "Accepter et créer mon compte" in html
    assert nothing_happened(invitation)
    assert client.head(PAGE).status_code == 200
    assert nothing_happened(invitation)


def test_somebody_new_gets_an_account_a_role_and_a_session(client: Client, invitation: Invitation) -> None:
    response = client.post(PAGE, {"full_name": "Rose Blanc", "as": ""})
    assert (response.status_code, response["Location"]) == (302, "/bureau/")
    rose = User.objects.get(email="rose@example.org")
    assert rose.full_name == "Rose Blanc"
    assert not rose.has_usable_password()
    role = Role.objects.get()
    assert (role.user, role.kind, role.perimeter) == (rose, "secretary", "commune:81294")
    assert role.granted_by == invitation.invited_by
    assert client.session[SESSION_KEY] == str(rose.pk)
    assert client.session["hat"] == role.pk
    desk = client.get("/bureau/").content.decode()
    assert "Bienvenue" in desk
    assert "Mairie : secrétariat, Técou" in desk
    assert client.get("/compte/sessions/").content.decode().count("Cette session") <= 1


def test_the_journal_says_that_it_was_accepted_once(client: Client, invitation: Invitation) -> None:
    client.post(PAGE, {"full_name": "Rose Blanc", "as": ""})
    rose = User.objects.get(email="rose@example.org")
    written = list(JournalEntry.objects.order_by("pk").values_list("verb", "actor"))
    assert written == [("accounts.person_created", None), ("accounts.invitation_accepted", rose.pk)]


def test_somebody_new_says_their_name(client: Client, invitation: Invitation) -> None:
    for name in ("", "   ", "x" * 151, "Rose\u202eBlanc"):
        assert client.post(PAGE, {"full_name": name, "as": ""}).status_code == 422
    assert nothing_happened(invitation)


def test_an_address_that_has_an_account_signs_in_first(client: Client, invitation: Invitation) -> None:
    make_person("rose@example.org")
    html = client.get(PAGE).content.decode()
    assert "Un compte existe à cette adresse" in html
    assert "/connexion/?next=%2Finvitation%2Flien%2F" in html
    response = client.post(PAGE, {"full_name": "Rose Blanc", "as": ""})
    assert response["Location"] == "/connexion/?next=%2Finvitation%2Flien%2F"
    assert nothing_happened(invitation)


def test_the_same_address_accepts_in_one_click(client: Client, invitation: Invitation) -> None:
    rose = make_person("rose@example.org")
    client.force_login(rose)
    assert "Accepter avec" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"as": rose.pk})["Location"] == "/bureau/"
    assert Role.objects.get().user == rose


def test_a_person_invited_under_another_address_is_told_and_may_accept(
    client: Client, invitation: Invitation
) -> None:
    other = make_person("rose.blanc@example.com")
    client.force_login(other)
    html = client.get(PAGE).content.decode()
    assert "adressée à rose@example.org, et vous êtes connecté·e avec rose.blanc@example.com" in html
    assert "Accepter avec rose.blanc@example.com" in html
    assert client.post(PAGE, {"as": other.pk}).status_code == 302
    assert Role.objects.get().user == other
    assert not User.objects.filter(email="rose@example.org").exists()
    invitation.refresh_from_db()
    assert invitation.accepted_by == other


@pytest.mark.parametrize("drawn", ["", "0", "abc"])
def test_a_page_drawn_for_another_account_does_nothing(
    client: Client, invitation: Invitation, drawn: str
) -> None:
    """Signed in meanwhile in another tab: the button read « créer mon compte »."""
    client.force_login(make_person("autre@example.org"))
    response = client.post(PAGE, {"as": drawn, "full_name": "Rose Blanc"})
    assert response.status_code == 409
    assert "Votre connexion a changé" in response.content.decode()
    assert nothing_happened(invitation)


def test_somebody_signed_out_meanwhile_does_nothing(client: Client, invitation: Invitation) -> None:
    response = client.post(PAGE, {"as": "12", "full_name": "Rose Blanc"})
    assert response.status_code == 409
    assert nothing_happened(invitation)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accepted_at": True}, "déjà servi"),
        ({"revoked_at": True}, "a été retirée"),
        ({"expires_at": True}, "Elle a expiré le"),
    ],
)
def test_what_is_over_says_so_and_changes_nothing(
    client: Client, invitation: Invitation, changes: dict[str, Any], words: str
) -> None:
    moment = timezone.now()
    Invitation.objects.update(**dict.fromkeys(changes, moment))
    for response in (client.get(PAGE), client.post(PAGE, {"full_name": "Rose Blanc", "as": ""})):
        assert response.status_code == 410
        assert words in response.content.decode()
    assert not Role.objects.exists()
    assert not User.objects.filter(email="rose@example.org").exists()


def test_who_accepted_already_is_led_on(client: Client, invitation: Invitation) -> None:
    client.post(PAGE, {"full_name": "Rose Blanc", "as": ""})
    html = client.get(PAGE).content.decode()
    assert "Vous avez déjà accepté" in html
    assert "Aller à mon bureau" in html
    assert Role.objects.count() == 1


def test_a_forged_link_is_any_missing_page(client: Client, invitation: Invitation) -> None:
    forged = client.get("/invitation/" + "x" * 43 + "/")
    missing = client.get("/nulle-part/")
    assert forged.status_code == missing.status_code == 404
    assert forged.content == missing.content
    assert client.post("/invitation/forge/", {"full_name": "Rose", "as": ""}).status_code == 404
    # What is kept is no link.
    assert client.get(f"/invitation/{invitation.token}/").status_code == 404


def test_who_has_the_role_already_is_told(client: Client, invitation: Invitation) -> None:
    rose = make_person("rose@example.org")
    make_role(RoleKind.SECRETARY, "commune:81294", user=rose)
    client.force_login(rose)
    response = client.post(PAGE, {"as": rose.pk})
    assert response.status_code == 409
    assert "déjà ce rôle" in response.content.decode()
    assert Role.objects.count() == 1


def test_a_candidate_is_a_candidate_for_oneself(client: Client, db: None) -> None:
    make_invitation("person", RoleKind.CANDIDATE, email="lea@example.org", token="lien")
    assert "son propre dossier" in client.get(PAGE).content.decode()
    client.post(PAGE, {"full_name": "Léa", "as": ""})
    role = Role.objects.get()
    assert role.perimeter == f"person:{role.user_id}"


def test_the_role_ends_when_the_invitation_said(client: Client, db: None) -> None:
    make_commune()
    last = timezone.localdate() + dt.timedelta(days=40)
    make_invitation("commune:81294", email="rose@example.org", token="lien", role_ends_on=last)
    client.post(PAGE, {"full_name": "Rose", "as": ""})
    assert Role.objects.get().ends_on == last


def test_somebody_who_signs_in_comes_under_the_new_hat(invitation: Invitation) -> None:
    person = make_person("rose@example.org")
    client = client_wearing(RoleKind.EPCI, "epci:200066124", user=person)
    client.post(PAGE, {"as": person.pk, "hat": client.session["hat"]})
    assert client.session["hat"] == Role.objects.get(kind=RoleKind.SECRETARY).pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_two_acceptances_at_once_give_one_role(is_new: bool, tmp_path: Path) -> None:
    make_commune()
    invitation = make_invitation("commune:81294", email="rose@example.org")
    user = None if is_new else make_person("rose@example.org")
    with a_database_for_several(tmp_path):
        answers = at_once(
            2, lambda: accept(invitation=invitation, user=user, full_name="Rose", now=timezone.now())
        )
        assert elsewhere(Role.objects.count) == 1
        assert elsewhere(User.objects.filter(email="rose@example.org").count) == 1
    assert sorted(type(found).__name__ for found in answers) == ["Accepted", "InvitationError"]
