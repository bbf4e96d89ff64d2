"""A manager with two minutes and a weak network: what is pressed is kept, leaves later, and is undone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.network import run
from tests.e2e.signed_in import state_of

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def cafe(site: Site) -> str:
    """The café of the person of these tests; theirs alone."""
    return run(site, "keeper")


@pytest.fixture
def counter(site: Site, cafe: str, visit: Visit) -> Page:
    """Its page, on a phone."""
    state = state_of(site, ("manager", f"cafe:{cafe}"))
    return visit(f"/cafes/{cafe}/tenir/", viewport=PHONE, storage_state=state)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_whole(site: Site, cafe: str, visit: Visit, width: int) -> None:
    state = state_of(site, ("manager", f"cafe:{cafe}"))
    viewport = {"width": width, "height": 800}
    for address in ("tenir/", "tenir/horaires/", "tenir/arrets/nouveau/", "toujours-vrai/"):
        page = visit(f"/cafes/{cafe}/{address}", viewport=viewport, storage_state=state)
        assert axe(page) == []
        assert overflow(page) == []
        assert page.evaluate(SMALL_TARGETS) == []


def test_closed_today_without_a_network_leaves_later_and_is_undone(counter: Page) -> None:
    counter.context.set_offline(True)
    counter.get_by_role("button", name="Fermé aujourd’hui").click()
    expect(counter.locator("[data-keep-said]")).to_contain_text("Gardé sur cet appareil")
    counter.context.set_offline(False)
    change = counter.locator("li", has_text=re.compile(r"^Fermé, le"))
    expect(change).to_have_count(1, timeout=15_000)
    change.get_by_role("button", name="Annuler").click()
    expect(counter.locator("li", has_text="annulé").first).to_be_visible()


def test_the_grid_copies_the_day_before(site: Site, cafe: str, visit: Visit) -> None:
    state = state_of(site, ("manager", f"cafe:{cafe}"))
    page = visit(f"/cafes/{cafe}/tenir/horaires/", viewport=PHONE, storage_state=state)
    page.locator("[name='0_opens_1']").fill("08:00")
    page.locator("[name='0_closes_1']").fill("12:00")
    page.get_by_role("button", name="Comme la veille : mardi").first.click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".hours")).to_contain_text("Mardi")
    assert page.locator(".hours tr").nth(0).inner_text().split("\t")[1:] == [
        page.locator(".hours tr").nth(1).inner_text().split("\t")[1]
    ]
