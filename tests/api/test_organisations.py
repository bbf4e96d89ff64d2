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
from tests.factories.people import client_wearing, make_person
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/organisations/"
SIRET = "73282932000074"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


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
    one = queries()
    make_organisation("Deux", commune=make_commune("81004", "Albi"))
    make_organisation("Trois")
    assert queries() == one


def test_who_may_not_list_learns_nothing(client: Client) -> None:
    own = make_organisation("Cave", commune=make_commune())
    anonymous = client.get(ADDRESS)
    assert anonymous.status_code == 401
    assert anonymous["Content-Type"] == "application/problem+json"
    client.force_login(make_person())
    for refused in (client, client_wearing(RoleKind.PARTNER, f"organisation:{own.pk}")):
        answer = refused.get(ADDRESS)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)
        assert "Cave" not in answer.content.decode()
    make_organisation("Fondation")
    assert names(client_wearing(RoleKind.REGIONAL, "departement:81")) == ["Cave"]


def test_it_reads_only(team: Client) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(team, method)(ADDRESS, {}, content_type="application/json").status_code == 405
