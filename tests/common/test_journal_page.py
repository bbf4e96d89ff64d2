"""`/equipe/journal/` and the lines shown on an object's page: who sees them, what a filter finds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common.actors import ANONYMOUS, Actor
from millecafes.common.journal import forms, views
from tests.common.journals import TEAM, verbs, write
from tests.factories.people import client_wearing, make_person
from tests.factories.territory import make_commune

__all__ = ["verbs"]
pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("verbs")]
PAGE = "/equipe/journal/"
EXPORT = "/equipe/journal/journal.csv"


@pytest.fixture
def client() -> Client:
    """Somebody of the team; the journal is empty but for what a test writes."""
    return client_wearing(RoleKind.TEAM, "network", user=make_person(name="Agathe Équipe"))


def actor(user: User) -> Actor:
    """Somebody under the hat of the team."""
    return Actor(user_id=user.pk, kind="team", perimeter="network")


def page(client: Client, query: str = "", *, status: int = 200) -> str:
    """The text of the page for a filter."""
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == status
    return response.content.decode()


def test_the_team_reads_the_journal(client: Client) -> None:
    camille = make_person(name="Camille <Roux>")
    entry = write("tests.painted", actor=actor(camille), data={"colour": "bleu"})
    html = page(client)
    assert "Camille &lt;Roux&gt;, équipe nationale, a repeint tests.shop 12 en bleu." in html
    assert f'id="ligne-{entry.pk}"' in html


@pytest.mark.parametrize("address", [PAGE, EXPORT])
def test_others_do_not_know_that_it_exists(address: str) -> None:
    make_commune()
    assert client_wearing(RoleKind.ELECTED, "commune:81294").get(address).status_code == 404
    client = Client()
    client.force_login(make_person())
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_values_before_and_after_are_shown_and_never_exported(client: Client) -> None:
    person = make_person(name="Camille Roux")
    write(target=person, subject_id=person.pk, before={"full_name": "Roux"}, after={"full_name": ""})
    html = page(client, "action=tests.closed")
    assert "nom : Roux → (vide)" in html
    exported = client.get(EXPORT).content.decode("utf-8-sig")
    assert "a fermé la boutique" in exported
    assert ";Roux;" not in exported
    assert "(vide)" not in exported
    assert "Roux →" not in exported


@pytest.fixture
def lines() -> dict[str, int]:
    """Four lines that differ by who, what, on what and when."""
    camille, dominique = make_person(name="Camille Roux"), make_person("petit@example.org", name="Dominique")
    may = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    return {
        "painted": write("tests.painted", actor=actor(camille), data={"colour": "bleu"}).pk,
        "about": write("tests.thanked", actor=TEAM, target=camille, subject_id=camille.pk).pk,
        "by_dominique": write(actor=actor(dominique), target=("accounts.role", "987654")).pk,
        "in_may": write(actor=TEAM, now=may).pk,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("personne=roux", {"painted", "about"}),
        ("personne=PETIT%40example", {"by_dominique"}),
        ("action=tests.painted", {"painted"}),
        ("objet=accounts.role&action=tests.closed", {"by_dominique"}),
        ("objet=accounts.role&numero=987654", {"by_dominique"}),
        ("objet=accounts.role&numero=987655", set()),
        ("du=2026-05-01&au=2026-05-01", {"in_may"}),
        ("du=2026-05-02&personne=roux&action=tests.thanked", {"about"}),
        ("au=2026-04-30", set()),
    ],
)
def test_a_filter_finds_its_lines_on_the_screen_and_in_the_file(
    client: Client, lines: dict[str, int], query: str, expected: set[str]
) -> None:
    html = page(client, query)
    assert {name for name, number in lines.items() if f'id="ligne-{number}"' in html} == expected
    rows = client.get(f"{EXPORT}?{query}").content.decode("utf-8-sig").splitlines()[1:]
    assert len(rows) == len(expected)
    if not expected:
        assert "Rien ne répond à ce filtre" in html


def test_days_are_those_of_paris(client: Client) -> None:
    late = write(now=dt.datetime(2026, 4, 30, 22, 5, tzinfo=dt.UTC))  # five past midnight, on the 1st of May
    assert f'id="ligne-{late.pk}"' in page(client, "du=2026-05-01&au=2026-05-01")
    assert f'id="ligne-{late.pk}"' not in page(client, "au=2026-04-30")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("personne=zzzz", "personne", "Personne ne répond à « zzzz »"),
        ("action=nimporte", "action", "« nimporte » n’est pas dans la liste"),
        ("objet=nimporte", "objet", "« nimporte » n’est pas dans la liste"),
        ("numero=12", "numero", "Choisissez aussi la sorte d’objet"),
        ("objet=accounts.role&numero=" + "9" * 61, "numero", "au plus 60"),
        ("du=31%2F02%2F2026", "du", "« 31/02/2026 » n’est pas une date"),
        ("au=1" + "0" * 18, "au", "n’est pas une date"),
        ("au=9999-12-31", "au", "une année de 2000 à 2100"),
        ("du=0001-01-01", "du", "une année de 2000 à 2100"),
        ("du=2026-05-02&au=2026-05-01", "au", "Le dernier jour (01/05/2026) vient avant le premier"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_is_kept(
    client: Client, lines: dict[str, int], query: str, field: str, message: str
) -> None:
    html = page(client, query, status=422)
    assert message in html
    assert f'id="id_{field}_error"' in html
    assert 'id="ligne-' not in html
    assert client.get(f"{EXPORT}?{query}").status_code == 422


def test_too_many_people_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MANY", 2)
    for number in range(3):
        make_person(name=f"Camille {number}")
    assert "Plus de 2 personnes répondent à « camille »" in page(client, "personne=camille", status=422)


@pytest.mark.parametrize("number", ["1000000000000000000", "9" * 500, "-1", "x", "1.5", ""])
def test_any_page_number_is_survived(client: Client, number: str) -> None:
    write()
    assert 'id="ligne-' in page(client, f"page={number}")


def test_pages_follow_each_other_and_keep_the_filter(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_LENGTH", 2)
    first, *_, last = [write().pk for _ in range(5)]
    html = page(client, "action=tests.closed")
    assert f'id="ligne-{last}"' in html
    assert 'href="?action=tests.closed&amp;page=2" rel="next"' in html
    assert "page 1 sur 3" in html
    html = page(client, "action=tests.closed&page=3")
    assert f'id="ligne-{first}"' in html
    assert 'href="?action=tests.closed&amp;page=2" rel="prev"' in html
    assert 'rel="next"' not in html


def test_a_large_journal_is_cut_on_the_screen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_SHOWN", 3)
    for _ in range(4):
        write()
    assert "Les <b>3</b> dernières lignes" in page(client, "action=tests.closed")
    # The file has them all.
    assert client.get(f"{EXPORT}?action=tests.closed").content.count(b"\r\n") == 5


def test_the_file_opens_in_a_spreadsheet_without_running_anything(client: Client) -> None:
    person = make_person(name="=1+1")
    write("tests.painted", actor=actor(person), data={"colour": "bleu"})
    response = client.get(f"{EXPORT}?action=tests.painted")
    assert response["Content-Disposition"] == 'attachment; filename="journal.csv"'
    heading, row = response.content.decode("utf-8-sig").splitlines()
    assert heading == "Le;Qui;Casquette;Action;Sorte d’objet;Numéro;Objet"
    assert row.split(";")[1:] == [
        "'=1+1",
        "équipe nationale",
        "a repeint tests.shop 12 en bleu",
        "tests.shop",
        "12",
        "tests.shop 12",
    ]


def queries_of(client: Client, address: str) -> int:
    """How many queries an address makes."""
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert client.get(address).status_code == 200
    return len(made)


@pytest.mark.parametrize("address", [PAGE, EXPORT])
def test_the_number_of_queries_does_not_depend_on_the_lines(client: Client, address: str) -> None:
    def one(number: int) -> None:
        code = f"8129{number}"
        make_commune(code)
        person = make_person()
        hat = Actor(user_id=person.pk, kind="elected", perimeter=f"commune:{code}")
        write("tests.thanked", actor=hat, target=person, subject_id=person.pk, after={"full_name": "Roux"})

    one(1)
    first = queries_of(client, f"{address}?action=tests.thanked")
    one(2)
    one(3)
    assert queries_of(client, f"{address}?action=tests.thanked") == first


def shown(thing: Any, who: Actor, arguments: str = "") -> str:
    """What the tag shows of an object to somebody."""
    request = RequestFactory().get("/")
    request.actor = who  # type: ignore[attr-defined]
    text = f"{{% load journal %}}{{% journal thing {arguments} %}}"
    return Template(text).render(Context({"request": request, "thing": thing}))


def test_an_object_shows_its_own_lines(verbs: None) -> None:
    camille, other = make_person(name="Camille Roux"), make_person()
    write(actor=actor(camille), target=camille)
    write("tests.painted", actor=actor(camille), target=other, data={"colour": "bleu"})
    html = shown(camille, TEAM)
    assert "Camille Roux, équipe nationale, a fermé la boutique." in html
    assert "bleu" not in html
    assert f"/equipe/journal/?objet=accounts.user&amp;numero={camille.pk}" in html
    assert "Rien n’a encore été fait" in shown(make_person(), TEAM)


def test_only_those_who_may_see_the_lines_of_an_object(verbs: None) -> None:
    camille = make_person()
    write(actor=actor(camille), target=camille)
    own = Actor(user_id=camille.pk, kind="candidate", perimeter=f"person:{camille.pk}")
    for nobody in (ANONYMOUS, own):
        with CaptureQueriesContext(connection) as made:
            assert shown(camille, nobody).strip() == ""
        assert not made.captured_queries
    assert shown(camille, TEAM, '"common.view_journal"').strip()
    region = Actor(user_id=1, kind="regional", perimeter="region:76")
    assert shown(camille, region).strip() == ""


class Hall:
    """Something that lies in the Tarn."""

    pk = 1

    class _meta:  # noqa: N801 - as Django names it
        label_lower = "tests.hall"

    def perimeter_keys(self) -> tuple[str, ...]:
        return ("commune:81294", "region:76", "network")


def test_a_regional_lead_sees_the_lines_of_the_region_and_no_link_to_the_whole_journal() -> None:
    write(target=("tests.hall", "1"), now=timezone.now())
    html = shown(Hall(), Actor(user_id=1, kind="regional", perimeter="region:76"))
    assert "a fermé la boutique" in html
    assert "/equipe/journal/" not in html
    assert shown(Hall(), Actor(user_id=1, kind="regional", perimeter="region:11")).strip() == ""
