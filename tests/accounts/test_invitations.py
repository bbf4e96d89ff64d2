"""Inviting: who may, to what, where; the mail, the list, sending again, taking back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import InvitationState, RoleKind
from millecafes.accounts.models import Invitation, Role
from millecafes.accounts.services.invitations import InvitationError, invite, resend, revoke
from millecafes.common import actors
from millecafes.common.journal.models import JournalEntry
from millecafes.common.links import fingerprint
from tests.factories.people import client_wearing, make_invitation, make_person, make_role
from tests.factories.territory import make_commune, make_departement
from tests.mails import sent

pytestmark = pytest.mark.django_db
LEAD = actors.command("tests")
LINK = "https://cafes.example/invitation/TOKEN/"
SENT = {"email": "rose@example.org", "kind": "secretary", "place": "", "ends_on": ""}


@pytest.fixture(autouse=True)
def places() -> None:
    """Técou in the Tarn, Bordeaux in Gironde."""
    make_departement("33", "Gironde", region="75")
    make_commune("81294", "Técou")
    make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")


@pytest.fixture
def mayor() -> Client:
    """The mayor of Técou."""
    return client_wearing(
        RoleKind.ELECTED, "commune:81294", user=make_person("maire@example.org", name="Ali")
    )


def send(**changes: Any) -> Invitation:
    """An invitation through its service."""
    known: dict[str, Any] = {
        "email": "rose@example.org",
        "kind": RoleKind.SECRETARY,
        "perimeter": "commune:81294",
        "actor": LEAD,
        "now": timezone.now(),
        "accept_url": LINK,
    }
    return invite(**{**known, **changes})


def token_in(message: EmailMessage) -> str:
    """The secret of the link in a mail."""
    found = re.search(r"/invitation/([^/\s]+)/", str(message.body))
    assert found
    return found.group(1)


def test_the_mayor_invites_the_secretary(
    mayor: Client,
) -> None:
    assert "Técou" in mayor.get("/invitations/nouvelle/").content.decode()
    response = mayor.post("/invitations/nouvelle/", {**SENT, "email": " Rose@Example.org "})
    assert (response.status_code, response["Location"]) == (302, "/invitations/")
    (invitation,) = Invitation.objects.all()
    assert (invitation.email, invitation.kind, invitation.perimeter) == (
        "rose@example.org",
        "secretary",
        "commune:81294",
    )
    (message,) = sent()
    assert message.to == ["rose@example.org"]
    assert message.subject == "Mille cafés : Ali vous invite"
    for words in ("Mairie : secrétariat", "Técou (Département 81)", "avant le"):
        assert words in message.body
    assert invitation.token == fingerprint(token_in(message))
    assert invitation.token not in message.body
    assert "rose@example.org" in mayor.get("/invitations/").content.decode()


def test_the_journal_never_holds_the_address() -> None:
    invitation = send()
    (entry,) = JournalEntry.objects.all()
    assert (entry.verb, entry.target_id) == ("accounts.invited", str(invitation.pk))
    assert "|departement:81|" in entry.perimeters
    assert "rose" not in str(entry.data)


@pytest.mark.parametrize(
    ("kind", "perimeter", "place", "found"),
    [
        (RoleKind.REGIONAL, "departement:81", "Técou", "commune:81294"),
        (RoleKind.REGIONAL, "departement:81", "commune:81294", "commune:81294"),
        (RoleKind.REGIONAL, "region:76", "81294", "commune:81294"),
        (RoleKind.TEAM, "network", "bordeaux", "commune:33063"),
    ],
)
def test_the_place_is_found_within_the_perimeter(
    kind: RoleKind, perimeter: str, place: str, found: str
) -> None:
    client = client_wearing(kind, perimeter)
    assert client.post("/invitations/nouvelle/", {**SENT, "place": place}).status_code == 302
    assert Invitation.objects.get().perimeter == found


@pytest.mark.parametrize(
    ("kind", "perimeter", "sent", "message"),
    [
        (RoleKind.REGIONAL, "departement:81", {"place": "Bordeaux"}, "Rien ne répond à « Bordeaux » dans"),
        (RoleKind.REGIONAL, "departement:81", {"place": "commune:33063"}, "dans votre périmètre"),
        (RoleKind.REGIONAL, "departement:81", {"place": ""}, "Écrivez sur quoi porte le rôle"),
        (RoleKind.REGIONAL, "departement:81", {"kind": "team"}, "« team » n’est pas dans la liste"),
        (RoleKind.ELECTED, "commune:81294", {"kind": "manager"}, "« manager » n’est pas dans la liste"),
        (RoleKind.ELECTED, "commune:81294", {"kind": ""}, "Choisissez le rôle"),
        (RoleKind.ELECTED, "commune:81294", {"email": "rose"}, "Cette adresse n’est pas complète"),
        (RoleKind.ELECTED, "commune:81294", {"email": "a" * 300 + "@b.fr"}, "254"),
        (RoleKind.ELECTED, "commune:81294", {"ends_on": "2026-13-40"}, "« 2026-13-40 » n’est pas une date"),
        (RoleKind.ELECTED, "commune:81294", {"ends_on": "2020-01-01"}, "est déjà passé"),
        (RoleKind.TEAM, "network", {"place": "zzzz"}, "Rien ne répond à « zzzz »"),
        (RoleKind.TEAM, "network", {"place": "x\u0007y"}, "invisible (U+0007)"),
        (RoleKind.TEAM, "network", {"place": "9" * 500}, "200"),
        (RoleKind.TEAM, "network", {"kind": "funder", "place": ""}, "Écrivez sur quoi porte"),
    ],
)
def test_what_may_not_be_offered_is_told_and_not_sent(
    kind: RoleKind, perimeter: str, sent: dict[str, str], message: str
) -> None:
    client = client_wearing(kind, perimeter)
    response = client.post("/invitations/nouvelle/", {**SENT, **sent})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("field", ["email", "kind", "place", "ends_on"])
@pytest.mark.parametrize(("value", "status"), [("a\0b", 400), ("x" * 1_000_001, 413)])
def test_a_field_that_no_form_sends_is_refused_whole(field: str, value: str, status: int) -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    for address in ("/invitations/nouvelle/", f"/equipe/personnes/{make_person().pk}/"):
        response = client.post(address, {**SENT, "place": "Técou", field: value})
        assert response.status_code == status
        assert "Rien n’a été enregistré" in response.content.decode()
    assert not Invitation.objects.exists()
    assert Role.objects.count() == 1


def test_a_mayor_cannot_slip_another_commune_in(mayor: Client) -> None:
    mayor.post("/invitations/nouvelle/", {**SENT, "place": "commune:33063", "perimeter": "commune:33063"})
    assert Invitation.objects.get().perimeter == "commune:81294"


def test_several_places_are_offered_as_buttons() -> None:
    make_commune("81001", "Saint-Martin-l’Eau", postal_code="81100")
    make_commune("81002", "Saint-Martin-le-Bas", postal_code="81200")
    client = client_wearing(RoleKind.REGIONAL, "departement:81")
    page = client.post("/invitations/nouvelle/", {**SENT, "place": "saint martin"})
    html = page.content.decode()
    assert page.status_code == 422
    assert "Plusieurs lieux répondent" in html
    (typed,) = re.findall(r'name="place" value="([^"]*81002)"', html)
    # As a browser does: the field, then the button.
    assert (
        client.post("/invitations/nouvelle/", {**SENT, "place": ["saint martin", typed]}).status_code == 302
    )
    assert Invitation.objects.get().perimeter == "commune:81002"


@pytest.mark.parametrize("kind", [RoleKind.TEAM, RoleKind.BUYER, RoleKind.CANDIDATE])
def test_some_roles_need_no_place(kind: RoleKind) -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    assert client.post("/invitations/nouvelle/", {**SENT, "kind": kind}).status_code == 302
    expected = "person" if kind == RoleKind.CANDIDATE else "network"
    assert Invitation.objects.get().perimeter == expected
    assert client.get("/invitations/").status_code == 200


def test_the_same_invitation_does_not_leave_twice() -> None:
    send()
    with pytest.raises(InvitationError, match="déjà partie"):
        send(email="ROSE@example.org")
    send(kind=RoleKind.ELECTED)
    assert Invitation.objects.count() == 2


def test_who_has_the_role_is_not_invited_to_it() -> None:
    person = make_person("rose@example.org")
    make_role(RoleKind.SECRETARY, "commune:81294", user=person)
    with pytest.raises(InvitationError, match="déjà ce rôle"):
        send()


@pytest.mark.parametrize("perimeter", ["network", "commune:99999", "person", "", "cafe:1"])
def test_the_service_refuses_a_perimeter_that_does_not_suit(perimeter: str) -> None:
    with pytest.raises(InvitationError, match="Périmètre"):
        send(perimeter=perimeter)


def test_it_ends_after_thirty_days_or_with_the_role() -> None:
    now = timezone.now()
    assert send(now=now).expires_at == now + dt.timedelta(days=30)
    last_day = timezone.localdate(now) + dt.timedelta(days=2)
    short = send(email="lea@example.org", now=now, role_ends_on=last_day)
    assert timezone.localdate(short.expires_at) == last_day + dt.timedelta(days=1)
    assert short.state(short.expires_at) == InvitationState.EXPIRED


def test_sending_again_kills_the_former_link(
    mayor: Client,
) -> None:
    invitation = make_invitation("commune:81294", token="ancien", expires_at=timezone.now())
    response = mayor.post(f"/invitations/{invitation.pk}/renvoyer/", follow=True)
    assert "l’ancien ne marche plus" in response.content.decode()
    assert Client().get("/invitation/ancien/").status_code == 404
    assert Client().get(f"/invitation/{token_in(sent()[0])}/").status_code == 200
    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + dt.timedelta(days=29)


def test_a_second_click_does_not_send_twice(mayor: Client) -> None:
    invitation = make_invitation("commune:81294")
    mayor.post(f"/invitations/{invitation.pk}/renvoyer/")
    invitation.refresh_from_db()
    again = mayor.post(f"/invitations/{invitation.pk}/renvoyer/", follow=True)
    assert "vient de partir" in again.content.decode()
    assert Invitation.objects.get().token == invitation.token


def test_an_invitation_taken_back_is_dead(mayor: Client) -> None:
    invitation = make_invitation("commune:81294", token="lien")
    html = mayor.post(f"/invitations/{invitation.pk}/retirer/", follow=True).content.decode()
    assert "son lien ne marche plus" in html
    assert "Elle a été retirée" in Client().get("/invitation/lien/").content.decode()
    assert JournalEntry.objects.latest("pk").verb == "accounts.invitation_revoked"


@pytest.mark.parametrize("state", ["accepted_at", "revoked_at"])
def test_what_is_over_is_neither_sent_again_nor_taken_back(state: str) -> None:
    now = timezone.now()
    invitation = make_invitation("commune:81294", **{state: now})
    with pytest.raises(InvitationError):
        resend(invitation=invitation, actor=LEAD, now=now, accept_url=LINK)
    with pytest.raises(InvitationError):
        revoke(invitation=invitation, actor=LEAD, now=now)
    assert not JournalEntry.objects.exists()


def test_an_invitation_to_a_role_that_is_over_is_not_sent_again() -> None:
    now = timezone.now()
    yesterday = timezone.localdate(now) - dt.timedelta(days=1)
    invitation = make_invitation("commune:81294", role_ends_on=yesterday)
    with pytest.raises(InvitationError, match="déjà fini"):
        resend(invitation=invitation, actor=LEAD, now=now, accept_url=LINK)


@pytest.mark.parametrize("action", ["renvoyer", "retirer"])
@pytest.mark.parametrize("number", ["elsewhere", "0", str(10**18), "9" * 40])
def test_another_s_invitation_does_not_exist(mayor: Client, action: str, number: str) -> None:
    elsewhere = make_invitation("commune:33063")
    value = elsewhere.pk if number == "elsewhere" else number
    assert mayor.post(f"/invitations/{value}/{action}/").status_code == 404
    assert Invitation.objects.get().token == elsewhere.token
    assert Invitation.objects.get().revoked_at is None


def test_each_follows_the_invitations_of_their_perimeter(mayor: Client) -> None:
    make_invitation("commune:81294", email="ici@example.org")
    make_invitation("commune:33063", email="la-bas@example.org")
    make_invitation("commune:81294", RoleKind.MANAGER, email="autre-role@example.org")
    make_invitation("network", RoleKind.TEAM, email="equipe@example.org")

    def seen(client: Client) -> list[str]:
        return sorted(set(re.findall(r"[\w-]+@example\.org", client.get("/invitations/").content.decode())))

    assert seen(mayor) == ["ici@example.org"]
    lead = client_wearing(RoleKind.REGIONAL, "region:76")
    assert seen(lead) == ["autre-role@example.org", "ici@example.org"]
    assert len(seen(client_wearing(RoleKind.TEAM, "network"))) == 4


def test_the_list_is_filtered_by_state_and_address() -> None:
    now = timezone.now()
    make_invitation("commune:81294", email="attente@example.org")
    make_invitation("commune:81294", email="oui@example.org", accepted_at=now)
    make_invitation("commune:81294", email="non@example.org", revoked_at=now)
    make_invitation("commune:81294", email="tard@example.org", expires_at=now)
    client = client_wearing(RoleKind.TEAM, "network")
    expected = {"pending": "attente", "accepted": "oui", "revoked": "non", "expired": "tard"}
    for state, name in expected.items():
        html = client.get(f"/invitations/?etat={state}").content.decode()
        assert re.findall(r'scope="row"[^>]*>(\w+)@', html) == [name]
    assert re.findall(r'scope="row"[^>]*>(\w+)@', client.get("/invitations/?q=tard").content.decode()) == [
        "tard"
    ]
    assert client.get("/invitations/?etat=zzz").status_code == 422
    assert "Aucune ne répond" in client.get("/invitations/?q=personne").content.decode()


@pytest.mark.parametrize("page", ["2", "0", "-1", "abc", str(10**18), "9" * 60])
def test_any_page_number_answers(page: str) -> None:
    make_invitation("commune:81294")
    assert client_wearing(RoleKind.TEAM, "network").get(f"/invitations/?page={page}").status_code == 200


def test_the_list_asks_as_much_for_three_as_for_one(
    django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    make_invitation("commune:81294", invited_by=make_person())
    client.get("/invitations/")
    with django_assert_max_num_queries(20) as asked:
        client.get("/invitations/")
    for _ in range(2):
        make_invitation("commune:33063", invited_by=make_person(), accepted_by=make_person())
    with django_assert_num_queries(len(asked)):
        client.get("/invitations/")


def test_a_role_that_invites_nobody_has_no_invitations() -> None:
    client = client_wearing(RoleKind.SECRETARY, "commune:81294")
    for address in ("/invitations/", "/invitations/nouvelle/"):
        assert client.get(address).status_code == 404
    assert not Role.objects.filter(kind=RoleKind.ELECTED).exists()
