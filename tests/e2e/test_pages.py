"""Every page type: reachable, accessible, in light and dark, at every width, enlarged, alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import Journal, Visit
from tests.e2e.looking import PAGES, SMALL_TARGETS, axe, overflow, words

WITH_A_MAP = {"/carte/", "/cafes/"}
WIDTHS = (360, 640, 768, 1280, 1920)
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(params=sorted(PAGES))
def address(request: pytest.FixtureRequest) -> str:
    """The address of each page type."""
    return PAGES[request.param][0]


def settle(page: Page) -> Page:
    """Wait until the page asks for nothing more, and its map, if any, is drawn."""
    page.wait_for_load_state("networkidle")
    page.locator("[data-carte-wait]").wait_for(state="hidden")
    return page


def test_axe_finds_nothing(visit: Visit, address: str) -> None:
    """In light, in dark, and on a phone."""
    page = settle(visit(address))
    # Without motion: else axe measures colours half-way through their transition.
    page.emulate_media(reduced_motion="reduce")
    found = {"light": axe(page)}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found["dark"] = axe(page)
    page.set_viewport_size(PHONE)
    found["phone"] = axe(page)
    assert found == {"light": [], "dark": [], "phone": []}


def test_nothing_overflows_nor_is_lost(visit: Visit, address: str) -> None:
    """At every width; and at 200 %, which is a window of half the width."""
    page = settle(visit(address))
    whole = words(page)
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = overflow(page)
    assert found == {width: [] for width in WIDTHS}
    page.set_viewport_size({"width": 640, "height": 450})
    assert overflow(page) == []
    assert whole - words(page) == set()


def test_the_status_and_the_frame(visit: Visit, address: str) -> None:
    page = visit("/plan-du-site/", viewport=PHONE, has_touch=True)
    expected = next(status for found, status in PAGES.values() if found == address)
    response = page.goto(address)
    assert response
    assert response.status == expected
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("h1").count() == 1
    assert "Mille cafés" in page.title()
    assert page.locator("main#contenu").count() == 1
    assert page.evaluate(SMALL_TARGETS) == [], "trop petit pour un pouce"


def test_only_a_page_with_a_map_loads_the_map(visit: Visit, journal: Journal, address: str) -> None:
    page = settle(visit(address))
    asked = [url for url in journal.requested if "carte-" in url or "maplibre" in url or "pmtiles" in url]
    assert bool(asked) is (address in WITH_A_MAP)
    assert page.locator("[data-carte]").count() == (address in WITH_A_MAP)


def test_the_guard_sees_a_third_party_and_a_broken_policy(visit: Visit, journal: Journal) -> None:
    page = visit("/plan-du-site/")
    page.evaluate(
        "() => { const p = document.createElement('p'); p.setAttribute('style', 'color: red');"
        " document.body.append(p); fetch('https://ailleurs.example/').catch(() => 0); }"
    )
    page.wait_for_timeout(300)
    with pytest.raises(AssertionError):
        journal.assert_clean()
    assert journal.refused
    journal.refused.clear()
    journal.elsewhere.clear()


def test_the_looks_see_planted_faults(visit: Visit) -> None:
    page = visit("/plan-du-site/")
    page.evaluate(
        "() => { const image = document.createElement('img'); image.height = 9;"
        " image.style.minWidth = '3000px'; document.querySelector('main').append(image); }"
    )
    assert any("image-alt" in found for found in axe(page))
    assert overflow(page)
