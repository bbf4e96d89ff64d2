"""The JSON of a commune says what its page says, and its schema describes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from millecafes.territory.enums import Service
from millecafes.territory.services.access import refresh_access, refresh_statistics
from tests.factories.access import NOW, make_dataset, make_road, make_supply, make_values


@pytest.fixture
def road(db: None) -> None:
    """Three villages, a café in the last one."""
    make_road(500, 800, 900)
    make_supply(make_dataset("sirene_5630z", "2026-04"), Service.DRINKS, c81003=1)
    make_values(make_dataset("frr", "2025-07-10"), "frr", c81001=0)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)


def test_same_content_as_the_page(client: Client, road: None) -> None:
    answer = client.get("/api/v1/communes/81001").json()
    page = client.get(answer["url"]).content.decode().replace("&#x27;", "'")
    assert answer["verdict"]["eligible"] is True
    assert answer["verdict"]["lead"] in page
    drinks = answer["services"][0]
    assert (drinks["service"], drinks["unit"], drinks["basis"]) == ("drinks", "min", "loaded")
    assert drinks["low"] < drinks["minutes"] < drinks["high"]
    assert drinks["nearest"]["code"] == "81003"
    assert drinks["places"] == 0
    assert drinks["dataset"] == {"source": "sirene_5630z", "vintage": "2026-04", "geo_vintage": ""}
    bread = answer["services"][2]
    assert bread["basis"] in {"assumed", None}
    assert bread["places"] is None
    indicators = {fact["key"]: fact for fact in answer["indicators"]}
    assert indicators["frr"]["value"] == 0
    assert indicators["frr"]["status"] == "ok"
    assert (indicators["frr"]["year"], indicators["median_income"]["year"]) == ("2025", "")
    assert indicators["median_income"]["value"] is None
    assert indicators["median_income"]["status"] is None
    assert indicators["median_income"]["note"] == "donnée non chargée"
    assert drinks["comparison"]["rank"] == {"lower": 1, "equal": 0, "higher": 0}  # the farthest of three
    assert bread["comparison"] is None
    assert [town["place"]["code"] for town in answer["neighbours"]] == ["81002"]


def test_codes(client: Client, territory: None) -> None:
    moved = client.get("/api/v1/communes/75101")
    assert (moved.status_code, moved["Location"]) == (301, "/api/v1/communes/75056")
    assert client.get("/api/v1/communes/2a004")["Location"] == "/api/v1/communes/2A004"
    outside = client.get("/api/v1/communes/98735").json()
    assert outside["verdict"]["eligible"] is None
    assert outside["zone"] == "com"
    assert client.get("/api/v1/communes/55039").json()["population"] == 0


@pytest.mark.parametrize("code", ["99999", "abcde", "1"])
def test_unknown_is_a_problem(client: Client, db: None, code: str) -> None:
    response = client.get(f"/api/v1/communes/{code}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_the_schema_describes_every_field(client: Client, road: None) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    operation = schema["paths"]["/api/v1/communes/{code}"]["get"]
    assert set(operation["responses"]) >= {"200", "301", "404"}
    described = schema["components"]["schemas"]
    answer = client.get("/api/v1/communes/81001").json()
    _check(answer, described["CommuneOut"], described)


def _check(value: Any, schema: dict[str, Any], known: dict[str, Any]) -> None:
    """Every key of an object is in its schema, described, and the other way round."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rsplit("/", 1)[1]]
    for choice in schema.get("anyOf", ()):
        if value is not None and choice.get("type") != "null":
            _check(value, choice, known)
    if isinstance(value, list):
        for item in value:
            _check(item, schema.get("items", {}), known)
    elif isinstance(value, dict) and "properties" in schema:
        assert set(value) == set(schema["properties"])
        for key, part in schema["properties"].items():
            assert part.get("description"), (schema["title"], key)
            _check(value[key], part, known)
