"""The team's table: what it shows to whom, its filters and order, and the views people keep."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import Activity, CafeModel, Origin, Relation
from millecafes.cafes.models import Cafe, SavedView
from millecafes.cafes.services.saved import MOST_VIEWS
from tests.factories.cafes import make_cafe, make_service, tecou
from tests.factories.people import client_wearing, make_person
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TABLE = "/equipe/cafes/"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\xa0", " ").split())


def names(response: Any) -> list[str]:
    """The cafés of the table, in its order."""
    return re.findall(r'class="table__link" href="[^"]+">([^<]+)</a>', response.content.decode())


def bordeaux() -> Any:
    return make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")


def told(cafe: Cafe, *, confirmed: int | None = None, news: int | None = None) -> Cafe:
    """Hours confirmed, and news, so many days ago."""
    now = timezone.now()
    cafe.hours_confirmed_at = None if confirmed is None else now - dt.timedelta(days=confirmed)
    cafe.news_at = None if news is None else now - dt.timedelta(days=news)
    cafe.save()
    return cafe


def test_the_table_says_where_each_café_stands(team: Client) -> None:
    told(make_cafe("Le Zinc"), confirmed=12)
    page = text(team.get(TABLE))
    for words in ("Le Zinc", "Técou", "Département 81 (81)", "Entrepreneurial", "Ouvert", "Membre"):
        assert words in page
    assert "il y a 12 jours" in page
    assert "jamais" in page
    assert "<b>1</b> café." in page


def test_every_filter_narrows(team: Client) -> None:
    make_cafe("Le Zinc", model=CafeModel.ASSOCIATIVE)
    closed = make_cafe("Chez Lou", bordeaux(), activity=Activity.CLOSED, origin=Origin.INDEPENDENT)
    make_cafe("Le Neuf", activity="", relation=Relation.APPLIED)
    make_service(closed, "colis")
    for query, found in {
        "q=zinc": ["Le Zinc"],
        "q=bordeaux": ["Chez Lou"],
        "q=33063": ["Chez Lou"],
        "q=81600": ["Le Neuf", "Le Zinc"],
        "activite=closed": ["Chez Lou"],
        "activite=rien": ["Le Neuf"],
        "lien=applied": ["Le Neuf"],
        "sorte=associative": ["Le Zinc"],
        "sorte=rien": ["Chez Lou", "Le Neuf"],
        "modele=associative": ["Le Zinc"],
        "departement=33": ["Chez Lou"],
        "service=colis": ["Chez Lou"],
        "service=colis&service=pain": [],
        "q=%21%21": [],
        "page=x": ["Chez Lou", "Le Neuf", "Le Zinc"],
        "page=999999999999999999999": ["Chez Lou", "Le Neuf", "Le Zinc"],
    }.items():
        answer = team.get(f"{TABLE}?{query}")
        assert answer.status_code == 200
        assert names(answer) == found, query


def test_what_is_to_confirm_and_who_is_silent(team: Client) -> None:
    told(make_cafe("Frais"), confirmed=10, news=10)
    told(make_cafe("Vieux"), confirmed=61, news=61)
    make_cafe("Jamais")
    make_cafe("En pause", activity=Activity.PAUSED)
    make_cafe("Parti", relation=Relation.LEFT)
    assert names(team.get(f"{TABLE}?confirmer=on")) == ["Jamais", "Parti", "Vieux"]
    assert names(team.get(f"{TABLE}?silencieux=on")) == ["En pause", "Jamais", "Vieux"]
    page = text(team.get(TABLE))
    assert "À confirmer <b>3</b>" in page
    assert "Silencieux depuis 60 jours <b>3</b>" in page
    assert "Horaires à confirmer : 3" in text(team.get("/bureau/"))


def test_the_table_is_ordered_by_each_column(team: Client) -> None:
    told(make_cafe("Abel", bordeaux(), model=CafeModel.ITINERANT), confirmed=5, news=1)
    told(make_cafe("Basile", activity=Activity.OPENING), confirmed=90, news=90)
    make_cafe("Célestin", relation=Relation.ACCOMPANIED)
    for order, found in {
        "nom": "ABC",
        "-nom": "CBA",
        "commune": "ABC",
        "-commune": "BCA",
        "departement": "ABC",
        "activite": "BAC",
        "lien": "CAB",
        "modele": "BCA",
        "sorte": "BCA",
        "horaires": "CBA",
        "-horaires": "ABC",
        "-nouvelles": "ABC",
    }.items():
        first = "".join(name[0] for name in names(team.get(f"{TABLE}?tri={order}")))
        assert first == found, order
    page = team.get(f"{TABLE}?tri=-horaires").content.decode()
    assert page.count('aria-sort="descending"') == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("activite=ivre", "« ivre » n’est pas dans la liste"),
        ("departement=99", "« 99 » n’est pas dans la liste"),
        ("service=or", "« or » n’est pas dans la liste"),
        ("tri=couleur", "« couleur » n’est pas dans la liste"),
        ("choix=1.deux", "« deux » n’est pas un café"),
        ("cafe=deux", "« deux » n’est pas le numéro d’un café"),
        (f"choix={10**30}", "n’est pas un café"),
        ("q=" + "x" * 90, "80"),
    ],
)
def test_a_filter_that_cannot_be_is_said(team: Client, query: str, said: str) -> None:
    make_cafe()
    answer = team.get(f"{TABLE}?{query}")
    assert answer.status_code == 422
    assert said in text(answer)
    assert names(answer) == []


def test_as_many_queries_for_one_as_for_three(team: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get(TABLE).status_code == 200
        return len(made)

    make_cafe("Un")
    one = queries()
    make_cafe("Deux", bordeaux())
    make_service(make_cafe("Trois"))
    assert queries() == one


def test_a_regional_lead_sees_the_perimeter_and_no_trace_of_the_rest() -> None:
    make_cafe("Le Zinc")
    make_cafe("Chez Lou", bordeaux())
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    answer = lead.get(TABLE)
    assert names(answer) == ["Le Zinc"]
    assert "Bordeaux" not in text(answer)
    assert "Tous les cafés <b>1</b>" in text(answer)
    assert lead.get(f"{TABLE}?departement=33").status_code == 422
    assert client_wearing(RoleKind.MANAGER, f"cafe:{Cafe.objects.first().pk}").get(TABLE).status_code == 404  # type: ignore[union-attr]
    assert Client().get(TABLE).status_code == 302


def test_what_is_ticked_stays_ticked_from_page_to_page(team: Client) -> None:
    tecou()
    cafes = [make_cafe(f"Café {rank:02}") for rank in range(52)]
    first, last = cafes[0].pk, cafes[-1].pk
    page = team.get(f"{TABLE}?cafe={first}&page=2")
    assert f'name="choix" value="{first}"' in text(page)
    page = text(team.get(f"{TABLE}?choix={first}&cafe={last}&page=1"))
    assert f'name="choix" value="{last}"' in page  # the first is on this page: it has its box
    # Unticked on its page, it is forgotten.
    page = text(team.get(f"{TABLE}?choix={last}&page=1"))
    assert f'name="choix" value="{last}"' in page
    assert f'value="{first}.{last}"' not in page


def test_a_view_is_kept_opened_renamed_and_removed(team: Client) -> None:
    make_cafe()
    query = "modele=associative&q=zinc"
    assert "Enregistrer la vue" in text(team.get(f"{TABLE}?q=zinc&modele=associative"))
    assert "Enregistrer la vue" not in text(team.get(TABLE))
    kept = team.post(f"{TABLE}vues/", {"name": " Mes  associatifs", "query": f"{query}&page=3&choix=1"})
    view = SavedView.objects.get()
    assert view.name == "Mes associatifs"
    assert kept["Location"] == f"{TABLE}?{view.query}"
    page = text(team.get(kept["Location"]))
    assert 'aria-current="page">Mes associatifs' in page
    address = f"{TABLE}vues/{view.pk}/"
    assert "Mes associatifs" in text(team.get(address))
    assert team.post(address, {"name": "Associatifs"}).status_code == 302
    team.post(f"{TABLE}vues/", {"name": "Autre", "query": "confirmer=on"})
    refused = team.post(address, {"name": "Autre"})
    assert refused.status_code == 422
    assert "s’appelle déjà « Autre »" in text(refused)
    assert team.post(address, {"name": ""}).status_code == 422
    # The same name again: the view is replaced.
    team.post(f"{TABLE}vues/", {"name": "Autre", "query": "silencieux=on"})
    assert SavedView.objects.get(name="Autre").query == "silencieux=on"
    assert team.post(f"{address}retirer/").status_code == 302
    assert SavedView.objects.count() == 1


def test_a_view_that_cannot_be_kept_says_why(team: Client) -> None:
    make_cafe()

    def said(name: str, query: str) -> str:
        answer = team.post(f"{TABLE}vues/", {"name": name, "query": query})
        assert answer.status_code == 422
        return text(answer)

    assert "Donnez un nom" in said("", "confirmer=on")
    assert "Il n’y a rien à retenir" in said("Tout", "")
    assert "« ivre » n’est pas dans la liste" in said("Ivres", "activite=ivre")
    for rank in range(MOST_VIEWS):
        team.post(f"{TABLE}vues/", {"name": f"Vue {rank}", "query": "confirmer=on"})
    assert "Vous avez déjà 30 vues" in said("De trop", "confirmer=on")
    assert SavedView.objects.count() == MOST_VIEWS


def test_the_views_of_others_do_not_exist(team: Client) -> None:
    other = SavedView.objects.create(owner=make_person(), name="La tienne", query="confirmer=on")
    assert "La tienne" not in text(team.get(TABLE))
    for path in ("", "retirer/"):
        assert team.post(f"{TABLE}vues/{other.pk}/{path}", {"name": "À moi"}).status_code == 404
    assert SavedView.objects.get() == other
    assert team.get(f"{TABLE}vues/{10**30}/").status_code == 404
