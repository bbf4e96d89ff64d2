"""Finding a café in a real browser: the list, its filter, the map beside it, a café's page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Journal, Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.network import NAME, fill
from tests.e2e.test_map import drawn, shades

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def cafe(site: Site) -> str:
    """A small network; the address of the café that has everything."""
    return fill(site)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_whole(visit: Visit, cafe: str, width: int) -> None:
    viewport = {"width": width, "height": 800}
    for address in ("/cafes/", "/cafes/?ou=81294&ouvert=maintenant", "/cafes/?service=numerique", cafe):
        page = visit(address, viewport=viewport)
        assert axe(page) == []
        assert overflow(page) == []
        assert page.evaluate(SMALL_TARGETS) == []


def test_a_café_is_found_with_the_keyboard_and_without_javascript(visit: Visit, cafe: str) -> None:
    page = visit("/cafes/", java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Autour de quelle commune").fill("Técou")
    page.get_by_label("Ouverture", exact=True).select_option("maintenant")
    page.get_by_role("search", name="Filtrer les cafés").get_by_role(
        "button", name="Chercher", exact=True
    ).press("Enter")
    page.wait_for_url(re.compile(r"ouvert=maintenant"))
    expect(page.locator(".cafe")).to_have_count(1)
    page.get_by_role("link", name=NAME).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(NAME)
    expect(page.locator(".open-now")).to_contain_text("Ouvert")


@pytest.mark.parametrize("width", [360, 1280])
def test_what_goes_with_the_page_of_a_café_is_whole(visit: Visit, cafe: str, width: int) -> None:
    for address in (f"{cafe}signaler/", f"{cafe}signaler/merci/", f"{cafe}integre/"):
        page = visit(address, viewport={"width": width, "height": 800})
        assert axe(page) == []
        assert overflow(page) == []
        assert page.evaluate(SMALL_TARGETS) == []


def test_an_error_is_reported_without_javascript(visit: Visit, cafe: str) -> None:
    page = visit(cafe, java_script_enabled=False, viewport=PHONE)
    page.get_by_role("link", name="Signaler une erreur").click()
    page.get_by_role("button", name="Signaler", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez ce qui est faux")
    page.get_by_label("Qu’est-ce qui est faux").select_option("hours")
    page.get_by_label("Ce qui serait juste").fill("Fermé le lundi.")
    page.get_by_role("button", name="Signaler", exact=True).click()
    expect(page.locator("main")).to_contain_text("Votre signalement est arrivé")


def test_the_preview_of_a_frame_is_drawn(visit: Visit, cafe: str, journal: Journal) -> None:
    page = visit(f"/cafes/integrer/?cafe={cafe.strip('/').rsplit('/', 1)[-1]}")
    expect(page.frame_locator(".embed-preview").get_by_role("link", name=NAME)).to_be_visible()
    expect(page.get_by_label("Lignes à copier")).to_have_value(re.compile(r"^<iframe src="))


def test_the_map_shows_the_cafés_of_the_list(visit: Visit, cafe: str, journal: Journal) -> None:
    page = drawn(visit("/cafes/?ou=81294"))
    assert any("/cafes/carte.json?" in url for url in journal.requested)
    assert shades(page) > 4
    assert axe(page) == []
    assert overflow(page) == []


def test_the_map_opens_a_café_with_the_keyboard(visit: Visit, cafe: str) -> None:
    page = drawn(visit("/cafes/?sorte=associative&service=numerique"))
    page.locator(".maplibregl-canvas").focus()
    here = page.locator("[data-carte-here]")
    expect(here).to_have_text("La Bascule")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cafes/\d+/$"))
    expect(page.locator("h1")).to_have_text("La Bascule")


def test_on_a_phone_the_map_waits_to_be_asked_for(visit: Visit, cafe: str, journal: Journal) -> None:
    page = visit("/cafes/", viewport=PHONE, has_touch=True)
    page.wait_for_load_state("networkidle")
    assert not any("pmtiles" in url or "carte.json" in url for url in journal.requested)
    page.get_by_role("button", name="Afficher la carte").click()
    drawn(page)
    assert overflow(page) == []
    assert axe(page) == []
    page.get_by_role("button", name="Revenir à la liste").click()
    expect(page.locator(".cafe").first).to_be_visible()


def test_around_me(visit: Visit, cafe: str) -> None:
    where = {"latitude": 43.8601, "longitude": 1.9809}
    page = visit("/cafes/", viewport=PHONE, geolocation=where, permissions=["geolocation"])
    page.get_by_role("button", name="Autour de moi").click()
    page.wait_for_url(re.compile(r"pres=43.86%2C1.98"))
    expect(page.locator(".cafe__name").first).to_have_text("La Bascule")
    expect(page.locator(".finder__bar")).to_contain_text("votre position")


def test_where_i_am_is_not_known(visit: Visit, cafe: str) -> None:
    page: Page = visit("/cafes/", viewport=PHONE)
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.locator("[data-near-said]")).to_contain_text("Donnez plutôt le nom d’une commune")
