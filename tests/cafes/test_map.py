"""The columns of the map: the same cafés as the list, small, and asked for once."""

from __future__ import annotations

import gzip
import json
import random
from itertools import accumulate
from typing import Any

import brotli
import pytest
from django.test import Client
from django.utils import timezone

from millecafes.cafes.enums import Activity, CafeModel, CafeVariant, Relation
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import mapping, public
from millecafes.demo.services.network import network
from tests.factories.cafes import make_cafe, tecou

pytestmark = [pytest.mark.django_db, pytest.mark.database]
URL = "/cafes/carte.json"


def points(told: dict[str, Any]) -> list[tuple[int, float, float, str, str]]:
    """What the map reads."""
    sums = [list(accumulate(told[name])) for name in ("ids", "lats", "lons")]
    names = told["names"].split("\n") if told["ids"] else []
    return [
        (pk, lat / 1e4, lon / 1e4, kind, name)
        for pk, lat, lon, kind, name in zip(*sums, told["kinds"], names, strict=True)
    ]


def test_the_map_holds_the_cafés_of_the_list(client: Client) -> None:
    zinc = make_cafe("Zinc", latitude=43.8512, longitude=1.9487)
    asso = make_cafe("Asso", model=CafeModel.ASSOCIATIVE, variant=CafeVariant.CLASSIC)
    make_cafe("Fini", activity=Activity.CLOSED)
    make_cafe("Parti", relation=Relation.LEFT)
    told = points(client.get(URL).json())
    assert told == [(zinc.pk, 43.8512, 1.9487, "0", "Zinc"), (asso.pk, 43.85, 1.95, "3", "Asso")]
    for query in ("sorte=associative", "ou=81294", "departement=81&modele=associative", "ouvert=soir"):
        told = points(client.get(f"{URL}?{query}").json())
        html = client.get(f"/cafes/?{query}").content.decode()
        assert {name for *_, name in told} == {name for name in ("Zinc", "Asso") if f"{name}</a>" in html}
    assert client.get(f"{URL}?ou=81999").status_code == 400
    assert "position" in client.get(f"{URL}?pres=ici").content.decode()


def test_what_did_not_change_is_not_sent_again(client: Client) -> None:
    make_cafe("Zinc")
    plain = client.get(URL)
    squeezed = client.get(URL, headers={"accept-encoding": "gzip, br"})
    older = client.get(URL, headers={"accept-encoding": "gzip"})
    assert brotli.decompress(squeezed.content) == gzip.decompress(older.content) == plain.content
    again = {"accept-encoding": "br", "if-none-match": squeezed["ETag"]}
    assert client.get(URL, headers=again).status_code == 304
    assert client.get(URL, headers={**again, "accept-encoding": "gzip"}).status_code == 200
    make_cafe("Autre")
    assert client.get(URL, headers=again).status_code == 200


def test_a_thousand_cafés_take_at_most_twenty_kilobytes() -> None:
    """Names of the demonstration, places all over the country."""
    dice = random.Random(5)
    lists = network()["names"]
    model = make_cafe("Zinc")
    commune, now = tecou(), timezone.now()
    Cafe.objects.bulk_create(
        Cafe(
            name=f"{dice.choice(lists['first'])} {dice.choice(lists['second'])}, {number}",
            key=f"{number}",
            commune=commune,
            model=model.model,
            kind=dice.choice(["network", "independent", "itinerant", "associative"]),
            latitude=dice.uniform(42, 51),
            longitude=dice.uniform(-4, 8),
            created_at=now,
        )
        for number in range(999)
    )
    body = mapping.written(public.Asked(), now)
    assert len(json.loads(body)["ids"]) == 1_000
    assert len(brotli.compress(body, quality=9)) <= 20_000


def test_one_query_for_all(django_assert_num_queries: Any) -> None:
    for number in range(3):
        make_cafe(f"Zinc {number}")
    with django_assert_num_queries(1):
        assert len(mapping.columns(public.Asked(near=(43.85, 1.95)), timezone.now())["ids"]) == 3
