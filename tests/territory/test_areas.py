"""`/territoires/`: what the tables show, in which order, and exports that hold exactly that."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millecafes.common.formats import decimal
from millecafes.territory.enums import AreaKind, Service
from millecafes.territory.importing.outlines import write_outlines
from millecafes.territory.indicators import AREA_INDICATORS
from millecafes.territory.models import Commune, Departement, Epci, Region
from millecafes.territory.services.access import refresh_access, refresh_statistics
from millecafes.territory.views.areas import SHORT
from tests.common.test_exports import read_csv, read_ods
from tests.factories.access import NOW, make_dataset, make_supply, make_values
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
KEYS = list(AREA_INDICATORS)


@pytest.fixture
def country() -> None:
    """Three départements of two régions, one commune each; the sources of bars and of FRR are loaded."""
    make_commune("81294", "Técou", population=1_000)
    make_commune("46001", "Albas", population=500, lon=1.23, lat=44.47, epci="200000046")
    make_commune("33063", "Bordeaux", population=260_000, lon=-0.58, lat=44.84, epci="243300316")
    aquitaine = Region.objects.create(code="75", name="Aquitaine")
    Departement.objects.filter(code="33").update(region=aquitaine)
    make_supply(make_dataset("sirene_5630z", "2026-04"), Service.DRINKS, c33063=9, c46001=1)
    make_values(make_dataset("frr", "2025-07-10"), "frr", c81294=0, c46001=1)
    make_dataset("decoupage_administratif")
    refresh_access(now=NOW)
    refresh_statistics(now=NOW)


def names(html: str) -> list[str]:
    """Codes of the rows shown, in order."""
    return re.findall(r'<th scope="row">.*?<span class="soft small">(\w+)</span></th>', html)


def cells(html: str) -> list[list[str]]:
    """The texts of the cells shown, row by row."""
    body = html.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="end">(.*?)</td>', row)]
        for row in rows
    ]


def test_every_indicator_has_a_short_heading():
    assert list(SHORT) == KEYS


def test_france_shows_values_sources_and_what_is_not_loaded(client: Client, country: None):
    html = client.get("/territoires/").content.decode()
    assert "Ce que" not in html
    assert "donnée non chargée" in html
    assert "261\u202f500 habitants" in html
    assert "2026-04" in html
    for kind in ("region", "departement", "epci"):
        assert f'href="/territoires/{kind}/"' in html


def test_a_table_shows_each_value_in_its_column(client: Client, country: None):
    html = client.get("/territoires/departement/").content.decode()
    assert names(html) == ["33", "46", "81"]
    shown = dict(zip(names(html), cells(html), strict=True))
    tarn = dict(zip(KEYS, shown["81"], strict=True))
    assert (tarn["communes"], tarn["population"], tarn["no_drinks_share"]) == ("1", "1\u202f000", "100,0")
    assert tarn["no_food_share"] == "donnée non chargée"
    gironde = dict(zip(KEYS, shown["33"], strict=True))
    # No commune under 3,500 there: a share of nothing is not zero.
    assert gironde["no_drinks_share"] == "sans objet"
    assert gironde["population_eligible_share"] == "0,0"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tri=population", ["46", "81", "33"]),
        ("tri=-population", ["33", "81", "46"]),
        ("tri=no_drinks_share", ["46", "81", "33"]),
        ("tri=-no_drinks_share", ["81", "46", "33"]),  # unknown last in both directions
        ("tri=-nom", ["81", "46", "33"]),
        ("tri=inventé", ["33", "46", "81"]),
        ("region=76", ["46", "81"]),
        ("region=zz", ["33", "46", "81"]),
        ("departement=81", ["33", "46", "81"]),
        ("q=DÉPARTEMENT 8", ["81"]),
        ("q=46", ["46"]),
        ("q=%F0%9F%98%80", []),
        ("page=zz", ["33", "46", "81"]),
        ("page=99", ["33", "46", "81"]),
    ],
)
def test_filters_and_order(client: Client, country: None, query: str, expected: list[str]):
    response = client.get(f"/territoires/departement/?{query}")
    assert response.status_code == 200
    assert names(response.content.decode()) == expected
    rows = read_csv(client.get(f"/territoires/departement.csv?{query}").content)
    assert [row[0] for row in rows[1:]] == expected


def test_the_order_is_said(client: Client, country: None):
    html = client.get("/territoires/departement/?tri=-population").content.decode()
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a class="area-sort" href="?tri=population">Population' in html


def test_epci_are_kept_by_departement(client: Client, country: None):
    html = client.get("/territoires/epci/?departement=46").content.decode()
    assert names(html) == ["200000046"]


@pytest.mark.parametrize(
    "address",
    ["/territoires/x/", "/territoires/france/", "/territoires/epci.xls", "/territoires/x.csv"],
)
def test_unknown_addresses_are_not_found(client: Client, address: str):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/territoires/epci/", "/territoires/epci.csv", "/carte/"])
def test_nul_is_refused(client: Client, address: str):
    assert client.get(address, {"q": "a\0"}).status_code == 400


def test_exports_hold_exactly_what_the_screen_shows(client: Client, country: None):
    """Cell by cell: the words and the rounded numbers of the screen, in the same order."""
    import pyarrow.parquet as pq

    query = "?tri=-population"
    html = client.get(f"/territoires/departement/{query}").content.decode()
    shown = [[code, *row] for code, row in zip(names(html), cells(html), strict=True)]

    rows = read_csv(client.get(f"/territoires/departement.csv{query}").content)[1:]
    assert [[row[0], *row[2:]] for row in rows] == [[c.replace("\u202f", "") for c in row] for row in shown]

    sheet = read_ods(client.get(f"/territoires/departement.ods{query}").content)["Départements"][1:]
    typed = [
        [row[0][1], *(_as_shown(*cell, key) for cell, key in zip(row[2:], KEYS, strict=True))]
        for row in sheet
    ]
    assert typed == shown

    table = pq.read_table(io.BytesIO(client.get(f"/territoires/departement.parquet{query}").content))
    for record, line in zip(table.to_pylist(), shown, strict=True):
        assert [record["code"], *(_record_as_shown(record, key) for key in KEYS)] == line


def _as_shown(kind: str, text: str, key: str) -> str:
    return decimal(float(text), AREA_INDICATORS[key].decimals) if kind == "float" else text


def _record_as_shown(record: dict, key: str) -> str:
    value = record[key]
    return record[f"{key}_etat"] if value is None else decimal(value, AREA_INDICATORS[key].decimals)


def test_geojson_waits_for_the_outlines(client: Client, country: None, settings, tmp_path):
    settings.TILES_DIR = tmp_path
    response = client.get("/territoires/departement.geojson")
    assert response.status_code == 503
    assert "pas encore préparés" in response.content.decode()
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    write_outlines(AreaKind.DEPARTEMENT, {"81": square})
    found = json.loads(client.get("/territoires/departement.geojson?q=81").content)
    assert [(f["properties"]["code"], f["geometry"]) for f in found["features"]] == [("81", square)]


@pytest.mark.parametrize(
    "address", ["/territoires/epci/", "/territoires/epci.csv", "/territoires/departement/"]
)
def test_queries_do_not_grow_with_rows(client: Client, country: None, address: str):
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    Commune.objects.exclude(code="81294").update(epci=Epci.objects.get(code="200066124"))
    Commune.objects.exclude(code="81294").delete()
    refresh_statistics(now=NOW)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    assert len(one) == len(three) <= 12


def test_before_any_load_the_pages_say_so(client: Client):
    for address in ("/territoires/", "/territoires/region/"):
        response = client.get(address)
        assert response.status_code == 200
        assert "Donnée non chargée" in response.content.decode()
