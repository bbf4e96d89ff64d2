"""Whatever is wrong, a program gets a problem (RFC 9457) in French, never a page nor a stack trace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from millecafes.api.problems import KINDS
from millecafes.territory.queries import datasets
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
COMMUNE = "/api/v1/communes/81294"


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem of an answer, well formed."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["Cache-Control"] == "private, no-store"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    assert found["type"].startswith("/api/#probleme-")
    return found


@pytest.mark.parametrize(
    "address", ["/api/v1/", "/api/v1/chocolat", "/api/v2/communes", "/api/x", "/api/v1/communes/99999"]
)
def test_an_unknown_address(client: Client, address: str) -> None:
    problem(client.get(address), 404)


def test_a_nul_or_an_endless_address(client: Client) -> None:
    assert "nul" in problem(client.get("/api/v1/communes", {"q": "a\0b"}), 400)["detail"]
    problem(client.get("/api/v1/communes/liste", {"q": "x" * 5_000}), 400)
    problem(client.get("/api/v1/communes/a\0b"), 400)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_read_only(client: Client, method: str) -> None:
    answer = getattr(client, method)(COMMUNE, "{}", content_type="application/json")
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data", "n’importe"],
)
def test_a_body_of_any_kind_changes_nothing(client: Client, kind: str) -> None:
    deep = "[" * 100_000
    for body in (deep, '{"a": "\\u0001"}', "\xff\xfe", "a=1&b=2"):
        # A form in parts that has none does not even read.
        problem(client.post(COMMUNE, body, content_type=kind), 400 if "multipart" in kind else 405)
        assert client.generic("GET", "/api/v1/indicateurs", body, content_type=kind).status_code in {200, 400}


def test_a_nul_hidden_in_a_body(client: Client) -> None:
    problem(client.generic("GET", COMMUNE, '{"a": "\\u0000"}', content_type="application/json"), 400)


def test_a_body_that_is_too_big_is_not_read(client: Client) -> None:
    big = "x" * 1_000_001
    for method in ("GET", "POST"):
        answer = client.generic(method, COMMUNE, big, content_type="application/json")
        assert "1 Mo" in problem(answer, 413)["detail"]


def test_a_failure_says_nothing_of_the_code(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(datasets, "current_datasets", fail)
    client.raise_request_exception = False
    for settings.DEBUG in (False, True):
        answer = client.get("/api/v1/sources")
        found = problem(answer, 500)
        assert "secret" not in answer.content.decode()
        assert found["title"] == "Panne de notre côté"


def test_somebody_who_lacks_a_second_factor_reads_what_is_public(client: Client) -> None:
    client.force_login(make_person(is_staff=True))
    assert client.get("/api/v1/indicateurs").status_code == 200
    problem(client.get("/api/v1/organisations/"), 401)
    assert client.get("/bureau/").status_code == 302


def test_head_answers_as_get_without_a_body(client: Client) -> None:
    got, head = client.get("/api/v1/indicateurs"), client.head("/api/v1/indicateurs")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(got.content)) == got["Content-Length"]
    assert head["ETag"] == got["ETag"]
    missing = client.head("/api/v1/communes/99999")
    assert (missing.status_code, missing.content) == (404, b"")


def test_other_sites_may_read_what_is_public_and_nothing_else(client: Client) -> None:
    elsewhere = {"Origin": "https://ailleurs.example"}
    for address in ("/api/v1/indicateurs", "/api/v1/communes/99999", "/api/v1/communes/liste?limit=0"):
        answer = client.get(address, headers=elsewhere)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
    asked = client.options("/api/v1/indicateurs", headers=elsewhere)
    assert (asked.status_code, asked.content, asked["Allow"]) == (204, b"", "GET, HEAD, OPTIONS")
    assert asked["Access-Control-Allow-Origin"] == "*"
    for answer in (client.get("/api/v1/organisations/"), client.options("/api/v1/organisations/")):
        assert "Access-Control-Allow-Origin" not in answer
    problem(client.options("/api/v1/chocolat"), 404)


def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    got = client.get("/api/v1/indicateurs")
    assert got["Cache-Control"] == "public, max-age=60"
    assert "Vary" not in got
    again = client.get("/api/v1/indicateurs", headers={"If-None-Match": got["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    other = client.get("/api/v1/indicateurs", headers={"If-None-Match": '"autre"'})
    assert other.status_code == 200


def test_kinds_of_problems_have_distinct_keys_and_words() -> None:
    assert len({kind.detail for kind in KINDS.values()}) == len(KINDS)
