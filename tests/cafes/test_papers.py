"""What a café's page gives to print and to share, and what it says to programs."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from millecafes.cafes import services
from millecafes.cafes.enums import Activity, CafeModel, CafeVariant
from millecafes.cafes.models import Cafe, HoursException
from millecafes.cafes.queries.linked import opening_specifications
from millecafes.cafes.services import StopDetails
from tests.architecture.source import ROOT
from tests.factories.cafes import ACTOR, make_cafe, make_service, tecou

pytestmark = [pytest.mark.django_db, pytest.mark.database]
A5 = (419.5, 595.3)
MONDAY = dt.date(2026, 11, 23)


def full(name: str = "Le Zinc") -> Cafe:
    """A café with hours, a service and a phone."""
    cafe = make_cafe(name, phone="01 99 00 12 34", espresso_cents=140, address="2 place du #marché")
    services.set_hours(cafe=cafe, hours="Tu-Sa 08:00-19:30; PH off", actor=ACTOR, now=timezone.now())
    make_service(cafe, "pain")
    return cafe


def read(client: Client, address: str) -> PdfReader:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def fonts_of(reader: PdfReader) -> set[str]:
    return {
        font.get_object()["/BaseFont"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }


@pytest.mark.parametrize("name", ["Le Zinc", "Le Grand Café des Deux-Marronniers-du-Gaillacois " * 2])
def test_papers_are_tagged_one_page_long_and_in_our_letters(client: Client, name: str) -> None:
    cafe = full(name.strip())
    for paper in ("fiche", "panneau"):
        reader = read(client, f"/cafes/{cafe.pk}/{paper}.pdf")
        assert len(reader.pages) == 1
        box = reader.pages[0].mediabox
        assert (float(box.width), float(box.height)) == pytest.approx(A5, abs=1)
        catalog: Any = reader.trailer["/Root"]
        assert catalog["/MarkInfo"]["/Marked"]
        assert str(catalog["/Lang"]).startswith("fr")
        assert reader.metadata is not None
        assert reader.metadata.title == cafe.name
        assert all("YoungSerif" in font or "SourceSans3" in font for font in fonts_of(reader))


def test_the_sheet_says_the_hours_the_place_and_the_services(client: Client) -> None:
    cafe = full()
    text = read(client, f"/cafes/{cafe.pk}/fiche.pdf").pages[0].extract_text().replace("\u00a0", " ")
    for said in (
        "Mardi",
        "8 h",
        "19 h 30",
        "#marché",
        "81600 Técou",
        "01 99 00 12 34",
        "Dépôt de pain",
        "1,40",
    ):
        assert said in text
    assert f"/cafes/{cafe.pk}/" in text


def test_a_long_schedule_stays_on_one_page(client: Client) -> None:
    cafe = full()
    hours = (
        "Mo-Fr 07:00-13:00,15:00-20:00; Sa,Su 08:00-12:00; Jun 15-Sep 15 Mo-Su 07:00-22:00; PH 09:00-12:00"
    )
    services.set_hours(cafe=cafe, hours=hours, actor=ACTOR, now=timezone.now())
    assert len(read(client, f"/cafes/{cafe.pk}/fiche.pdf").pages) == 1


def test_a_café_that_moves_prints_its_stops(client: Client) -> None:
    cafe = make_cafe("Roulotte", model=CafeModel.ITINERANT, variant=CafeVariant.SEASONAL)
    details = StopDetails("Place du marché", tecou(), "Fr 18:00-22:00")
    services.set_stop(cafe=cafe, details=details, actor=ACTOR, now=timezone.now())
    assert "Place du marché" in read(client, f"/cafes/{cafe.pk}/fiche.pdf").pages[0].extract_text()


def test_the_image_of_links_and_the_code(client: Client) -> None:
    cafe = full('Café "Chez <b>Léa</b>"')
    card = client.get(f"/cafes/{cafe.pk}/partage.png")
    image = Image.open(io.BytesIO(card.content))
    assert (card["Content-Type"], image.format, image.size) == ("image/png", "PNG", (1_200, 630))
    again = client.get(f"/cafes/{cafe.pk}/partage.png", headers={"if-none-match": card["ETag"]})
    assert again.status_code == 304
    code = client.get(f"/cafes/{cafe.pk}/qr.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    html = client.get(cafe.get_absolute_url()).content.decode()
    assert f'<meta property="og:image" content="{settings.SITE_URL}/cafes/{cafe.pk}/partage.png">' in html


def test_what_nobody_finds_has_no_paper(client: Client) -> None:
    closed = make_cafe("Fini", activity=Activity.CLOSED)
    for name in ("fiche.pdf", "panneau.pdf", "qr.svg", "partage.png"):
        assert client.get(f"/cafes/{closed.pk}/{name}").status_code == 404
        assert client.get(f"/cafes/99999999999999999999/{name}").status_code == 404
    assert "og:image" not in client.get(closed.get_absolute_url()).content.decode()


def linked_of(client: Client, cafe: Cafe) -> dict[str, Any]:
    html = client.get(cafe.get_absolute_url()).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    told: dict[str, Any] = json.loads(found[0])
    return told


def test_the_page_speaks_schema_org(client: Client) -> None:
    cafe = full()
    told = linked_of(client, cafe)
    assert told["@type"] == "CafeOrCoffeeShop"
    assert told["url"] == settings.SITE_URL + cafe.get_absolute_url()
    assert told["address"]["postalCode"] == "81600"
    assert told["telephone"] == "01 99 00 12 34"
    assert "geo" not in told  # the point of the commune is not that of the café
    first = told["openingHoursSpecification"][0]
    assert first["opens"], first["closes"] == ("08:00", "19:30")
    assert len(first["dayOfWeek"]) == 5
    assert "Dépôt de pain" in json.dumps(told["amenityFeature"], ensure_ascii=False)


def test_what_people_write_cannot_leave_the_block(client: Client) -> None:
    evil = "</script><script>alert(1)</script><!-- & \u2028"
    cafe = make_cafe(evil, story=evil)
    html = client.get(cafe.get_absolute_url()).content.decode()
    assert "<script>alert" not in html
    assert linked_of(client, cafe)["name"] == evil


def test_no_hours_for_what_is_not_open_or_cannot_be_said(client: Client) -> None:
    paused = make_cafe("En pause", activity=Activity.PAUSED)
    services.set_hours(cafe=paused, hours="Mo-Su 08:00-12:00", actor=ACTOR, now=timezone.now())
    assert "openingHoursSpecification" not in linked_of(client, paused)
    assert opening_specifications("Mo-Fr 08:00-12:00; SH off", [], MONDAY) == []
    assert opening_specifications("week 1-53/2 Mo 08:00-12:00", [], MONDAY) == []
    assert opening_specifications("", [], MONDAY) == []


def test_nights_whole_days_seasons_holidays_and_exceptions() -> None:
    night = opening_specifications("Fr 18:00-02:00", [], MONDAY)
    assert (night[0]["opens"], night[0]["closes"]) == ("18:00", "02:00")
    whole = opening_specifications("Mo-Su 00:00-24:00", [], MONDAY)
    assert (whole[0]["opens"], whole[0]["closes"]) == ("00:00", "23:59")
    *_, holiday = opening_specifications("Mo 08:00-12:00; PH off", [], MONDAY)
    assert holiday["dayOfWeek"].endswith("PublicHolidays")
    assert holiday["opens"] == holiday["closes"] == "00:00"
    winter = opening_specifications("Mo 08:00-12:00; Nov 01-Feb 29 Mo-Su 09:00-11:00", [], MONDAY)[-1]
    assert (winter["validFrom"], winter["validThrough"]) == ("2026-11-01", "2027-02-28")
    gone = HoursException(first=MONDAY, last=MONDAY, hours="10:00-14:00")
    one = opening_specifications("Mo 08:00-12:00", [gone], MONDAY)[-1]
    assert (one["validFrom"], one["opens"], one["closes"]) == ("2026-11-23", "10:00", "14:00")


def test_the_marks_of_papers_are_those_of_the_legend() -> None:
    sprite = (ROOT / "frontend" / "src" / "icons" / "marks.svg").read_text()
    for name in ("network", "independent", "mobile", "association"):
        drawn = (ROOT / "millecafes" / "cafes" / "papers" / "marks" / f"{name}.svg").read_text()
        shape = re.search(rf'id="k-{name}"[^>]*><(.*?)/></symbol>', sprite)
        assert shape is not None
        assert f"<{shape[1]} fill=" in drawn
