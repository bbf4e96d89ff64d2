"""People as the team and regional leads see them: lists, pages, roles given and taken away."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.common.privacy import erase
from tests.factories.people import client_wearing, make_invitation, make_person, make_role
from tests.factories.territory import make_commune, make_departement

pytestmark = pytest.mark.django_db
LIST = "/equipe/personnes/"


def today() -> dt.date:
    """Today, in Paris."""
    return timezone.localdate()


@pytest.fixture(autouse=True)
def people() -> dict[str, User]:
    """Somebody in the Tarn, somebody in Gironde, somebody without any role."""
    make_departement("33", "Gironde", region="75")
    make_commune("81294", "Técou")
    make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    found = {
        "elise": make_person("elise@example.org", name="Élise Roux"),
        "bruno": make_person("bruno@example.org", name="Bruno Petit"),
        "zoe": make_person("zoe@example.org", name="Zoé Alone"),
    }
    make_role(RoleKind.ELECTED, "commune:81294", user=found["elise"])
    make_role(RoleKind.SECRETARY, "commune:33063", user=found["bruno"])
    return found


@pytest.fixture
def team() -> Client:
    """Somebody of the team."""
    return client_wearing(RoleKind.TEAM, "network", user=make_person(name="Ava Équipe"))


@pytest.fixture
def lead() -> Client:
    """The lead of the Tarn."""
    return client_wearing(RoleKind.REGIONAL, "departement:81", user=make_person(name="Luc Référent"))


def names(client: Client, query: str = "") -> list[str]:
    """The names of the list."""
    html = client.get(f"{LIST}?{query}").content.decode()
    return re.findall(r'class="table__link"[^>]*>([^<]+)<', html)


def test_the_team_sees_everybody_by_name_whatever_the_accents(team: Client) -> None:
    assert names(team) == ["Ava Équipe", "Bruno Petit", "Élise Roux", "Zoé Alone"]


def test_the_key_follows_the_name_and_the_address(people: dict[str, User]) -> None:
    elise = people["elise"]
    assert elise.key == "elise roux elise example org"
    elise.full_name = "Élise Œuvrard"
    elise.save(update_fields=["full_name"])
    elise.refresh_from_db()
    assert elise.key == "elise oeuvrard elise example org"
    erase(elise)
    elise.refresh_from_db()
    assert "elise" not in elise.key


def test_a_lead_sees_the_people_of_their_perimeter(lead: Client) -> None:
    assert names(lead) == ["Élise Roux", "Luc Référent"]
    assert "Bruno Petit" in names(client_wearing(RoleKind.REGIONAL, "region:75"))


def test_a_lead_does_not_see_the_roles_that_lie_elsewhere(lead: Client, people: dict[str, User]) -> None:
    make_role(RoleKind.SECRETARY, "commune:33063", user=people["elise"])
    assert "Bordeaux" not in lead.get(LIST).content.decode()
    html = lead.get(f"{LIST}{people['elise'].pk}/").content.decode()
    assert "Técou" in html
    assert "Bordeaux" not in html
    assert "Bordeaux" not in lead.get(f"{LIST}personnes.csv").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=elise", ["Élise Roux"]),
        ("q=ROUX+eli", ["Élise Roux"]),
        ("q=bruno@example.org", ["Bruno Petit"]),
        ("q=lise", []),
        ("role=secretary", ["Bruno Petit"]),
        ("lieu=tarn", None),
        ("lieu=81", ["Élise Roux"]),
        ("lieu=commune:33063", ["Bruno Petit"]),
        ("lieu=T%C3%A9cou", ["Élise Roux"]),
        ("role=elected&lieu=33063", []),
        ("etat=active", ["Ava Équipe", "Bruno Petit", "Élise Roux"]),
        ("etat=none", ["Zoé Alone"]),
        ("etat=none&role=elected", []),
        ("etat=past", []),
    ],
)
def test_the_list_is_filtered(team: Client, query: str, expected: list[str] | None) -> None:
    if expected is None:
        assert team.get(f"{LIST}?{query}").status_code == 422
    else:
        assert names(team, query) == expected


def test_the_state_of_a_person_is_that_of_their_best_role(team: Client, people: dict[str, User]) -> None:
    yesterday, tomorrow = today() - dt.timedelta(days=1), today() + dt.timedelta(days=1)
    make_role(RoleKind.FUNDER, "network", user=people["zoe"], starts_on=yesterday, ends_on=yesterday)
    assert names(team, "etat=past") == ["Zoé Alone"]
    assert names(team, "etat=none") == []
    make_role(RoleKind.BUYER, "network", user=people["zoe"], starts_on=tomorrow)
    assert names(team, "etat=coming") == ["Zoé Alone"]
    assert names(team, "etat=past") == []
    make_role(RoleKind.FUNDER, "network", user=people["zoe"])
    assert "Zoé Alone" in names(team, "etat=active")
    assert names(team, "etat=coming") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("role=king", "« king » n’est pas dans la liste"),
        ("etat=zzz", "« zzz » n’est pas dans la liste"),
        ("lieu=zzzz", "Rien ne répond à « zzzz »"),
        ("lieu=commune:99999", "Rien ne répond"),
        ("q=" + "x" * 200, "100"),
        ("q=a%07b", "invisible"),
    ],
)
def test_a_filter_that_cannot_be_applied_says_why(team: Client, query: str, words: str) -> None:
    response = team.get(f"{LIST}?{query}")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert team.get(f"{LIST}personnes.csv?{query}").status_code == 422


def test_places_that_share_a_name_are_offered(team: Client) -> None:
    make_commune("81001", "Saint-Martin-l’Eau", postal_code="81100")
    make_commune("81002", "Saint-Martin-le-Bas", postal_code="81200")
    html = team.get(f"{LIST}?lieu=saint+martin").content.decode()
    assert re.findall(r'name="lieu" value="[^"]*?(\d{5})"', html) == ["81001", "81002"]


def test_a_lead_does_not_find_a_place_elsewhere(lead: Client) -> None:
    html = lead.get(f"{LIST}?lieu=bordeaux").content.decode()
    assert "Rien ne répond à « bordeaux » dans votre périmètre" in html


@pytest.mark.parametrize("page", ["1", "2", "0", "-1", "abc", "", str(10**18), "9" * 60, "1e3", "²"])
def test_any_page_number_answers(team: Client, page: str) -> None:
    response = team.get(LIST, {"page": page})
    assert response.status_code == 200
    assert "Bruno Petit" in response.content.decode()


def test_pages_follow_one_another_and_keep_the_filter(team: Client) -> None:
    for number in range(60):
        make_person(f"p{number}@example.net", name=f"Pierre {number:03}")
    first = team.get(f"{LIST}?q=pierre").content.decode()
    assert "Page 1 sur 2" in first
    assert '?q=pierre&amp;page=2" rel="next"' in first
    assert names(team, "q=pierre&page=2") == [f"Pierre {number:03}" for number in range(50, 60)]
    assert names(team, f"q=pierre&page={10**18}") == names(team, "q=pierre&page=2")


def test_the_list_asks_as_much_for_three_as_for_one(
    lead: Client, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    lead.get(LIST)
    with django_assert_max_num_queries(12) as asked:
        assert len(names(lead)) == 2
    for _ in range(2):
        make_role(RoleKind.SECRETARY, "commune:81294")
    with django_assert_num_queries(len(asked)):
        assert len(names(lead)) == 4


def test_the_page_of_a_person_asks_as_much_for_three_roles_as_for_one(
    lead: Client, people: dict[str, User], django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    """Whether each role may be taken away is asked without a query."""
    address = f"{LIST}{people['elise'].pk}/"
    lead.get(address)
    with django_assert_max_num_queries(40) as asked:
        assert lead.get(address).content.decode().count("Retirer<") == 1
    yesterday = today() - dt.timedelta(days=1)
    for days in (1, 2):
        day = yesterday + dt.timedelta(days=days)
        make_role(RoleKind.SECRETARY, "commune:81294", user=people["elise"], starts_on=day, ends_on=day)
    with django_assert_num_queries(len(asked)):
        assert lead.get(address).content.decode().count("Retirer<") == 3


def test_the_export_holds_one_line_per_role(team: Client, people: dict[str, User]) -> None:
    make_role(RoleKind.FUNDER, "network", user=people["elise"], ends_on=today())
    User.objects.filter(full_name="Bruno Petit").update(is_demo=True)
    response = team.get(f"{LIST}personnes.csv?q=example.org")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Nom", "Adresse e-mail", "Rôle", "Lieu ou organisation"]
    assert [row[:3] for row in rows if row[0] == "Zoé Alone"] == [["Zoé Alone", "zoe@example.org", ""]]
    elise = [row[2:] for row in rows if row[0] == "Élise Roux"]
    day = today().isoformat()
    assert ["Financeur", "tout le réseau", "network", day, day, "Rôle en cours", ""] in elise
    assert len(elise) == 2
    assert {row[-1] for row in rows if row[0] == "Bruno Petit"} == {"oui"}


def test_the_export_as_a_spreadsheet(team: Client) -> None:
    response = team.get(f"{LIST}personnes.ods")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert "Élise Roux" in archive.read("content.xml").decode()
    assert team.get(f"{LIST}personnes.exe").status_code == 404


@pytest.mark.parametrize("number", ["bruno", "0", str(10**18), "9" * 40])
def test_what_a_lead_may_not_see_does_not_exist(lead: Client, people: dict[str, User], number: str) -> None:
    value = people["bruno"].pk if number == "bruno" else number
    response = lead.get(f"{LIST}{value}/")
    assert response.status_code == 404
    assert "Bruno" not in response.content.decode()
    assert lead.post(f"{LIST}{value}/", {"kind": "elected", "place": "Técou"}).status_code == 404


def test_an_erased_person_is_nobody(team: Client, people: dict[str, User]) -> None:
    people["bruno"].erased_at = timezone.now()
    people["bruno"].save()
    assert "Bruno Petit" not in names(team)
    assert team.get(f"{LIST}{people['bruno'].pk}/").status_code == 404


def test_the_page_of_a_person_says_roles_invitations_and_what_was_done(
    team: Client, people: dict[str, User]
) -> None:
    make_invitation("network", RoleKind.BUYER, email="elise@example.org")
    html = team.get(f"{LIST}{people['elise'].pk}/").content.decode()
    for words in (
        "Élise Roux",
        "Mairie : élu·e",
        "Técou (Département 81)",
        "depuis le",
        "Achats",
        "en attente",
    ):
        assert words in html
    assert "a donné le rôle Mairie : élu·e sur Técou" in html


def test_a_lead_reads_what_was_done_in_their_perimeter(lead: Client, people: dict[str, User]) -> None:
    make_role(RoleKind.SECRETARY, "commune:33063", user=people["elise"])
    html = lead.get(f"{LIST}{people['elise'].pk}/").content.decode()
    assert "a donné le rôle Mairie : élu·e sur Técou" in html
    assert "secrétariat sur" not in html


def test_a_role_is_given_from_a_day_to_another(team: Client, people: dict[str, User]) -> None:
    address = f"{LIST}{people['zoe'].pk}/"
    sent = {"kind": "manager", "place": "", "starts_on": "", "ends_on": ""}
    assert team.post(address, sent).status_code == 422
    sent = {"kind": "regional", "place": "81", "starts_on": "2090-01-01", "ends_on": "2090-12-31"}
    response = team.post(address, sent, follow=True)
    assert "Rôle donné : Référence régionale" in response.content.decode()
    role = Role.objects.get(user=people["zoe"])
    assert (role.perimeter, role.starts_on, role.ends_on) == (
        "departement:81",
        dt.date(2090, 1, 1),
        dt.date(2090, 12, 31),
    )
    assert role.granted_by_id == team.get(LIST).wsgi_request.user.pk


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "elected", "place": "Técou"}, "déjà ce rôle"),
        (
            {"kind": "elected", "place": "33063", "starts_on": "2090-02-01", "ends_on": "2090-01-01"},
            "Fin du rôle",
        ),
        ({"kind": "elected", "place": "33063", "starts_on": "hier"}, "« hier » n’est pas une date"),
        ({"kind": "elected", "place": "tarn"}, "Rien ne répond à « tarn »"),
        ({"kind": "king", "place": "Técou"}, "« king »"),
        ({}, "Choisissez le rôle"),
    ],
)
def test_a_role_that_cannot_be_given_says_why(
    team: Client, people: dict[str, User], sent: dict[str, str], words: str
) -> None:
    response = team.post(f"{LIST}{people['elise'].pk}/", {"x": "", **sent})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Role.objects.filter(user=people["elise"]).count() == 1


def test_a_lead_gives_roles_of_their_list_in_their_perimeter(lead: Client, people: dict[str, User]) -> None:
    address = f"{LIST}{people['elise'].pk}/"
    assert lead.post(address, {"kind": "team", "place": ""}).status_code == 422
    assert lead.post(address, {"kind": "secretary", "place": "commune:33063"}).status_code == 422
    assert lead.post(address, {"kind": "secretary", "place": "81294"}).status_code == 302
    assert Role.objects.filter(user=people["elise"]).count() == 2


def test_a_role_is_taken_away(team: Client, people: dict[str, User]) -> None:
    role = Role.objects.get(user=people["elise"])
    html = team.post(f"/equipe/roles/{role.pk}/retirer/", follow=True).content.decode()
    assert "Rôle retiré : Mairie : élu·e" in html
    assert "(retiré)" in html
    again = team.post(f"/equipe/roles/{role.pk}/retirer/", follow=True).content.decode()
    assert "déjà pris fin" in again


def test_a_lead_takes_away_only_what_they_may_give(lead: Client, people: dict[str, User]) -> None:
    funder = make_role(RoleKind.FUNDER, "departement:81", user=people["elise"])
    elsewhere = Role.objects.get(user=people["bruno"])
    for role in (funder, elsewhere):
        assert lead.post(f"/equipe/roles/{role.pk}/retirer/").status_code == 404
        role.refresh_from_db()
        assert role.ended_at is None
    html = lead.get(f"{LIST}{people['elise'].pk}/").content.decode()
    assert html.count("Retirer<") == 1  # that of the mayor, not that of the funder


def test_the_last_of_the_team_stays(team: Client) -> None:
    role = Role.objects.get(kind=RoleKind.TEAM)
    html = team.post(f"/equipe/roles/{role.pk}/retirer/", follow=True).content.decode()
    assert "dernier rôle d’équipe nationale" in html


def test_the_rail_shows_what_a_hat_opens(team: Client, lead: Client) -> None:
    rail = re.compile(r'<nav class="rail__nav".*?</nav>', re.DOTALL)

    def entries(client: Client, address: str) -> list[str]:
        found = rail.search(client.get(address).content.decode())
        assert found
        return re.findall(r"<span>(Personnes|Invitations|Journal)</span>", found.group(0))

    assert entries(team, LIST) == ["Personnes", "Invitations", "Journal"]
    assert entries(lead, LIST) == ["Personnes", "Invitations"]
    mayor = client_wearing(RoleKind.ELECTED, "commune:81294")
    assert entries(mayor, "/invitations/") == ["Invitations"]
