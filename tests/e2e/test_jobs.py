"""Jobs in a browser: a page that follows its job by itself, at every width, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import axe, overflow
from tests.e2e.signed_in import MAYOR, TEAM, ask_jobs, state_of
from tests.e2e.test_office import NOTHING, WIDTHS, look


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM, MAYOR)


@pytest.fixture
def asked(site: Site, team: dict[str, object]) -> dict[str, str]:
    """The addresses of their jobs."""
    return ask_jobs(site, TEAM, MAYOR)


@pytest.mark.parametrize("name", ["/equipe/taches/", "/equipe/taches/?etat=toutes", "failed", "later"])
def test_pages_of_jobs(visit: Visit, team: dict[str, object], asked: dict[str, str], name: str) -> None:
    page = visit(asked.get(name, name), storage_state=team, reduced_motion="reduce")
    if name == "failed":
        page.locator("summary", has_text="Détail technique").click()
    assert look(page) == NOTHING
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width


def test_the_page_sees_the_end_by_itself(
    visit: Visit, team: dict[str, object], asked: dict[str, str]
) -> None:
    page = visit(asked["soon"], storage_state=team)
    main = page.locator("main")
    expect(main.get_by_role("status")).to_contain_text("En attente de son tour")
    expect(main.get_by_role("link", name="Actualiser")).to_be_hidden()
    expect(main.get_by_role("status")).to_contain_text("Faite", timeout=60_000)
    expect(main.get_by_role("button", name="Annuler")).to_have_count(0)
    assert look(page) == NOTHING


def test_the_network_goes_and_comes_back(
    visit: Visit, team: dict[str, object], asked: dict[str, str]
) -> None:
    page = visit(asked["soon"], storage_state=team)
    page.context.set_offline(True)
    page.wait_for_timeout(5_000)
    expect(page.locator("main").get_by_role("status")).to_contain_text("En attente")
    page.context.set_offline(False)
    expect(page.locator("main").get_by_role("status")).to_contain_text("Faite", timeout=60_000)


def test_a_job_is_taken_back_with_the_keyboard(
    visit: Visit, team: dict[str, object], asked: dict[str, str]
) -> None:
    page = visit(asked["later"], storage_state=team)
    page.locator("main").get_by_role("button", name="Annuler cette tâche").press("Enter")
    expect(page.locator("main [data-job-words]")).to_contain_text("Annulée")
    page.locator("main").get_by_role("button", name="Rejouer").press("Enter")
    expect(page.locator("main")).to_contain_text("est remise dans la file")


def test_without_javascript_a_link_asks_again(
    visit: Visit, team: dict[str, object], asked: dict[str, str]
) -> None:
    page = visit(asked["later"], storage_state=team, java_script_enabled=False)
    page.locator("main").get_by_role("link", name="Actualiser").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("Prévue le")
    page.locator("main").get_by_role("button", name="Annuler cette tâche").click()
    expect(page.locator("main [data-job-words]")).to_contain_text("Annulée")
