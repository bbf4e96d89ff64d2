"""Signing in, in a real browser: by code with the keyboard, by passkey under the strict policy."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Visit, command
from tests.e2e.looking import SMALL_TARGETS, axe, overflow


@pytest.fixture(scope="module")
def team(site: Site) -> str:
    """Somebody of the national team, without a second factor yet."""
    command(site.environment, "create_team", "camille@exemple.fr", "--name", "Camille Roux")
    return "camille@exemple.fr"


def code_sent(site: Site, since: float) -> str:
    """The last code written to the folder of mail, after a moment."""
    folder = Path(site.environment["DATA_DIR"]) / "courriels"
    for _ in range(50):
        recent = [file for file in folder.glob("*.log") if file.stat().st_mtime >= since]
        codes = [re.findall(r"\d{4}-\d{4}", file.read_text()) for file in sorted(recent)]
        if any(codes):
            return str(next(found for found in reversed(codes) if found)[-1])
        time.sleep(0.1)
    raise AssertionError("aucun courriel")


def sign_in_by_code(site: Site, page: Page, email: str) -> None:
    """From the page to sign in, with the keyboard only."""
    since = time.time() - 1
    field = page.get_by_label("Votre adresse e-mail")
    field.focus()
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Le code reçu par courriel")).to_be_visible()
    page.get_by_label("Code").focus()
    page.keyboard.type(code_sent(site, since))
    page.keyboard.press("Enter")


def look(page: Page) -> None:
    """Accessible, nothing too wide, nothing too small."""
    page.wait_for_load_state("networkidle")
    found = axe(page), overflow(page), page.evaluate(SMALL_TARGETS)
    assert found == ([], [], []), page.url


def test_a_passkey_is_added_then_opens_the_door(site: Site, visit: Visit, team: str) -> None:
    page = visit("/connexion/", viewport={"width": 360, "height": 740})
    look(page)
    sign_in_by_code(site, page, team)
    expect(page).to_have_url(re.compile("/compte/securite/$"))
    look(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    look(page)
    page.get_by_label("Nom de cet appareil").fill("téléphone")
    page.get_by_role("button", name="Enregistrer cet appareil").press("Enter")
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Continuer").click()
    expect(page).to_have_url(re.compile("/bureau/$"))
    page.goto(f"{site.url}/deconnexion/")
    look(page)
    page.get_by_role("main").get_by_role("button", name="Me déconnecter").click()
    page.goto(f"{site.url}/connexion/")
    page.get_by_role("button", name="Entrer avec une clé d’accès").press("Enter")
    expect(page).to_have_url(re.compile("/bureau/$"))


def test_a_key_that_is_not_there_is_told_and_the_code_remains(visit: Visit) -> None:
    page = visit("/connexion/")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")  # and no authenticator: the browser refuses at once, or waits for ever
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": False, "automaticPresenceSimulation": True}},
    )
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_text("La clé d’accès n’a pas été lue")).to_be_visible()
    expect(page.get_by_role("button", name="Recevoir un code")).to_be_enabled()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_an_account(site: Site, visit: Visit, width: int) -> None:
    email = f"lou{width}@exemple.fr"
    command(site.environment, "shell", "-c", PERSON.format(email=email))
    page = visit("/connexion/?next=/compte/", viewport={"width": width, "height": 800})
    sign_in_by_code(site, page, email)
    expect(page).to_have_url(re.compile("/compte/$"))
    for path in (
        "/compte/",
        "/compte/securite/application/",
        "/compte/adresse/",
        "/compte/sessions/",
        "/bureau/",
    ):
        page.goto(site.url + path)
        look(page)


PERSON = (
    "from django.utils import timezone; from millecafes.common import actors;"
    " from millecafes.accounts.services.people import create_person;"
    " create_person(email='{email}', full_name='Lou Garnier', actor=actors.command('tests'),"
    " now=timezone.now())"
)


def test_without_javascript_the_code_is_enough(site: Site, visit: Visit) -> None:
    command(site.environment, "shell", "-c", PERSON.format(email="sans@exemple.fr"))
    page = visit("/connexion/", java_script_enabled=False)
    expect(page.get_by_role("button", name="Entrer avec une clé d’accès")).to_be_hidden()
    sign_in_by_code(site, page, "sans@exemple.fr")
    expect(page).to_have_url(re.compile("/bureau/$"))
