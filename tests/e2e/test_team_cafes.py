"""The team's screens of cafés: accessible at every width; many cafés changed without a script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import TEAM, state_of
from tests.e2e.team_cafes import fill

SHOTS = os.environ.get("SHOTS", "")
WIDTHS = (360, 640, 768, 1280, 1920)
TABLE = "/equipe/cafes/"
PAGES = {
    "desk": "/bureau/",
    "table": TABLE,
    "table-filtered": f"{TABLE}?service=colis&tri=-horaires",
    "table-view": f"{TABLE}?modele=associative",
    "table-wrong": f"{TABLE}?lien=ivre",
    "table-nothing": f"{TABLE}?q=zzzz",
    "add": f"{TABLE}ajouter/",
    "bulk": f"{TABLE}ensemble/?portee=filtre",
    "bulk-nothing": f"{TABLE}ensemble/?portee=choix",
    "office": "{}",
    "change": "{}modifier/",
    "point": "{}point/",
    "step": "{}etapes/nouvelle/",
    "service": "{}services/nouveau/",
    "visit": "{}visites/nouvelle/",
    "reports": f"{TABLE}signalements/",
    "osm": f"{TABLE}openstreetmap/",
    "osm-only": f"{TABLE}openstreetmap/?nature=only_osm",
    "osm-wrong": f"{TABLE}openstreetmap/?nature=ivre",
    "osm-send": f"{TABLE}openstreetmap/comparer/",
}
NOTHING: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM)


@pytest.fixture(scope="module")
def known(site: Site, team: dict[str, object]) -> str:
    """The page of a café of which everything is known; the table has many others."""
    return fill(site)


def look(page: Page) -> dict[str, list[str]]:
    """Everything wrong on a page."""
    page.wait_for_load_state("networkidle")
    return {"axe": axe(page), "wide": overflow(page), "small": page.evaluate(SMALL_TARGETS)}


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_of_the_team(visit: Visit, team: dict[str, object], known: str, name: str) -> None:
    page = visit(PAGES[name].format(known), storage_state=team, reduced_motion="reduce")
    assert page.locator("h1").count() == 1
    assert look(page) == NOTHING
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
        if SHOTS and width in {360, 1280}:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)


def test_many_cafés_are_changed_without_a_script(visit: Visit, team: dict[str, object], known: str) -> None:
    page = visit(TABLE, storage_state=team, java_script_enabled=False)
    page.get_by_label("Choisir Café de la Place 00").check()
    page.get_by_role("button", name="Page suivante").click()
    expect(page.get_by_text("1 déjà choisi")).to_be_visible()
    page.get_by_label("Choisir Café de la Place 51").check()
    page.get_by_role("button", name="Modifier les cafés cochés").click()
    expect(page.locator("main")).to_contain_text("2 cafés sont choisis")
    service = page.locator("section", has=page.get_by_role("heading", name="Noter un service"))
    service.get_by_label("Service", exact=True).select_option("presse")
    service.get_by_label("État du service").select_option("wanted")
    service.get_by_role("button", name="Voir ce qui changera").click()
    expect(page.get_by_role("heading", name="2 cafés changeront")).to_be_visible()
    page.get_by_role("button", name="Modifier ces 2 cafés").click()
    expect(page.locator("main")).to_contain_text("2 cafés ont changé.")
    expect(page.get_by_label("Choisir Café de la Place 00")).to_be_checked()


def test_what_will_change_reads_at_every_width(visit: Visit, team: dict[str, object], known: str) -> None:
    page = visit(f"{TABLE}ensemble/?portee=filtre", storage_state=team, reduced_motion="reduce")
    model = page.locator("section", has=page.get_by_role("heading", name="Changer leur modèle"))
    model.get_by_label("Modèle").select_option("itinerant")
    model.get_by_role("button", name="Voir ce qui changera").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui changera")
    assert look(page) == NOTHING
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
