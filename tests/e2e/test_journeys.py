"""Journeys: by keyboard alone, without JavaScript, and on a slow network."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Journal, Visit

TECOU = "/communes/81294-tecou/"
BUDGET = 150_000  # bytes of a first visit of a commune page, compressed, the map apart


def tab_to(page: Page, selector: str, *, limit: int = 80) -> None:
    """Press Tab until the element has the focus, which must be visible."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            assert focus_is_visible(page), f"le focus ne se voit pas sur {selector}"
            return
    raise AssertionError(f"{selector} ne s’atteint pas au clavier")


def focus_is_visible(page: Page) -> bool:
    """Whether the element in focus is in the window and drawn differently (an outline or a shadow)."""
    found: bool = page.evaluate(
        """() => {
          const node = document.activeElement, style = getComputedStyle(node);
          const box = node.getBoundingClientRect();
          const drawn = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
            || style.boxShadow !== "none";
          return drawn && box.bottom > 0 && box.top < innerHeight;
        }"""
    )
    return found


def enter(page: Page) -> None:
    """Press Enter, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_first_tab_offers_to_skip_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#contenu")
    assert focus_is_visible(page)
    page.keyboard.press("Enter")
    assert page.url.endswith("#contenu")


def test_from_the_search_to_a_commune_by_keyboard(visit: Visit) -> None:
    page = visit("/")
    tab_to(page, "main input[name=q]")
    page.keyboard.type("tecou", delay=20)
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Técou")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{TECOU}")
    expect(page.locator("h1")).to_contain_text("Técou")


def test_escape_closes_the_suggestions_and_enter_asks_the_page(visit: Visit) -> None:
    page = visit("/communes/")
    tab_to(page, "main input[name=q]")
    page.keyboard.type("la rochelle", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/communes/?q=la*")
    main = page.locator("main")
    expect(main).to_contain_text("Charente-Maritime")
    expect(main).to_contain_text("Haute-Saône")


def test_the_menu_of_a_phone_by_keyboard(visit: Visit) -> None:
    page = visit("/", viewport={"width": 360, "height": 740})
    link = page.locator("header nav a", has_text="Données")
    expect(link).to_be_hidden()
    tab_to(page, "header button[aria-expanded]")
    page.keyboard.press("Enter")
    expect(page.locator("header button[aria-expanded=true]")).to_have_count(1)
    tab_to(page, 'header nav a[href="/donnees/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/donnees/")


def test_a_table_is_sorted_by_keyboard(visit: Visit) -> None:
    page = visit("/territoires/departement/")
    before = page.locator("main tbody tr").all_inner_texts()
    tab_to(page, "main thead a")
    enter(page)
    expect(page.locator("main th[aria-sort]:not([aria-sort=none])")).to_have_count(1)
    once = page.locator("main tbody tr").all_inner_texts()
    assert sorted(once) == sorted(before)
    tab_to(page, "main thead th[aria-sort]:not([aria-sort=none]) a")
    enter(page)
    assert page.locator("main tbody tr").all_inner_texts() != once


def test_the_contact_form_says_what_is_missing_and_where(visit: Visit) -> None:
    page = visit("/contact/")
    tab_to(page, "main form textarea")
    page.keyboard.type("Bonjour")
    tab_to(page, "main form button[type=submit], main form button:not([type])")
    page.evaluate("() => document.querySelector('main form').setAttribute('novalidate', '')")
    enter(page)
    wrong = page.locator("main [aria-invalid=true]")
    assert wrong.count() >= 1
    described = wrong.first.get_attribute("aria-describedby")
    assert described
    assert any(page.locator(f"#{name}").inner_text().strip() for name in described.split())
    expect(page.locator("main form textarea")).to_have_value("Bonjour")


def test_without_javascript_from_the_search_to_the_sources(visit: Visit) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("main input[name=q]").fill("tecou")
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_url(f"**{TECOU}")
    expect(page.locator("main")).to_contain_text("Técou")
    page.locator("header nav a, footer a", has_text="Données").first.click()
    page.wait_for_url("**/donnees/")
    expect(page.locator("main")).to_contain_text("Licence")


@pytest.mark.parametrize("address", ["/", TECOU, "/territoires/departement/", "/carte/", "/contact/"])
def test_without_javascript_the_menu_and_the_content_are_there(visit: Visit, address: str) -> None:
    page = visit(address, java_script_enabled=False, viewport={"width": 360, "height": 740})
    expect(page.locator('header nav a[href="/donnees/"]')).to_be_visible()
    expect(page.locator("main h1")).to_be_visible()


def test_a_first_visit_of_a_commune_page_is_light(visit: Visit, journal: Journal) -> None:
    page = visit("about:blank")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 200, "downloadThroughput": 60_000, "uploadThroughput": 30_000},
    )
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(TECOU)
    page.wait_for_load_state("networkidle")
    assert len(received) >= 3, "la page, ses styles et son script au moins"
    assert sum(received) <= BUDGET, f"{sum(received) / 1000:.0f} kB : {journal.requested}"
