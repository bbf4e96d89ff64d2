"""The map in a real browser: drawn from our own tiles, led by the keyboard, asked for on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Journal, Visit
from tests.e2e.looking import axe, overflow

DRAWN = "[data-carte-tools]:not([hidden])"
PHONE = {"width": 360, "height": 740}
# How many shades the drawn map has: a blank canvas has one. (Read from a screenshot of the canvas.)
SHADES = """async (bytes) => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'}));
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  return new Set(pixels).size;
}"""


def drawn(page: Page) -> Page:
    """Wait until the map is there and has nothing more to draw."""
    page.locator(DRAWN).wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_500)
    return page


def shades(page: Page) -> int:
    """How many colours the canvas shows."""
    picture = page.locator(".maplibregl-canvas").screenshot()
    return int(page.evaluate(SHADES, list(picture)))


def test_the_map_is_drawn_from_our_tiles(visit: Visit, journal: Journal) -> None:
    page = drawn(visit("/carte/?indicateur=population&departement=81"))
    assert any("/tuiles/communes.pmtiles?v=" in url for url in journal.requested)
    assert shades(page) > 10
    assert axe(page) == []
    assert overflow(page) == []


def test_the_keyboard_leads_to_the_commune_at_the_centre(visit: Visit) -> None:
    page = drawn(visit("/carte/?indicateur=population&departement=81&q=tecou"))
    page.locator(".maplibregl-canvas").focus()
    here = page.locator("[data-carte-here]")
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(700)
        if here.inner_text():
            break
    name = here.inner_text().split(" : ")[0]
    assert name
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/communes/\d{5}-"))
    assert name.casefold() in page.locator("h1, .plaque").first.inner_text().casefold()


def test_zoom_buttons_and_jumps_move_the_map(visit: Visit) -> None:
    page = drawn(visit("/carte/?indicateur=population"))
    before = page.locator(".maplibregl-canvas").screenshot()
    page.get_by_role("button", name="Agrandir").click()
    page.wait_for_timeout(1_500)
    after = page.locator(".maplibregl-canvas").screenshot()
    assert after != before
    page.get_by_role("button", name="La Réunion").click()
    page.wait_for_timeout(1_500)
    assert page.locator(".maplibregl-canvas").screenshot() != after


def test_on_a_phone_the_map_comes_when_asked(visit: Visit, journal: Journal) -> None:
    page = visit("/carte/?indicateur=population", viewport=PHONE, has_touch=True)
    page.wait_for_load_state("networkidle")
    assert not any("pmtiles" in url or "/map-" in url for url in journal.requested)
    expect(page.locator(".carte__list")).to_be_visible()
    page.get_by_role("button", name="Afficher la carte").click()
    drawn(page)
    assert any("pmtiles" in url for url in journal.requested)
    assert overflow(page) == []
    assert axe(page) == []
    small = page.eval_on_selector_all(
        "[data-zoom], [data-jump]",
        "found => found.filter(b => b.getBoundingClientRect().height < 43.5).length",
    )
    assert small == 0
    page.get_by_role("button", name="Revenir à la liste").click()
    expect(page.locator(".carte__list")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_without_javascript_the_list_is_whole(visit: Visit, width: int) -> None:
    page = visit(
        "/carte/?indicateur=population", java_script_enabled=False, viewport={"width": width, "height": 800}
    )
    expect(page.locator(".carte__list li").first).to_be_visible()
    page.select_option("#departement", "81")
    page.get_by_role("button", name="Appliquer").click()
    assert "departement=81" in page.url
    expect(page.locator(".carte__list li").first).to_contain_text("Tarn")
