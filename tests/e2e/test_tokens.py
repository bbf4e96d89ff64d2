"""A token is made by keyboard, on a phone, without script; pages for integrators keep the content policy."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Journal, Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import TEAM, state_of

NEW = "/compte/jetons/nouveau/"
WIDTHS = (360, 640, 768, 1280, 1920)


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team who has just proved who they are."""
    return state_of(site, TEAM, recent=True)


def look(page: Page) -> None:
    """Nothing is wrong in light, in dark, nor at any width."""
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    size = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert axe(page) == [], scheme
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width
        assert page.evaluate(SMALL_TARGETS) == [], width
    if size:
        page.set_viewport_size(size)


def asked(site: Site, secret: str) -> int:
    """What the API answers to a token."""
    request = urllib.request.Request(f"{site.url}/api/v1/moi", headers={"Authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["name"].startswith("Tableur")
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("script", [True, False])
def test_a_token_from_its_making_to_its_end(
    visit: Visit, site: Site, team: dict[str, object], journal: Journal, script: bool
) -> None:
    name = f"Tableur {'avec' if script else 'sans'} script"
    options = {"storage_state": team, "java_script_enabled": script, "reduced_motion": "reduce"}
    page = visit("/compte/", viewport={"width": 360, "height": 740}, **options)
    page.locator("main").get_by_role("link", name="Jetons d’accès").press("Enter")
    page.get_by_role("link", name="Créer un jeton").press("Enter")
    page.get_by_label("Nom du jeton").press("Enter")
    expect(page.locator("main")).to_contain_text("Écrivez à quoi servira ce jeton")
    if script:
        look(page)
    page.get_by_label("Nom du jeton").fill(name)
    page.get_by_role("checkbox", name="Données publiques du territoire").press("Space")
    page.get_by_label("Seulement dans").fill("Tarn")
    page.get_by_label("Durée").select_option("30")
    page.get_by_role("button", name="Créer le jeton").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre jeton est créé")
    secret = page.get_by_label(f"Le jeton « {name} »").input_value()
    if script:
        look(page)
    assert re.fullmatch(r"mc_[\w-]{43}", secret)
    assert asked(site, secret) == 200
    page.get_by_role("link", name="C’est copié").press("Enter")
    expect(page.locator("main")).to_contain_text(f"mc_…{secret[-4:]}")
    expect(page.locator("main")).not_to_contain_text(secret)
    if script:
        look(page)
        everything = visit("/equipe/jetons/", **options)
        expect(everything.locator("main")).to_contain_text(name)
        look(everything)
    page.get_by_role("button", name=f"Retirer le jeton {name}").press("Enter")
    expect(page.locator("main")).to_contain_text(f"Le jeton « {name} » est retiré")
    assert asked(site, secret) == 401
    journal.assert_clean()


@pytest.mark.parametrize("address", ["/api/", "/api/v1/docs"])
def test_pages_for_integrators(visit: Visit, journal: Journal, address: str) -> None:
    page = visit(address)
    look(page)
    journal.assert_clean()
    for details in page.locator("main details").all():
        details.locator("summary").press("Enter")
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert overflow(page) == []
    # Every link to a part of the page leads somewhere.
    for link in page.locator('main a[href^="#"]').all():
        assert page.locator(link.get_attribute("href") or "#none").count() == 1
