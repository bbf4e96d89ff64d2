"""Cafés kept, changed, moved, what they offer and what they bring to their communes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import shapely

from millecafes.accounts.enums import PerimeterKind
from millecafes.cafes import catalogue, services
from millecafes.cafes.enums import CafeModel, CafeVariant, PlaceOrigin, ServiceStatus, Track
from millecafes.cafes.importing import CAFES
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import answers, keys_above, keys_within, labels
from millecafes.cafes.services import CafeDetails, CafeError, ServiceDetails
from millecafes.cafes.services.cafes import details_of
from millecafes.common import jobs
from millecafes.common.journal.models import JournalEntry
from millecafes.territory.enums import Service
from millecafes.territory.models import CommuneShape, Supply
from tests.factories.cafes import ACTOR, make_cafe, make_service, tecou
from tests.factories.imports import csv_of, look
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def add(name: str = "Le Zinc", **details: Any) -> Cafe:
    details.setdefault("model", CafeModel.ENTREPRENEURIAL)
    details.setdefault("commune", tecou())
    return services.add_cafe(details=CafeDetails(name=name, **details), actor=ACTOR, now=NOW)


def test_without_a_point_a_café_stands_at_its_commune() -> None:
    cafe = add()
    assert (cafe.latitude, cafe.longitude, cafe.place_origin) == (43.85, 1.95, PlaceOrigin.COMMUNE)
    services.move_cafe(cafe=cafe, latitude=43.851, longitude=1.95, actor=ACTOR, now=NOW)
    cafe.refresh_from_db()
    assert (cafe.latitude, cafe.place_origin) == (43.851, PlaceOrigin.MOVED)
    assert JournalEntry.objects.get(verb="cafes.cafe_moved").data == {"distance": 111}


@pytest.mark.parametrize(
    ("details", "field", "words"),
    [
        ({"name": " — "}, "name", "Le nom est obligatoire"),
        ({"variant": CafeVariant.CLASSIC}, "variant", "n’est pas une variante de ce modèle"),
        ({"phone": "x"}, "phone", "n’est pas un numéro"),
        ({"website": "nulle part"}, "website", "adresse d’un site"),
        ({"espresso_cents": 15_000}, "espresso_cents", "150.00 € pour un expresso"),
        ({"languages": ("fr", "elfique")}, "languages", "« elfique » est inconnu"),
        ({"payment": ("or",)}, "payment", "« or » est inconnu"),
        ({"latitude": 44.3, "longitude": 1.95}, "latitude", "à 50 km de Técou"),
        ({"latitude": 1.95, "longitude": 43.85}, "latitude", "semblent échangées"),
        ({"latitude": 143.85, "longitude": 1.95}, "latitude", "n’est pas un point"),
    ],
)
def test_what_cannot_be_is_said_in_words(details: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(CafeError, match=words) as caught:
        add(**details)
    assert caught.value.field == field
    assert not Cafe.objects.exists()


def test_a_point_in_the_sea_is_refused() -> None:
    """Near its commune, but on no land: the commune and its neighbour have contours."""
    shore, neighbour = tecou(), make_commune("81145", "Cadalen", lat=43.85, lon=1.85)
    for commune, west in ((shore, 1.9), (neighbour, 1.8)):
        wkb = shapely.to_wkb(shapely.box(west, 43.8, west + 0.1, 43.9))
        CommuneShape.objects.create(commune=commune, wkb=wkb)
    with pytest.raises(CafeError, match="est en mer, ou hors de France") as caught:
        add(latitude=43.85, longitude=2.1)
    assert caught.value.field == "latitude"
    assert not Cafe.objects.exists()
    cafe = add(latitude=43.85, longitude=1.83)  # at the neighbour's
    with pytest.raises(CafeError, match="est en mer"):
        services.move_cafe(cafe=cafe, latitude=43.7, longitude=1.95, actor=ACTOR, now=NOW)
    beach = {"latitude": 43.85, "longitude": 2.01}
    services.move_cafe(cafe=cafe, **beach, actor=ACTOR, now=NOW)
    run = look(
        csv_of(
            ("Au large", "Associatif", "81294", "43,85", "2,1"),
            head=("Nom", "Modèle", "Code Insee", "Latitude", "Longitude"),
        ),
        kind=CAFES,
    )
    (problem,) = run.lines.get().problems
    assert "« Latitude » : le point 43.85000, 2.10000 est en mer" in problem


def test_two_cafés_at_one_place_with_near_identical_names() -> None:
    first = add("Le Zinc de Técou")
    with pytest.raises(CafeError, match="presque le même nom : « Le Zinc de Técou »") as caught:
        add("Zinc de Técou, le")
    assert caught.value.others == (first,)
    assert add("Zinc de Técou, le", is_another=True).pk != first.pk
    assert add("Autre chose").pk


def test_what_changed_is_told_and_nothing_is_written_when_nothing_did() -> None:
    cafe = make_cafe(now=NOW)
    told = {"cafe": cafe, "actor": ACTOR, "now": NOW}
    services.change_cafe(details=details_of(cafe), **told)
    assert not JournalEntry.objects.filter(verb="cafes.cafe_changed").exists()
    details = CafeDetails(name="Chez Lou", commune=cafe.commune, model=CafeModel.ASSOCIATIVE)
    services.change_cafe(details=details, **told)
    cafe.refresh_from_db()
    assert (cafe.name, cafe.key, cafe.kind) == ("Chez Lou", "chez lou", "associative")
    assert JournalEntry.objects.get(verb="cafes.cafe_changed").data == {"fields": "nom, modèle"}


def test_a_café_is_a_perimeter() -> None:
    cafe = make_cafe(now=NOW)
    assert labels([str(cafe.pk), "999", "x"]) == {str(cafe.pk): "Le Zinc"}
    assert keys_above(str(cafe.pk))[:2] == (f"cafe:{cafe.pk}", "commune:81294")
    assert keys_above("999") == ()
    assert list(keys_within(PerimeterKind.DEPARTEMENT, "81") or ()) == [f"cafe:{cafe.pk}"]
    assert keys_within(PerimeterKind.ORGANISATION, "1") is None
    assert [answer.label for answer in answers("zinc", 5)] == ["Le Zinc, Técou (81)"]


def test_the_catalogue_holds_together() -> None:
    kinds = catalogue.services()
    assert {kind.supplies for kind in kinds.values()} <= {"", *Service.values}
    assert sum(len(group.services) for group in catalogue.groups()) == len(kinds)
    assert catalogue.label("disparu") == "disparu"


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        ("sauna", {}, "n’est pas un service du catalogue"),
        (
            "colis",
            {"started_on": dt.date(2026, 2, 1), "ended_on": dt.date(2026, 1, 1)},
            "avant de commencer",
        ),
    ],
)
def test_a_wrong_service_is_refused_in_words(code: str, details: dict[str, Any], words: str) -> None:
    cafe = make_cafe(now=NOW)
    with pytest.raises(CafeError, match=words):
        make_service(cafe, code, **details)
    assert not cafe.services.exists()


def supply() -> set[tuple[str, str]]:
    jobs.testing.run_pending()
    return set(Supply.objects.order_by().values_list("commune", "service"))


def test_an_open_café_supplies_its_commune_until_it_closes() -> None:
    cafe = make_cafe(now=NOW)
    make_service(cafe, "boissons")
    bread = make_service(cafe, "pain", ServiceStatus.WANTED)
    make_service(cafe, "culture")
    assert supply() == {("81294", "drinks")}
    services.set_service(cafe=cafe, code="pain", details=ServiceDetails(), actor=ACTOR, now=NOW)
    assert supply() == {("81294", "drinks"), ("81294", "bread")}
    services.confirm_service(service=bread, actor=ACTOR, now=NOW)
    services.remove_service(service=bread, actor=ACTOR, now=NOW)
    assert supply() == {("81294", "drinks")}
    on = dt.date(2026, 11, 1)
    services.record_state(cafe=cafe, track=Track.ACTIVITY, state="closed", on=on, actor=ACTOR, now=NOW)
    assert supply() == set()


def test_an_invented_or_mobile_café_supplies_nothing() -> None:
    invented = make_cafe("Inventé", now=NOW)
    Cafe.objects.filter(pk=invented.pk).update(is_demo=True)
    make_service(invented, "boissons")
    mobile = make_cafe("Guinguette", model=CafeModel.ITINERANT, now=NOW)
    make_service(mobile, "boissons")
    assert supply() == set()
