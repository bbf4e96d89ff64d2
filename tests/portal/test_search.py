"""The search of the whole site: what each role finds, in any spelling, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import Activity
from millecafes.cafes.models import Cafe
from millecafes.common import actors, search
from millecafes.common.actors import Actor
from millecafes.pages.enums import Subject
from tests.architecture.access_world import PERIMETERS
from tests.factories.cafes import make_cafe
from tests.factories.pages import make_message
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing, make_invitation, make_person, make_role
from tests.factories.territory import make_commune, make_departement

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PUBLIC = {"communes", "areas", "pages", "cafes"}
# Whoever follows cafés finds them once, as those they follow.
LEADS = PUBLIC - {"cafes"} | {"followed", "people", "organisations", "messages", "invitations"}
# What each role finds of things that all hold the word « zinc »; anonymous visitors under "".
SEEN: dict[str, set[str]] = {
    "": PUBLIC,
    RoleKind.TEAM: LEADS,
    RoleKind.REGIONAL: LEADS,
    RoleKind.BUYER: PUBLIC,
    RoleKind.ELECTED: PUBLIC | {"invitations"},
    RoleKind.SECRETARY: PUBLIC,
    RoleKind.EPCI: PUBLIC,
    RoleKind.MANAGER: PUBLIC,
    RoleKind.VOLUNTEER: PUBLIC,
    RoleKind.CANDIDATE: PUBLIC,
    RoleKind.PARTNER: PUBLIC,
    RoleKind.FUNDER: PUBLIC,
}


@pytest.fixture
def zinc(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thing of each kind that holds the word, all in Técou."""
    from millecafes.pages import queries

    commune = make_commune(name="Le Zinc")
    make_departement("83", "Zinc-et-Var", region="93")
    make_organisation("Brasserie du Zinc", commune=commune)
    make_cafe("Café du Zinc", commune)
    make_cafe("Zinc fini", commune, activity=Activity.CLOSED)
    secretary = make_person("zinc.secretaire@example.org", name="Zoé")
    make_role(RoleKind.SECRETARY, "commune:81294", user=secretary)
    make_message(Subject.OPEN, name="Zinc Martin", commune=commune)
    make_invitation("commune:81294", email="zinc@example.org")
    monkeypatch.setattr(queries, "PAGES", (*queries.PAGES, ("pages:faq", "Le zinc", "")))


def found(actor: Actor, query: str) -> set[str]:
    """The kinds that answer."""
    return {group.key for group in search.search(actor, query)}


@pytest.mark.parametrize("kind", SEEN)
def test_each_role_finds_what_it_may_see(zinc: None, kind: str) -> None:
    perimeter = PERIMETERS[RoleKind(kind)] if kind else ""
    actor = Actor(user_id=1, role_id=1, kind=kind, perimeter=perimeter) if kind else actors.ANONYMOUS
    assert found(actor, "zinc") == SEEN[kind]


@pytest.mark.parametrize("kind", ["people", "organisations", "messages", "invitations", "followed"])
def test_what_is_in_another_perimeter_is_not_found(zinc: None, kind: str) -> None:
    away = Actor(user_id=1, role_id=1, kind=RoleKind.REGIONAL, perimeter="departement:33")
    assert kind not in found(away, "zinc")


def test_a_café_that_is_closed_is_for_those_who_follow_it(zinc: None, client: Client) -> None:
    public = client.get("/chercher/", {"q": "zinc"}).text
    assert ("Café du Zinc" in public, "Zinc fini" in public) == (True, False)
    lead = client_wearing(RoleKind.REGIONAL, "departement:81").get("/chercher/", {"q": "zinc fnii"}).text
    closed = Cafe.objects.get(name="Zinc fini")
    assert f'href="/equipe/cafes/{closed.pk}/"' in lead


def test_the_entries_of_the_back_office_are_found() -> None:
    team = Actor(user_id=1, role_id=1, kind=RoleKind.TEAM, perimeter="network")
    mayor = Actor(user_id=1, role_id=1, kind=RoleKind.ELECTED, perimeter="commune:81294")
    assert "desk" in found(team, "journal")
    assert "desk" not in found(mayor, "journal")
    assert "desk" not in found(actors.ANONYMOUS, "bureau")


@pytest.mark.parametrize(
    ("query", "kind", "label"),
    [
        ("STE EPICERIE", "organisations", "Sainte-Épicerie & Fils"),
        ("épicerie sainte", "organisations", "Sainte-Épicerie & Fils"),
        ("epicrie", "organisations", "Sainte-Épicerie & Fils"),
        ("l'épicerie", "organisations", "Sainte-Épicerie & Fils"),
        ("épic", "organisations", "Sainte-Épicerie & Fils"),
        ("73282932000074", "organisations", "Sainte-Épicerie & Fils"),
        ("732 829 320 00074", "organisations", "Sainte-Épicerie & Fils"),
        ("helene", "people", "Hélène d’Œuilly"),
        ("d’oeuilly hélène", "people", "Hélène d’Œuilly"),
        ("Hélene Oeuily", "people", "Hélène d’Œuilly"),
        ("helene@exemple", "people", "Hélène d’Œuilly"),
        ("tecuo", "communes", "Técou"),
        ("vie privé", "pages", "Vie privée"),
        ("rgpd", "pages", "Vie privée"),
        ("vol d’oiseau", "pages", "Questions fréquentes"),
        ("dpartement 81", "areas", "Département 81"),
        ("nadege", "messages", "Nadège"),
        ("tenir un café", "messages", "Nadège"),
        ("invtee", "invitations", "invitee@exemple.fr"),
        ("l’oustal", "followed", "L’Oustàl de Técou"),
        ("OUSTALL TECOU", "followed", "L’Oustàl de Técou"),
    ],
)
def test_any_spelling_finds_it(query: str, kind: str, label: str) -> None:
    commune = make_commune()
    make_organisation("Sainte-Épicerie & Fils", siret="73282932000074", commune=commune)
    make_cafe("L’Oustàl de Técou", commune)
    make_person("helene@exemple.fr", name="Hélène d’Œuilly")
    make_message(Subject.RUN, name="Nadège")
    make_invitation("commune:81294", email="invitee@exemple.fr")
    team = Actor(user_id=1, role_id=1, kind=RoleKind.TEAM, perimeter="network")
    groups = {group.key: [hit.label for hit in group.hits] for group in search.search(team, query)}
    assert label in groups.get(kind, [])


def test_every_answer_opens(zinc: None) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    actor = Actor(user_id=1, role_id=1, kind=RoleKind.TEAM, perimeter="network")
    urls = [hit.url for group in search.search(actor, "zinc") for hit in group.hits]
    assert len(urls) >= 7
    for url in urls:
        response = team.get(url)
        assert response.status_code == 200, url
        assert "zinc" in response.text.lower() or url == "/faq/", url


def test_the_number_of_queries_does_not_grow(zinc: None, django_assert_max_num_queries: Any) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    team.get("/chercher/?q=zinc")
    with django_assert_max_num_queries(40) as one:
        team.get("/chercher/?q=zinc")
    for number in range(3):
        make_organisation(f"Zinc numéro {number}")
        make_person(f"zinc{number}@example.org", name=f"Zinc {number}")
        make_message(name=f"Zinc {number}")
        make_invitation("commune:81294", email=f"zinc-{number}@example.org")
    with django_assert_max_num_queries(len(one)):
        assert "Zinc numéro 2" in team.get("/chercher/?q=zinc").text


def test_the_page_for_everybody(zinc: None, client: Client) -> None:
    page = client.get("/chercher/", {"q": "zinc"})
    assert page.status_code == 200
    assert "Réponses pour « zinc »" in page.text
    assert "Brasserie" not in page.text
    assert "zinc@example.org" not in page.text
    empty = client.get("/chercher/")
    assert "On cherche parmi&nbsp;: communes, territoires, cafés, pages du site." in empty.text


def test_the_suggestions(zinc: None, client: Client) -> None:
    response = client.get("/chercher/suggestions/", {"q": "zinc"})
    hall = {
        "label": "Le Zinc",
        "detail": "Département 81 (81) · Communes",
        "url": "/communes/81294-le-zinc/",
    }
    assert hall in response.json()
    assert "private" in response["Cache-Control"]
    assert client.get("/chercher/suggestions/").json() == []
    team = client_wearing(RoleKind.TEAM, "network").get("/chercher/suggestions/", {"q": "zinc"}).json()
    assert "zinc@example.org" in str(team)
    assert "zinc@example.org" not in str(response.json())
    assert len(team) <= 8


def test_more_answers_are_a_link_away(client: Client) -> None:
    for number in range(12):
        make_organisation(f"Zinc numéro {number}")
    page = client_wearing(RoleKind.TEAM, "network").get("/chercher/", {"q": "zinc"})
    assert page.text.count("Zinc numéro") == 8
    assert 'href="/organisations/?q=zinc"' in page.text


@pytest.mark.parametrize("query", ["…!?", "''--", "%_%", "<>", "\u200b"])
def test_what_holds_nothing_to_look_for_is_said(client: Client, query: str) -> None:
    page = client.get("/chercher/", {"q": query})
    assert page.status_code == 200
    assert "ni lettre ni chiffre" in page.text


def test_bad_queries(client: Client) -> None:
    assert client.get("/chercher/", {"q": "a\0b"}).status_code == 400
    long = client.get("/chercher/", {"q": "é" * 400})
    assert long.status_code == 200
    assert "La recherche s’arrête à 100 caractères" in long.text
    assert client.get("/chercher/", {"q": "a" * 4_000}).status_code == 400
    assert client.post("/chercher/", {"q": "a"}).status_code in {403, 405}
    escaped = client.get("/chercher/", {"q": '<script>alert("1")</script>'})
    assert "<script>alert" not in escaped.text


def test_signs_of_sql_patterns_are_letters_like_others() -> None:
    make_organisation("Cent pour cent")
    team = Actor(user_id=1, role_id=1, kind=RoleKind.TEAM, perimeter="network")
    assert "organisations" not in found(team, "c%t")
    assert "organisations" not in found(team, "c_nt")


def test_nothing_found_gives_the_closest_communes(territory: None, client: Client) -> None:
    page = client.get("/chercher/", {"q": "chazmeuis"})
    assert "Rien pour « chazmeuis »" in page.text
    assert "Chazemais" in page.text


@pytest.mark.parametrize("address", ["/", "/faq/", "/chercher/"])
def test_one_search_of_the_site_at_most_on_a_page(client: Client, address: str) -> None:
    assert client.get(address).text.count('action="/chercher/"') == (0 if address == "/" else 1)


def test_the_back_office_has_it(client: Client) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    for address in ("/bureau/", "/chercher/"):
        assert team.get(address).text.count('action="/chercher/"') == 1
