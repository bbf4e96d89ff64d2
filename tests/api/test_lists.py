"""Lists of the API: the filters of the screens, piece by piece; what is not followed is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millecafes.territory.enums import AreaKind
from millecafes.territory.services.access import refresh_statistics
from tests.api.test_commune import _check
from tests.factories.access import NOW
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
LIST = "/api/v1/communes/liste"


@pytest.fixture
def village(db: None) -> None:
    """Four communes of the Tarn, one of the Gironde."""
    make_commune("81001", "Aiguefonde", population=200)
    make_commune("81002", "Aguts", population=3_499)
    make_commune("81003", "Saint-Martin", population=3_500)
    make_commune("81004", "Albi", population=None)
    make_commune("33063", "Bordeaux", population=260_000, epci="243300316")


def codes(client: Client, address: str = LIST, **query: Any) -> list[str]:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return [found["code"] for found in answer.json()["items"]]


def walk(client: Client, address: str) -> list[str]:
    """Every code, following `next` as a program does."""
    found = []
    following: str | None = address
    while following:
        answer = client.get(following).json()
        assert answer["items"] or not found
        found += [row["code"] for row in answer["items"]]
        following = answer["next"]
    return found


def test_communes_are_filtered(client: Client, village: None) -> None:
    assert codes(client) == ["33063", "81001", "81002", "81003", "81004"]
    assert codes(client, departement="81") == ["81001", "81002", "81003", "81004"]
    assert codes(client, epci="243300316") == ["33063"]
    assert codes(client, region="76", q="AG") == ["81002"]
    assert codes(client, q="saint martin") == ["81003"]
    assert codes(client, q="81004") == ["81004"]
    assert codes(client, eligible="oui") == ["81001", "81002"]
    assert codes(client, eligible="non") == ["33063", "81003"]  # unknown is neither
    assert codes(client, population_min=200, population_max=3_499) == ["81001", "81002"]
    # An empty filter, as a form sends it, filters nothing.
    assert len(codes(client, departement="", q="", region="", epci="")) == 5


def test_the_list_is_walked_by_next(client: Client, village: None) -> None:
    assert walk(client, f"{LIST}?limit=2") == codes(client)
    assert walk(client, f"{LIST}?limit=1&departement=81") == codes(client, departement="81")
    first = client.get(LIST, {"limit": 2})
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert first.json()["total"] == 5
    last = client.get(LIST)
    assert (last.json()["next"], "Link" in last) == (None, False)


def test_the_description_says_every_field(client: Client, village: None) -> None:
    refresh_statistics(now=NOW)
    described = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    for address, name in (
        (LIST, "ListedPage"),
        ("/api/v1/territoires/departement", "AreasPage"),
        ("/api/v1/carte/population", "MapPage"),
        ("/api/v1/sources", "SourcesOut"),
        ("/api/v1/indicateurs", "IndicatorsOut"),
    ):
        answer = client.get(address).json()
        assert answer["items"], address
        _check(answer, described[name], described)


def test_areas_are_those_of_the_page(client: Client, village: None) -> None:
    refresh_statistics(now=NOW)
    assert codes(client, "/api/v1/territoires/departement") == ["33", "81"]
    assert codes(client, "/api/v1/territoires/departement", q="81") == ["81"]
    assert codes(client, "/api/v1/territoires/epci", departement="33") == ["243300316"]
    assert walk(client, "/api/v1/territoires/departement?limit=1") == ["33", "81"]
    for kind in AreaKind:
        page = client.get(f"/territoires/{kind.value}/").content.decode() if kind != "france" else "FR"
        assert all(code in page for code in codes(client, f"/api/v1/territoires/{kind.value}"))
    (row,) = client.get("/api/v1/territoires/departement", {"q": "33"}).json()["items"]
    values = {found["key"]: found for found in row["indicators"]}
    assert (values["communes"]["value"], values["communes_eligible"]["value"]) == (1, 0)
    assert values["frr_share"]["value"] is None
    assert values["frr_share"]["note"] == "donnée non chargée"


def test_the_map_is_that_of_the_page(client: Client, village: None) -> None:
    address = "/api/v1/carte/population"
    answer = client.get(address, {"departement": "81"}).json()
    assert [(row["code"], row["value"], row["level"]) for row in answer["items"]] == [
        ("81001", 200, 1),
        ("81002", 3_499, 3),
        ("81003", 3_500, 4),
        ("81004", None, -1),
    ]
    assert sum(found["count"] for found in answer["classes"]) == 4
    assert codes(client, address, classe=-1) == ["81004"]
    assert codes(client, address, classe=4, q="bord") == ["33063"]
    page = client.get("/carte/", {"indicateur": "population", "classe": 4, "q": "bord"}).content.decode()
    assert "Bordeaux" in page
    assert walk(client, f"{address}?limit=2") == codes(client, address)


@pytest.mark.parametrize(
    ("address", "query", "field", "words"),
    [
        (LIST, {"limit": "0"}, "limit", "« 0 » ne convient pas. Attendu : un nombre d’au moins 1."),
        (LIST, {"limit": 10**9}, "limit", "Attendu : un nombre d’au plus 500."),
        (LIST, {"limit": "dix"}, "limit", "« dix » ne convient pas. Attendu : un nombre entier."),
        (LIST, {"q": "x" * 81}, "q", "Attendu : 80 caractères au plus."),
        (LIST, {"eligible": "yes"}, "eligible", "« yes » ne convient pas. Attendu : l’un de oui ou non."),
        (LIST, {"departement": "999"}, "departement", "« 999 » n’est pas le code d’un département"),
        (LIST, {"epci": "1"}, "epci", "n’est pas le code d’une intercommunalité"),
        (LIST, {"region": "0"}, "region", "n’est pas le code d’une région"),
        (LIST, {"population_min": 5, "population_max": 4}, "population_min", "à la fois"),
        (LIST, {"cursor": "forgé"}, "cursor", "ce curseur n’est pas l’un de ceux que nous donnons"),
        (
            LIST,
            {"department": "81"},
            "department",
            "n’est pas un paramètre de cette adresse. Attendu : cursor,",
        ),
        (LIST, {"q": ["a", "b"]}, "q", "donné 2 fois"),
        ("/api/v1/sources", {"q": "a"}, "q", "Attendu : aucun paramètre"),
        ("/api/v1/carte/population", {"classe": 5}, "classe", "« 5 » n’existe pas. Attendu : de -1 à 4"),
        ("/api/v1/carte/chocolat", {}, "indicateur", "« chocolat » ne convient pas. Attendu : l’un de cafe,"),
        ("/api/v1/territoires/canton", {}, "kind", "« canton » ne convient pas"),
        ("/api/v1/territoires/region", {"region": "76"}, "region", "ne filtre pas cette liste"),
        ("/api/v1/territoires/epci", {"departement": "999"}, "departement", "n’est pas le code"),
        ("/api/v1/communes", {}, "q", "ce paramètre manque"),
        ("/api/v1/communes/812941", {}, "code", "5 caractères au plus"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words(
    client: Client, village: None, address: str, query: dict[str, Any], field: str, words: str
) -> None:
    answer = client.get(address, query)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    problem = answer.json()
    (fault,) = problem["errors"]
    assert fault["field"] == field
    assert words in fault["detail"]
    assert fault["detail"] in problem["detail"]


def test_a_cursor_goes_with_its_filters(client: Client, village: None) -> None:
    cursor = client.get(client.get(LIST, {"limit": 1, "departement": "81"}).json()["next"])
    assert cursor.status_code == 200
    taken = client.get(LIST, {"limit": 1}).json()["next"].partition("cursor=")[2]
    for address in (f"{LIST}?departement=81&cursor={taken}", f"/api/v1/carte/population?cursor={taken}"):
        assert client.get(address).json()["errors"][0]["field"] == "cursor"


def test_a_list_makes_as_many_queries_for_one_as_for_three(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(LIST).status_code == 200
        return len(made)

    make_commune("81001", "Aiguefonde")
    one = queries()
    make_commune("81002", "Aguts")
    make_commune("33063", "Bordeaux", epci="243300316")
    # Its two, and the one that counts requests.
    assert queries() == one == 3
