"""`/carte/`: classes, list and values agree; the tiles are served by ranges of bytes."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millecafes.territory.enums import BASIC_SERVICES, Service, Zone
from millecafes.territory.models import Commune
from millecafes.territory.queries.choropleths import (
    MAP_INDICATORS,
    MapFilter,
    bounds_of,
    classes_by_commune,
    select_communes,
    stamp,
)
from millecafes.territory.services.access import refresh_access
from tests.factories.access import NOW, make_dataset, make_road, make_supply, make_values
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CAFE, SERVICES, POPULATION = (MAP_INDICATORS[key] for key in ("cafe", "services", "population"))


@pytest.fixture
def road() -> None:
    """Five communes in a line of the Tarn, one without known population, and one outside the programme."""
    make_road(100, 300, 600, 5_000)
    make_commune("33005", "Sans population", population=None, lon=2.4, lat=43.8)
    make_commune("98735", "Papeete", zone=Zone.COM, population=26_000)


@pytest.fixture
def bars(road: None) -> None:
    """A bar in the first commune and none elsewhere."""
    make_supply(make_dataset("sirene_5630z", "2026-04"), Service.DRINKS, c81001=1)
    refresh_access(now=NOW)


def values(asked: MapFilter) -> dict[str, str]:
    codes, levels = classes_by_commune(asked)
    return dict(zip(re.findall("." * 5, codes), levels, strict=True))


def listed(html: str) -> list[str]:
    return re.findall(r'<li><a href="/communes/(\w{5})-', html)


def test_population_classes_by_hand(road: None):
    assert values(MapFilter(POPULATION)) == {
        "33005": "-",
        "81001": "0",
        "81002": "1",
        "81003": "2",
        "81004": "4",
    }
    assert [line.count for line in select_communes(MapFilter(POPULATION)).legend] == [1, 1, 1, 0, 1, 1]


@pytest.mark.parametrize(
    ("people", "level"),
    [(0, "0"), (199, "0"), (200, "1"), (499, "1"), (500, "2"), (2_000, "3"), (3_499, "3"), (3_500, "4")],
)
def test_the_bounds_of_population(people: int, level: str):
    make_commune(population=people)
    assert values(MapFilter(POPULATION)) == {"81294": level}
    counts = [line.count for line in select_communes(MapFilter(POPULATION)).legend]
    assert counts[int(level)] == 1


def test_minutes_to_a_cafe(client: Client, bars: None):
    found = values(MapFilter(CAFE))
    assert found["81001"] == "0"
    assert sorted(set(found)) == ["33005", "81001", "81002", "81003", "81004"]
    assert found["81002"] in "123"
    assert found["81004"] >= found["81003"] >= found["81002"]
    html = client.get("/carte/").content.decode()
    assert "dans la commune" in html
    assert re.search(r"\d+ à \d+ minutes", html)
    assert "hypothèse" not in html
    assert "2026-04" in html


def test_without_the_source_the_assumption_is_told(client: Client, road: None):
    refresh_access(now=NOW)
    html = client.get("/carte/").content.decode()
    assert "Donnée non chargée : Café, bar." in html
    assert "hypothèse : les communes de 3 500 habitants et plus" in html
    assert "(hypothèse)" in html


def test_services_are_counted_only_when_all_are_known(client: Client, bars: None):
    assert set(values(MapFilter(SERVICES)).values()) == {"-"}
    assert "Donnée non chargée : Restauration" in client.get("/carte/?indicateur=services").content.decode()
    others = make_dataset("bpe", "2024")
    for service in BASIC_SERVICES[1:]:
        make_supply(others, service, c81001=1)
    make_supply(make_dataset("laposte"), Service.POST, c81001=1, c81002=1)
    make_supply(make_dataset("france_services"), Service.DIGITAL, c81001=1)
    refresh_access(now=NOW)
    found = values(MapFilter(SERVICES))
    assert found["81001"] == "0"
    assert found["81002"] == "3"
    assert found["81003"] == "4"
    html = client.get("/carte/?indicateur=services&tri=-valeur").content.decode()
    assert "7 sur 7" in html
    assert "aucun absent" in html


def test_frr(client: Client, road: None):
    make_values(make_dataset("frr", "2025-07-10"), "frr", c81001=1, c81002=0)
    assert values(MapFilter(MAP_INDICATORS["frr"])) == {
        "33005": "-",
        "81001": "1",
        "81002": "0",
        "81003": "-",
        "81004": "-",
    }
    html = client.get("/carte/?indicateur=frr").content.decode()
    assert "classée, en tout ou en partie" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["33005", "81001", "81002", "81003", "81004"]),
        ("departement=81", ["81001", "81002", "81003", "81004"]),
        ("departement=81&classe=1", ["81002"]),
        ("classe=-1", ["33005"]),
        ("classe=99", ["33005", "81001", "81002", "81003", "81004"]),
        ("departement=zz&classe=x&tri=y&page=w", ["33005", "81001", "81002", "81003", "81004"]),
        ("q=village 2", ["81003"]),
        ("q=81004", ["81004"]),
        ("q=%F0%9F%98%80", []),
        ("q=%27%22%3C", []),
    ],
)
def test_list_and_map_keep_the_same_communes(client: Client, road: None, query: str, expected: list[str]):
    response = client.get(f"/carte/?indicateur=population&{query}")
    assert response.status_code == 200
    assert sorted(listed(response.content.decode())) == expected
    address = re.search(r'data-values="([^"]+)"', response.content.decode())[1].replace("&amp;", "&")
    answer = client.get(address).json()
    assert re.findall("." * 5, answer["codes"]) == expected
    assert len(answer["levels"]) == len(expected)
    if "classe=1" in query:
        assert set(answer["levels"]) <= {"1"}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("population", ["81001", "81002", "81003", "81004", "33005"]),
        ("-population", ["81004", "81003", "81002", "81001", "33005"]),
        ("-valeur", ["81004", "81003", "81002", "81001", "33005"]),
    ],
)
def test_order_of_the_list(client: Client, road: None, sort: str, expected: list[str]):
    html = client.get(f"/carte/?indicateur=population&tri={sort}").content.decode()
    assert listed(html) == expected


def test_the_list_is_cut_in_pages(client: Client):
    make_road(*range(100, 135))
    first = listed(client.get("/carte/?indicateur=population").content.decode())
    second = listed(client.get("/carte/?indicateur=population&page=2").content.decode())
    assert (len(first), len(second)) == (30, 5)
    assert not set(first) & set(second)


def test_a_departement_gives_its_bounds(client: Client, road: None):
    assert bounds_of("81") == pytest.approx([1.94, 43.74, 2.36, 43.86])
    assert (
        'data-bounds="1.9400,43.7400,2.3600,43.8600"' in client.get("/carte/?departement=81").content.decode()
    )
    assert bounds_of("zz") is None


def test_values_are_compressed_and_not_sent_twice(client: Client, road: None):
    address = "/carte/valeurs/population.json"
    first = client.get(address, headers={"accept-encoding": "gzip"})
    assert first.status_code == 200
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    other = client.get(f"{address}?departement=81", headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200
    make_dataset("frr")
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_new_minutes_change_the_stamp(bars: None):
    before = stamp(CAFE)
    refresh_access(now=NOW + dt.timedelta(hours=1))
    assert stamp(CAFE) != before


def test_unknown_values_are_not_found(client: Client):
    assert client.get("/carte/valeurs/revenu.json").status_code == 404


@pytest.mark.parametrize("key", MAP_INDICATORS)
def test_queries_do_not_grow_with_rows(client: Client, bars: None, key: str):
    with CaptureQueriesContext(connection) as many:
        client.get(f"/carte/?indicateur={key}")
    Commune.objects.exclude(code="81001").delete()
    with CaptureQueriesContext(connection) as one:
        client.get(f"/carte/?indicateur={key}")
    assert len(one) == len(many) <= 12


def test_every_class_is_reached_by_one_value_only():
    for indicator in MAP_INDICATORS.values():
        bounds = [(c.low, c.high) for c in indicator.classes]
        assert bounds[0][0] is None
        assert bounds[-1][1] is None
        assert all(a[1] == b[0] for a, b in pairwise(bounds))


def test_outside_the_programme_is_never_listed(road: None):
    assert "98735" not in {row.code for row in select_communes(MapFilter(POPULATION)).rows}


@pytest.fixture
def tile_file(settings, tmp_path):
    settings.TILES_DIR = tmp_path
    return tmp_path / "communes.pmtiles"


def body(response) -> bytes:
    content = b"".join(response.streaming_content)
    response.close()
    return content


def test_tiles_named_by_their_version_are_asked_once(client: Client, db: None, tile_file):
    address = "/tuiles/communes.pmtiles"
    assert f'data-tiles="{address}"' in client.get("/carte/").content.decode()
    tile_file.write_bytes(bytes(range(100)))
    (tile_file.parent / "stamp.txt").write_text("0123456789abcdef0123\n")
    assert f'data-tiles="{address}?v=0123456789abcdef"' in client.get("/carte/").content.decode()

    def cache(query: str, **headers: str) -> str:
        response = client.get(address + query, headers=headers)
        body(response)
        return response["Cache-Control"]

    lasting = "public, max-age=31536000, immutable"
    assert cache("?v=0123456789abcdef") == lasting
    assert cache("?v=0123456789abcdef", range="bytes=10-19") == lasting
    assert [cache(query) for query in ("", "?v=", "?v=fedcba")] == ["no-cache"] * 3
    (tile_file.parent / "stamp.txt").unlink()  # being replaced
    assert cache("?v=0123456789abcdef") == cache("?v=") == "no-cache"


def test_tiles_are_served_by_ranges_even_when_built_later(client: Client, tile_file):
    address = "/tuiles/communes.pmtiles"
    assert client.get(address).status_code == 404
    tile_file.write_bytes(bytes(range(100)))
    whole = client.get(address)
    assert (whole.status_code, body(whole)) == (200, bytes(range(100)))
    part = client.get(address, headers={"range": "bytes=10-19"})
    assert (part.status_code, body(part)) == (206, bytes(range(10, 20)))
    assert part["Content-Range"] == "bytes 10-19/100"
    beyond = client.get(address, headers={"range": "bytes=200-300"})
    assert (beyond.status_code, beyond["Content-Range"], body(beyond)) == (416, "bytes */100", b"")
    assert client.get(address, headers={"if-none-match": whole["ETag"]}).status_code == 304
    tile_file.write_bytes(bytes(50))
    again = client.get(address, headers={"if-none-match": whole["ETag"]})
    assert (again.status_code, again["Content-Length"], body(again)) == (200, "50", bytes(50))
