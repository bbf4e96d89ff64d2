"""The team writes a café: a new one, what is said of it, its point; nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import CafeModel, PlaceOrigin
from millecafes.cafes.models import Cafe
from millecafes.common.journal.models import JournalEntry
from tests.factories.cafes import make_cafe, tecou
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TABLE = "/equipe/cafes/"
GOOD = {
    "name": "Le Zinc",
    "model": "associative",
    "variant": "participative",
    "origin": "independent",
    "commune": "81294",
    "latitude": "43,851",
    "longitude": "1.9502",
    "phone": "05 63 00 00 00",
    "website": "lezinc.example",
    "wheelchair": "yes",
    "languages": ["fr", "oc"],
    "payment": ["cash", "card"],
    "espresso_cents": "1,5",
    "espresso_on": "2026-11-01",
    "story": "Un café.\nDepuis 1953.",
    "osm_ref": "node/123",
}


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\xa0", " ").split())


def test_a_café_is_entered(team: Client) -> None:
    tecou()
    organisation = make_organisation("Les Amis du Zinc")
    answer = team.post(f"{TABLE}ajouter/", {**GOOD, "organisation": "amis du zinc"})
    made = Cafe.objects.get()
    assert answer["Location"] == f"{TABLE}{made.pk}/"
    assert (made.model, made.variant, made.origin) == ("associative", "participative", "independent")
    assert (made.latitude, made.longitude, made.place_origin) == (43.851, 1.9502, PlaceOrigin.MOVED)
    assert (made.espresso_cents, made.website) == (150, "https://lezinc.example")
    assert (made.languages, made.payment) == (["fr", "oc"], ["cash", "card"])
    assert made.organisation == organisation
    page = text(team.get(answer["Location"]))
    assert "Le Zinc : c’est enregistré." in page
    assert "Rien n’est encore noté" in page
    assert "Les Amis du Zinc" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Écrivez le nom du café"),
        ("name", "Le\u202eZinc", "invisible (U+202E)"),
        ("model", "bistrot", "« bistrot » n’est pas dans la liste"),
        ("variant", "lease", "n’est pas une variante de ce modèle"),
        ("origin", "", "Choisissez l’origine"),
        ("commune", "Zzyzxville", "Aucune commune ne répond à « Zzyzxville »"),
        ("latitude", "quarante-trois", "« quarante-trois » n’est pas un nombre de degrés"),
        ("latitude", "", "un point a une latitude et une longitude"),
        ("latitude", "44,3", "à 50 km de Técou"),
        ("phone", "bonjour", "« bonjour » n’est pas un numéro"),
        ("email", "mairie", "« mairie » n’est pas une adresse e-mail complète"),
        ("website", "javascript:alert(1)", "n’est pas l’adresse d’un site"),
        ("organisation", "Personne", "Aucune organisation ne répond à « Personne »"),
        ("espresso_cents", "un euro", "« un euro » n’est pas un prix"),
        ("espresso_cents", "150", "pour un expresso"),
        ("espresso_on", "hier", "« hier » n’est pas une date"),
        ("languages", ["fr", "elfique"], "« elfique » n’est pas dans la liste"),
        ("osm_ref", "ici", "Attendu : node/123456"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(team: Client, field: str, value: Any, said: str) -> None:
    tecou()
    answer = team.post(f"{TABLE}ajouter/", {**GOOD, field: value})
    page = text(answer)
    assert answer.status_code == 422
    assert said in page
    assert "Depuis 1953." in page
    assert not Cafe.objects.exists()


def test_a_near_identical_café_is_shown_before_anything_is_written(team: Client) -> None:
    first = make_cafe("Le Zinc de Técou")
    asked = {**GOOD, "name": "Zinc de Técou"}
    answer = team.post(f"{TABLE}ajouter/", asked)
    page = text(answer)
    assert answer.status_code == 409
    assert "C’est bien un autre café" in page
    assert f"{TABLE}{first.pk}/" in page
    assert Cafe.objects.count() == 1
    (seen,) = re.findall(r'name="is_another" value="([\d.]+)"', page)
    # Another one came meanwhile: it is shown in turn.
    make_cafe("Zinc de Técou, le")
    answer = team.post(f"{TABLE}ajouter/", {**asked, "is_another": seen})
    assert answer.status_code == 409
    (seen,) = re.findall(r'name="is_another" value="([\d.]+)"', text(answer))
    assert team.post(f"{TABLE}ajouter/", {**asked, "is_another": seen}).status_code == 302
    assert Cafe.objects.count() == 3


def test_what_is_said_is_changed_and_the_rest_stays(team: Client) -> None:
    cafe = make_cafe(latitude=43.8512345678, longitude=1.95, place_origin=PlaceOrigin.IMPORTED)
    address = f"{TABLE}{cafe.pk}/modifier/"
    page = team.get(address).content.decode()
    given = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    assert given["latitude"] == "43,8512346"
    told = {
        "name": "Chez Lou",
        "model": cafe.model,
        "origin": cafe.origin,
        "commune": "81294",
        "latitude": given["latitude"],
        "longitude": given["longitude"],
    }
    assert team.post(address, told)["Location"] == f"{TABLE}{cafe.pk}/"
    cafe.refresh_from_db()
    assert (cafe.name, cafe.latitude, cafe.place_origin) == ("Chez Lou", 43.8512345678, PlaceOrigin.IMPORTED)
    assert JournalEntry.objects.get(verb="cafes.cafe_changed").data == {"fields": "nom"}
    # Without a point it goes back to its commune.
    team.post(address, {**told, "latitude": "", "longitude": ""})
    cafe.refresh_from_db()
    assert (cafe.latitude, cafe.place_origin) == (43.85, PlaceOrigin.COMMUNE)
    assert team.post(address, {**told, "name": ""}).status_code == 422


def test_an_organisation_is_chosen_for_certain(team: Client) -> None:
    tecou()
    one, two = make_organisation("La Poste"), make_organisation("La Poste")
    answer = team.post(f"{TABLE}ajouter/", {**GOOD, "organisation": "la poste"})
    assert f"La Poste (n° {one.pk}) ; La Poste (n° {two.pk})" in text(answer)
    team.post(f"{TABLE}ajouter/", {**GOOD, "organisation": f"La Poste (n° {two.pk})"})
    assert Cafe.objects.get().organisation == two


def test_the_point_is_moved_by_hand(team: Client) -> None:
    cafe = make_cafe()
    address = f"{TABLE}{cafe.pk}/point/"
    assert "au bourg de Técou" in text(team.get(address))
    assert team.post(address, {"latitude": "43,851", "longitude": "1,95"}).status_code == 302
    cafe.refresh_from_db()
    assert (cafe.latitude, cafe.place_origin) == (43.851, PlaceOrigin.MOVED)
    for latitude, said in {
        "": "Écrivez la latitude",
        "nord": "« nord » n’est pas un nombre",
        "44,3": "à 50 km de Técou",
        "-89": "de Técou",
    }.items():
        answer = team.post(address, {"latitude": latitude, "longitude": "1,95"})
        assert answer.status_code == 422
        assert said in text(answer)


def test_a_regional_lead_writes_in_the_perimeter_only() -> None:
    near, far = make_cafe(), make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    other = make_cafe("Chez Lou", far, model=CafeModel.ASSOCIATIVE)
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    answer = lead.post(f"{TABLE}ajouter/", {**GOOD, "name": "Le Neuf", "commune": "33063", "latitude": ""})
    assert answer.status_code == 422
    assert "hors de votre périmètre" in text(answer)
    assert lead.post(f"{TABLE}ajouter/", {**GOOD, "name": "Le Neuf"}).status_code == 302
    for path in ("modifier/", "point/"):
        assert lead.get(f"{TABLE}{near.pk}/{path}").status_code == 200
        assert lead.get(f"{TABLE}{other.pk}/{path}").status_code == 404
        assert lead.get(f"{TABLE}{10**30}/{path}").status_code == 404
