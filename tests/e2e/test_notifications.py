"""Notifications in a browser: how many there are, pages at every width, a mail stopped without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import axe, overflow
from tests.e2e.signed_in import MAYOR, TEAM, state_of, tell
from tests.e2e.test_office import NOTHING, WIDTHS, look


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM, MAYOR)


@pytest.fixture(scope="module")
def stop(site: Site, team: dict[str, object]) -> str:
    """They are told two things; the address that stops it."""
    return tell(site, TEAM, MAYOR)


@pytest.mark.parametrize("name", ["/notifications/", "/compte/courriels/", "stop"])
def test_pages_of_notifications(visit: Visit, team: dict[str, object], stop: str, name: str) -> None:
    page = visit(stop if name == "stop" else name, storage_state=team, reduced_motion="reduce")
    assert look(page) == NOTHING
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width


def test_the_menu_says_how_many_and_the_keyboard_reads_them(
    visit: Visit, team: dict[str, object], stop: str
) -> None:
    page = visit("/bureau/", storage_state=team)
    summary = page.locator(".me > summary")
    expect(summary).to_contain_text("à lire")
    summary.press("Enter")
    page.get_by_role("link", name="Notifications").press("Enter")
    main = page.locator("main")
    expect(main).to_contain_text("non lue")
    main.get_by_role("button", name="Tout marquer comme lu").press("Enter")
    expect(main).not_to_contain_text("non lue")
    expect(page.locator(".me > summary")).not_to_contain_text("à lire")


def test_a_mail_is_stopped_without_signing_in_nor_script(visit: Visit, stop: str) -> None:
    page = visit(stop, java_script_enabled=False)
    main = page.locator("main")
    before = main.inner_text()
    page.reload()  # looking does nothing
    assert main.inner_text() == before
    main.get_by_role("button").first.click()
    assert main.inner_text() != before
