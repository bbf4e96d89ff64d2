"""The JSON of organisations: the same as the page, for the same people."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millecafes.accounts.enums import RoleKind
from millecafes.partners.enums import OrganisationKind
from tests.api.test_commune import _check
from tests.factories.partners import make_contact, make_organisation
from tests.factories.people import client_wearing, make_role, make_token, program_wearing
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/organisations/"
SIRET = "73282932000074"


SCOPE = "organisations:read"


@pytest.fixture
def team() -> Client:
    return program_wearing(RoleKind.TEAM, "network", SCOPE)


def names(client: Client, **query: Any) -> list[str]:
    return [found["name"] for found in client.get(ADDRESS, query).json()["items"]]


def test_what_it_gives_is_described(team: Client) -> None:
    make_contact(make_organisation("Cave", siret=SIRET, commune=make_commune()))
    answer = team.get(ADDRESS).json()
    (found,) = answer["items"]
    assert (found["siret"], found["kind"], found["commune"]["departement"]) == (SIRET, "supplier", "81")
    assert found["url"] == f"/organisations/{found['id']}/"
    assert "Dominique" not in str(answer)
    described = team.get("/api/v1/openapi.json").json()["components"]["schemas"]
    _check(answer, described["OrganisationsPage"], described)


def test_it_is_filtered_and_paged_like_the_page(team: Client) -> None:
    make_organisation("Cave", siret=SIRET, commune=make_commune())
    make_organisation("Fondation", kind=OrganisationKind.FUNDER)
    assert names(team) == ["Cave", "Fondation"]
    assert names(team, q="fond") == names(team, nature="funder") == ["Fondation"]
    assert names(team, q=SIRET[:9]) == names(team, departement="81") == ["Cave"]
    for wrong in ({"nature": "chocolat"}, {"page": 1}, {"limit": 10**18}, {"q": "x" * 81}):
        assert team.get(ADDRESS, wrong).status_code == 422
    assert team.get(ADDRESS, {"q": "a\0b"}).status_code == 400


def test_it_makes_as_many_queries_for_one_as_for_three(team: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get(ADDRESS).status_code == 200
        return len(made)

    make_organisation("Un", commune=make_commune())
    queries()  # the first use of the day is written
    one = queries()
    make_organisation("Deux", commune=make_commune("81004", "Albi"))
    make_organisation("Trois")
    assert queries() == one


def test_it_is_for_tokens_only(client: Client) -> None:
    make_organisation("Cave", commune=make_commune())
    for refused in (client, client_wearing(RoleKind.TEAM, "network")):
        for address in (ADDRESS, f"{ADDRESS}1", "/api/v1/moi"):
            answer = refused.get(address)
            assert (answer.status_code, answer.json()["status"]) == (401, 401)
            assert answer["WWW-Authenticate"] == 'Bearer realm="Mille cafes"'
            assert answer["Content-Type"] == "application/problem+json"
            assert "Cave" not in answer.content.decode()


def test_a_token_reads_its_perimeter_and_nothing_else() -> None:
    near = make_organisation("Cave", commune=make_commune())
    far = make_organisation("Fondation", commune=make_commune("33063", "Bordeaux", epci="243300316"))
    nowhere = make_organisation("Sans lieu")
    lead = program_wearing(RoleKind.REGIONAL, "departement:81", SCOPE)
    # The team sees everything; a token kept to a département does not.
    kept = program_wearing(RoleKind.TEAM, "network", SCOPE, within="departement:81")
    for program in (lead, kept):
        assert names(program) == ["Cave"]
        assert program.get(f"{ADDRESS}{near.pk}").json()["name"] == "Cave"
        for hidden in (far, nowhere):
            answer = program.get(f"{ADDRESS}{hidden.pk}")
            assert (answer.status_code, answer.json()["status"]) == (404, 404)
        assert program.get(ADDRESS, {"departement": "33"}).status_code == 422
    team = program_wearing(RoleKind.TEAM, "network", SCOPE)
    assert team.get(f"{ADDRESS}{far.pk}").json()["name"] == "Fondation"
    assert team.get(f"{ADDRESS}{2**63 - 1}").status_code == 404
    for wrong in ("0", "-1", str(2**63), "9" * 40, "abc"):
        assert team.get(f"{ADDRESS}{wrong}").status_code == 422, wrong


def test_a_hat_that_no_longer_lists_reads_nothing() -> None:
    make_commune()
    role = make_role(RoleKind.REGIONAL, "departement:81")
    _, secret = make_token(role, SCOPE)
    program = Client(headers={"authorization": f"Bearer {secret}"})
    assert program.get(ADDRESS).status_code == 200
    # The scope was given; the hat has changed since.
    type(role).objects.filter(pk=role.pk).update(kind=RoleKind.FUNDER)
    assert program.get(ADDRESS).status_code == 404


def test_it_reads_only(team: Client) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(team, method)(ADDRESS, {}, content_type="application/json").status_code == 405
