"""What others take of the list of cafés: files, their schema, a feed, the API."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import catalogue, services
from millecafes.cafes.enums import Activity, CafeModel, CafeVariant, Origin, Relation, Wheelchair
from millecafes.cafes.models import Cafe
from tests.api.test_commune import _check
from tests.factories.cafes import ACTOR, make_cafe, make_service, tecou
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SIRET = "73282932000074"


def full() -> Cafe:
    """A café with everything said of it."""
    now = timezone.now()
    cafe = make_cafe(
        "Le « Zinc » ; comptoir",
        address="12 place de la Mairie",
        phone="+33 1 99 00 12 34",
        email="zinc@example.org",
        website="https://exemple.fr/zinc",
        story="Un comptoir.\n\nLe mardi ; on joue.",
        wheelchair=Wheelchair.LIMITED,
        access_note="une marche",
        espresso_cents=140,
        espresso_on=dt.date(2026, 3, 1),
        payment=("cash", "card"),
        languages=("fr", "oc"),
        latitude=43.851234,
        longitude=1.948765,
        organisation=make_organisation("Les Amis", siret=SIRET),
    )
    services.set_hours(cafe=cafe, hours="Tu-Su 08:00-19:00; PH off", note="Frappez", actor=ACTOR, now=now)
    for code in ("colis", "pain"):
        make_service(cafe, code)
    return Cafe.objects.get(pk=cafe.pk)


# What the file says of the café that `full` makes, but for numbers and days of the moment.
SAID = {
    "nom": "Le « Zinc » ; comptoir",
    "sorte": "Café du réseau, ouvert ou en ouverture",
    "modele": "Entrepreneurial",
    "origine": "Ouvert avec le programme",
    "activite": "Ouvert",
    "activite_depuis": "2024-03-01",
    "lien": "Membre",
    "lien_depuis": "2024-03-01",
    "ouvert_le": "2024-03-01",
    "commune": "Técou",
    "code_insee": "81294",
    "departement": "81",
    "adresse": "12 place de la Mairie",
    "latitude": "43,851234",
    "longitude": "1,948765",
    "origine_du_point": "posé à la main",
    "itinerance": "Fixe",
    "structure_parente": "Les Amis",
    "pivot": SIRET,
    "telephone": "'+33 1 99 00 12 34",
    "courriels": "zinc@example.org",
    "site_web": "https://exemple.fr/zinc",
    "precision_horaires": "Frappez",
    "services_en_service": "colis|pain",
    "acces_fauteuil": "Accessible avec aide",
    "precision_acces": "une marche",
    "langues": "fr|oc",
    "paiement": "cash|card",
    "expresso_euros": "1,4",
    "expresso_releve_le": "2026-03-01",
    "presentation_detail": "Un comptoir.\n\nLe mardi ; on joue.",
    "source": "Mille cafés",
}


def said_of(cafe: Cafe) -> dict[str, str]:
    """What the line of that café says; the rest is empty."""
    return SAID | {
        "id": str(cafe.pk),
        "code_postal": cafe.commune.postal_codes.split(" ")[0],
        "horaires": cafe.hours,
        "horaires_confirmes_le": str(timezone.localdate()),
        "page": f"http://localhost:8000/cafes/{cafe.pk}/",
        "date_maj": str(timezone.localdate()),
    }


def lines(client: Client, query: str = "", address: str = "/cafes/export.csv") -> list[dict[str, str]]:
    answer = client.get(address + query)
    assert answer.status_code == 200, answer.content.decode()
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_a_file_says_everything_of_a_café(client: Client) -> None:
    cafe = full()
    (line,) = lines(client)
    assert {name: value for name, value in line.items() if value} == said_of(cafe)


def test_a_file_holds_the_lines_of_the_screen(client: Client) -> None:
    make_cafe("Zinc", tecou(), latitude=43.85, longitude=1.95)
    far = make_commune("33063", "Bordeaux", lat=44.8, lon=-0.6)
    make_cafe("Asso", far, model=CafeModel.ASSOCIATIVE, variant=CafeVariant.CLASSIC)
    make_cafe("Fini", activity=Activity.CLOSED)
    assert [line["nom"] for line in lines(client)] == ["Asso", "Zinc"]
    assert [line["nom"] for line in lines(client, "?sorte=associative")] == ["Asso"]
    assert [line["nom"] for line in lines(client, "?ou=81294")] == ["Zinc"]
    refused = client.get("/cafes/export.csv?sorte=bleue")
    assert refused.status_code == 422
    assert "« bleue » n’est pas dans la liste" in refused.content.decode()
    assert client.get("/cafes/export.xls").status_code == 404
    html = client.get("/cafes/?sorte=associative").content.decode()
    assert 'href="/cafes/export.geojson?sorte=associative"' in html


def test_geojson_places_what_has_a_point(client: Client) -> None:
    cafe = full()
    lost = make_cafe("Perdu")
    Cafe.objects.filter(pk=lost.pk).update(latitude=None, longitude=None)
    told = json.loads(client.get("/cafes/export.geojson").content)
    points = {feature["properties"]["id"]: feature["geometry"] for feature in told["features"]}
    assert points == {
        str(cafe.pk): {"type": "Point", "coordinates": [1.948765, 43.851234]},
        str(lost.pk): None,
    }


def test_the_team_s_file_follows_its_table() -> None:
    make_cafe("Zinc")
    make_cafe("Fini", activity=Activity.CLOSED)
    make_cafe("Ailleurs", make_commune("33063", "Bordeaux", lat=44.8, lon=-0.6))
    address = "/equipe/cafes/cafes.csv"
    team = client_wearing(RoleKind.TEAM, "network")
    assert [line["nom"] for line in lines(team, address=address)] == ["Ailleurs", "Fini", "Zinc"]
    assert [line["nom"] for line in lines(team, "?activite=closed", address)] == ["Fini"]
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    assert [line["nom"] for line in lines(lead, address=address)] == ["Fini", "Zinc"]


def test_a_file_takes_a_few_queries_whatever_its_length(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            lines(client)
        return len(made)

    make_service(make_cafe("Un"), "pain")
    queries()
    one = queries()
    for number in range(3):
        make_service(make_cafe(f"Autre {number}"), "pain")
    assert queries() == one


def test_the_file_is_what_its_schema_says(client: Client, tmp_path: Path) -> None:
    """Frictionless, which reads Table Schema, is the oracle."""
    from frictionless import Detector, Dialect, Resource, Schema
    from frictionless.formats import CsvControl

    full()
    make_cafe("=Piège", activity=Activity.OPENING, relation=Relation.ACCOMPANIED, origin=Origin.INDEPENDENT)
    make_cafe("Roulotte", model=CafeModel.ITINERANT, variant=CafeVariant.SEASONAL)
    everything = make_cafe("Tout")
    for code in catalogue.services():
        make_service(everything, code)
    described = client.get("/cafes/schema.json").json()
    whole = client.get("/cafes/export.csv").content
    schema = Schema.from_descriptor(
        {"fields": described["fields"], "missingValues": described["missingValues"]}
    )

    def report_of(content: bytes) -> Any:
        path = tmp_path / "cafes.csv"
        path.write_bytes(content)
        dialect = Dialect(controls=[CsvControl(delimiter=";")])
        resource = Resource(
            path=path.name,
            basepath=str(tmp_path),
            encoding="utf-8-sig",
            dialect=dialect,
            schema=schema,
            detector=Detector(),
        )
        return resource.validate()

    good = report_of(whole)
    assert good.valid, good.flatten(["rowNumber", "fieldName", "type", "note"])[:10]
    assert good.tasks[0].stats["rows"] == Cafe.objects.exclude(kind="").count()
    # A wrong file is told wrong: the schema says something.
    bad = report_of(whole.replace(b"Entrepreneurial", b"Bleu").replace(b"fr|oc", b"fr|xx"))
    assert {"constraint-error"} == {row[0] for row in bad.flatten(["type"])}


def test_the_schema_names_every_column(client: Client) -> None:
    make_cafe()
    described = client.get("/cafes/schema.json").json()
    assert [column["name"] for column in described["fields"]] == list(lines(client)[0])
    assert all(column["description"] for column in described["fields"])
    assert described["version"] == "1.0.0"
    # A column that comes, goes or changes its place asks for another version (see CONTRIBUTING).
    assert len(described["fields"]) == 42


def test_the_feed_tells_the_openings(client: Client) -> None:
    make_cafe("Ancien", on=dt.date(2020, 5, 4))
    new = make_cafe("Neuf", on=dt.date(2025, 6, 7))
    make_cafe("À venir", activity=Activity.OPENING)
    make_cafe("Fini", activity=Activity.CLOSED)
    answer = client.get("/cafes/ouvertures.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.content)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Neuf, à Técou (81)",
        "Ancien, à Técou (81)",
    ]
    assert entries[0].findtext(f"{ATOM}id") == f"http://localhost:8000/cafes/{new.pk}/"
    assert entries[0].findtext(f"{ATOM}published", "").startswith("2025-06-07T00:00:00")
    assert "Ouvert depuis le 7 juin 2025" in entries[0].findtext(f"{ATOM}summary", "")
    assert 'type="application/atom+xml"' in client.get("/cafes/").content.decode()


def test_programs_read_the_same_cafés(client: Client) -> None:
    cafe = full()
    gone = make_cafe("Parti", relation=Relation.LEFT)
    answer = client.get("/api/v1/cafes").json()
    (found,) = answer["items"]
    assert (found["id"], found["services"], found["espresso_euros"]) == (cafe.pk, ["colis", "pain"], 1.4)
    assert (found["relation_since"], found["variant"]) == ("2024-03-01", None)
    assert client.get(f"/api/v1/cafes/{cafe.pk}").json() == found
    left = client.get(f"/api/v1/cafes/{gone.pk}").json()
    assert (left["kind"], left["relation"]) == (None, "left")
    described = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    _check(answer, described["CafesPage"], described)
    assert client.get("/api/v1/cafes/999999").status_code == 404


def test_programs_filter_as_the_page_does(client: Client) -> None:
    make_cafe("Zinc", latitude=43.85, longitude=1.95)
    far = make_commune("33063", "Bordeaux", lat=44.8, lon=-0.6)
    make_cafe("Asso", far, model=CafeModel.ASSOCIATIVE, variant=CafeVariant.CLASSIC)

    def names(query: str) -> list[str]:
        return [found["name"] for found in client.get(f"/api/v1/cafes?{query}").json()["items"]]

    assert names("") == ["Zinc", "Asso"]
    assert names("pres=43.9,2.0") == names("ou=81294") == names("departement=81") == ["Zinc"]
    assert names("sorte=associative&sorte=itinerant") == names("modele=associative") == ["Asso"]
    first = client.get("/api/v1/cafes?limit=1").json()
    assert [found["name"] for found in client.get(first["next"]).json()["items"]] == ["Asso"]
    for wrong in ("sorte=bleue", "ou=81999", "pres=ici", "limit=0", "couleur=bleue", "ou=a&ou=b"):
        assert client.get(f"/api/v1/cafes?{wrong}").status_code == 422
