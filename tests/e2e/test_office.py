"""Pages of people who are signed in: accessible, at every width; hats changed by keyboard, in two tabs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import MAYOR, TEAM, fill, state_of

WIDTHS = (360, 640, 768, 1280, 1920)
PAGES = {
    "desk": "/bureau/",
    "people": "/equipe/personnes/",
    "people-page-2": "/equipe/personnes/?page=2",
    "people-several-places": "/equipe/personnes/?lieu=saint",
    "people-nobody": "/equipe/personnes/?q=zzzz",
    "person": "person",
    "invitations": "/invitations/",
    "invitations-none": "/invitations/?q=zzzz",
    "invite": "/invitations/nouvelle/",
    "invitation": "invitation",
    "journal": "/equipe/journal/",
    "public": "/le-programme/",
}


@pytest.fixture(scope="module")
def filled(site: Site) -> dict[str, str]:
    """Lists with people and invitations in them."""
    return fill(site)


@pytest.fixture(scope="module")
def team(site: Site, filled: dict[str, str]) -> dict[str, object]:
    """Somebody of the team, who is also a mayor."""
    return state_of(site, TEAM, MAYOR)


def look(page: Page) -> dict[str, list[str]]:
    """Everything wrong on a page."""
    page.wait_for_load_state("networkidle")
    return {"axe": axe(page), "wide": overflow(page), "small": page.evaluate(SMALL_TARGETS)}


NOTHING: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_for_people_signed_in(
    visit: Visit, team: dict[str, object], filled: dict[str, str], name: str
) -> None:
    """In light and dark, at every width, and with the menu of the account open on a phone."""
    address = filled.get(PAGES[name], PAGES[name])
    page = visit(address, storage_state=team, reduced_motion="reduce")
    assert page.locator("h1").count() == 1
    assert look(page) == NOTHING
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="Menu").click()
    page.locator(".me > summary").click()
    assert look(page) == NOTHING


def test_hats_are_changed_with_the_keyboard(visit: Visit, site: Site, filled: dict[str, str]) -> None:
    page = visit("/bureau/", storage_state=state_of(site, TEAM, MAYOR))
    summary = page.locator(".me > summary")
    expect(summary).to_contain_text("Équipe nationale")
    for _ in range(30):
        page.keyboard.press("Tab")
        if summary.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mairie : élu·e, Técou (Tarn)")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".me__hat[aria-current]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".me > summary")).to_contain_text("Mairie : élu·e, Técou (Tarn)")
    expect(page.get_by_role("link", name="Personnes")).to_have_count(0)
    page.goto(f"{site.url}/equipe/personnes/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Cette page s’ouvre avec une autre de vos casquettes"
    )
    assert look(page) == NOTHING
    page.get_by_role("button", name="Changer de casquette et ouvrir la page").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Personnes")


def test_two_tabs_with_two_hats_do_nothing_by_surprise(
    visit: Visit, site: Site, filled: dict[str, str]
) -> None:
    page = visit("/invitations/nouvelle/", storage_state=state_of(site, TEAM, MAYOR))
    page.get_by_label("Adresse e-mail").fill("surprise@example.org")
    page.get_by_label("Rôle").select_option("secretary")
    page.get_by_label("Lieu ou organisation").fill("Gaillac")
    other = page.context.new_page()
    other.goto(f"{site.url}/bureau/")
    other.locator(".me > summary").click()
    other.get_by_role("button", name="Mairie : élu·e, Técou (Tarn)").click()
    expect(other.locator(".me > summary")).to_contain_text("Técou")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Vous avez changé de casquette dans un autre onglet"
    )
    expect(page.locator("main")).to_contain_text("surprise@example.org")
    assert look(page) == NOTHING
    page.goto(f"{site.url}/invitations/")
    expect(page.locator("main")).not_to_contain_text("surprise@example.org")


def link_sent_to(site: Site, email: str) -> str:
    """The link in the mail written to the folder of mail."""
    folder = Path(site.environment["DATA_DIR"]) / "courriels"
    for _ in range(50):
        for file in sorted(folder.glob("*.log")):
            text = file.read_text()
            found = re.search(r"/invitation/[\w-]{20,}/", text)
            if found and email in text:
                return found.group(0)
        time.sleep(0.1)
    raise AssertionError("aucun courriel")


def test_a_mayor_invites_a_secretary_who_accepts(visit: Visit, site: Site, filled: dict[str, str]) -> None:
    mayor = visit("/invitations/", storage_state=state_of(site, MAYOR))
    mayor.get_by_role("link", name="Inviter quelqu’un").click()
    expect(mayor.locator("main")).to_contain_text("Técou (Tarn)")
    assert look(mayor) == NOTHING
    mayor.get_by_label("Adresse e-mail").fill("rose")
    mayor.get_by_label("Rôle").select_option("secretary")
    mayor.get_by_role("button", name="Envoyer l’invitation").click()
    expect(mayor.get_by_role("alert")).to_contain_text("Cette adresse n’est pas complète")
    assert look(mayor) == NOTHING
    mayor.get_by_label("Adresse e-mail").fill("rose@exemple.fr")
    mayor.get_by_role("button", name="Envoyer l’invitation").click()
    expect(mayor.locator("main").get_by_role("status")).to_contain_text(
        "L’invitation est partie à rose@exemple.fr"
    )
    link = link_sent_to(site, "rose@exemple.fr")

    rose = visit(link, viewport={"width": 360, "height": 740})
    expect(rose.locator("main")).to_contain_text("Mairie : secrétariat")
    assert look(rose) == NOTHING
    rose.get_by_label("Votre nom").fill("Rose Blanc")
    rose.get_by_role("button", name="Accepter et créer mon compte").press("Enter")
    expect(rose).to_have_url(re.compile("/bureau/$"))
    expect(rose.locator("main").get_by_role("status")).to_contain_text("Bienvenue")
    rose.goto(f"{site.url}{link}")
    expect(rose.get_by_role("heading", level=1)).to_have_text("Vous avez déjà accepté")
    mayor.reload()
    expect(mayor.locator("main")).to_contain_text("par Rose Blanc")
