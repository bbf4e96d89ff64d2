"""Organisations, messages and « Mes données »: looked at; and used without JavaScript, with the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.known import LONG, fill, run
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import TEAM, state_of

WIDTHS = (360, 640, 768, 1280, 1920)
PAGES = {
    "organisations": "/organisations/",
    "organisations-page-2": "/organisations/?page=2",
    "organisations-none": "/organisations/?q=zzzz",
    "organisations-refused": "/organisations/?nature=chocolat",
    "new-organisation": "/organisations/nouvelle/",
    "organisation": "organisation",
    "change": "change",
    "contact": "contact",
    "remove-contact": "remove-contact",
    "messages": "/equipe/messages/",
    "messages-all": "/equipe/messages/?etat=all",
    "messages-none": "/equipe/messages/?objet=run&etat=answered",
    "message": "message",
    "erase-message": "erase-message",
    "my-data": "/compte/donnees/",
    "erased": "/compte/donnees/effacees/",
}
NOTHING: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}
PHONE = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture(scope="module")
def filled(site: Site) -> dict[str, str]:
    """Lists with organisations and messages in them."""
    return fill(site)


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM)


def look(page: Page) -> dict[str, list[str]]:
    """Everything wrong on a page."""
    page.wait_for_load_state("networkidle")
    return {"axe": axe(page), "wide": overflow(page), "small": page.evaluate(SMALL_TARGETS)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_at_every_width(
    visit: Visit, team: dict[str, object], filled: dict[str, str], name: str
) -> None:
    page = visit(filled.get(PAGES[name], PAGES[name]), storage_state=team, reduced_motion="reduce")
    assert page.locator("h1").count() == 1
    assert look(page) == NOTHING
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
    page.set_viewport_size({"width": 360, "height": 740})
    assert look(page) == NOTHING


def test_an_organisation_is_entered_without_javascript(
    visit: Visit, team: dict[str, object], filled: dict[str, str]
) -> None:
    page = visit("/organisations/", storage_state=team, java_script_enabled=False, **PHONE)
    page.get_by_role("link", name="Nouvelle organisation").click()
    page.get_by_label("Nom", exact=True).fill(LONG)
    page.get_by_label("Nature").select_option("association")
    page.get_by_label("Commune", exact=False).last.fill("técou")
    page.get_by_label("SIRET").fill("732 829 320 00075")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("la clé de ce SIRET ne tombe pas juste")
    page.get_by_label("SIRET").fill("")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est encore enregistré")
    expect(page.get_by_label("Nom", exact=True)).to_have_value(LONG)
    page.get_by_role("button", name="Ce n’est pas la même, enregistrer").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("c’est enregistré")
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG)


def test_a_refused_form_is_read_with_the_keyboard(
    visit: Visit, team: dict[str, object], filled: dict[str, str]
) -> None:
    page = visit("/organisations/nouvelle/", storage_state=team)
    page.get_by_label("Nom", exact=True).focus()
    page.keyboard.type("Cave")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choisissez la nature de l’organisation.")
    assert look(page) == NOTHING
    page.get_by_role("alert").get_by_role("link", name="Nature").press("Enter")
    page.keyboard.press("Tab")
    field = page.get_by_label("Nature")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.url.endswith("#id_kind")


def test_a_message_is_answered_with_the_keyboard(
    visit: Visit, team: dict[str, object], filled: dict[str, str]
) -> None:
    page = visit(filled["message"], storage_state=team)
    page.get_by_role("button", name="Marquer comme répondu").press("Enter")
    expect(page.locator("main")).to_contain_text("Répondu le")
    expect(page.locator("main")).to_contain_text("par Camille Roux-Delaunay")
    assert look(page) == NOTHING
    page.get_by_role("button", name="Remettre à répondre").press("Enter")
    expect(page.get_by_role("button", name="Marquer comme répondu")).to_be_visible()


def last_code(site: Site) -> str:
    """The code in the last mail written to the folder of mail."""
    folder = Path(site.environment["DATA_DIR"]) / "courriels"
    texts = [file.read_text() for file in sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime)]
    codes = re.findall(r"effacer votre compte et vos données : (\d{4}-\d{4})", "".join(texts))
    return str(codes[-1])


def test_somebody_erases_their_account_without_javascript(visit: Visit, site: Site) -> None:
    (key,) = run(site, "adieu@example.org")
    page = visit("/", java_script_enabled=False, **PHONE)
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
    page.goto(f"{site.url}/compte/donnees/")
    expect(page.locator("main")).to_contain_text("adieu@example.org")
    page.get_by_role("link", name="Effacer mon compte et mes données").click()
    page.get_by_role("button", name="Recevoir le code").click()
    page.get_by_label("Code reçu par courriel").fill("1")
    page.get_by_role("button", name="Effacer mon compte et mes données").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas le bon")
    page.get_by_label("Code reçu par courriel").fill(last_code(site))
    page.get_by_role("button", name="Effacer mon compte et mes données").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre compte est effacé")
    page.goto(f"{site.url}/compte/donnees/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
