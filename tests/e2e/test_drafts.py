"""What is typed in a long form survives: a page opened again, a network gone, a session that ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.signed_in import MAYOR, TEAM, state_of
from tests.e2e.test_office import NOTHING, look

WORDS = "Notre café fermera en mars ; qui peut nous aider à trouver un repreneur ?"
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('brouillon:')).length"


def type_message(page: Page) -> None:
    page.get_by_label("Votre adresse e-mail").fill("rose@example.org")
    page.get_by_label("Votre message").fill(WORDS)
    page.wait_for_function(f"{KEPT} === 1")


@pytest.fixture
def contact(visit: Visit) -> Page:
    page = visit("/contact/", bypass_csp=True, reduced_motion="reduce")
    type_message(page)
    return page


def test_a_page_opened_again_gives_it_back(contact: Page) -> None:
    contact.reload()
    expect(contact.get_by_label("Votre message")).to_have_value(WORDS)
    expect(contact.locator("main").get_by_text("Brouillon retrouvé")).to_be_visible()
    contact.set_viewport_size({"width": 360, "height": 740})
    assert look(contact) == NOTHING
    contact.get_by_role("button", name="Effacer ce brouillon").press("Enter")
    expect(contact.get_by_label("Votre message")).to_have_value("")
    assert contact.evaluate(KEPT) == 0
    contact.reload()
    expect(contact.get_by_label("Votre message")).to_have_value("")


def test_a_network_that_is_gone_loses_nothing(contact: Page) -> None:
    contact.get_by_label("Objet").select_option(index=1)
    contact.context.set_offline(True)
    contact.locator("main").get_by_role("button", name="Envoyer").click()
    contact.wait_for_url("chrome-error://**")
    contact.context.set_offline(False)
    contact.goto("/contact/")
    expect(contact.get_by_label("Votre message")).to_have_value(WORDS)


def test_an_error_keeps_it_and_a_success_erases_it(contact: Page) -> None:
    contact.locator("main").get_by_role("button", name="Envoyer").click()
    expect(contact.locator("main")).to_contain_text("Choisissez l’objet")
    expect(contact.get_by_label("Votre message")).to_have_value(WORDS)
    assert contact.evaluate(KEPT) == 1
    contact.get_by_label("Objet").select_option(index=1)
    contact.locator("main").get_by_role("button", name="Envoyer").click()
    contact.wait_for_url("**/contact/merci/")
    assert contact.evaluate(KEPT) == 0


def test_a_lost_session_gives_it_back_to_its_owner_only(visit: Visit, site: Site) -> None:
    page = visit("/organisations/nouvelle/", storage_state=state_of(site, TEAM, MAYOR), bypass_csp=True)
    page.locator("main").get_by_label("Nom", exact=True).fill("Brasserie du Tarn")
    page.wait_for_function(f"{KEPT} === 1")
    page.context.clear_cookies(name="sessionid")
    page.locator("main form[data-draft] button").last.click()
    expect(page).to_have_url(f"{site.url}/connexion/?next=%2Forganisations%2Fnouvelle%2F")
    for hats, expected in (((TEAM,), ""), ((TEAM, MAYOR), "Brasserie du Tarn")):
        page.context.clear_cookies()
        page.context.add_cookies(state_of(site, *hats)["cookies"])  # type: ignore[arg-type]
        page.goto("/organisations/nouvelle/")
        expect(page.locator("main").get_by_label("Nom", exact=True)).to_have_value(expected)
    page.locator(".me > summary").click()
    page.get_by_role("button", name="Me déconnecter").click()
    page.wait_for_url(f"{site.url}/")
    assert page.evaluate(KEPT) == 0
