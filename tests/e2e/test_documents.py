"""Sending files in a browser: on a network that breaks, after a page closed, without script."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from tests.common.backup.sites import Place
from tests.e2e.conftest import Site, Visit, command, site_environment, start, stop
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import TEAM, state_of

NOTHING: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}
WIDTHS = (360, 1280)
CAPTURES = Path(__file__).parent / "captures"


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of half a megabyte, which nothing makes smaller."""
    path = tmp_path_factory.mktemp("photo") / "Façade du café.png"
    Image.frombytes("RGB", (420, 420), os.urandom(420 * 420 * 3)).save(path)
    return path


@pytest.fixture(scope="module")
def organisation(site: Site, team: dict[str, object]) -> dict[str, str]:
    """The address of an organisation, once a test has made it."""
    return {}


def page_of(
    visit: Visit, site: Site, team: dict[str, object], known: dict[str, str], **options: object
) -> Page:
    """The page of one organisation for all these tests."""
    if "address" not in known:
        page = visit("/organisations/nouvelle/", storage_state=team)
        page.get_by_label("Nom", exact=True).fill("Association du lavoir")
        page.get_by_label("Nature").select_option("association")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Association du lavoir")
        known["address"] = page.url.removeprefix(site.url)
    return visit(known["address"], storage_state=team, **options)


def look(page: Page, name: str) -> None:
    """Nothing wrong at any width; a capture of each."""
    CAPTURES.mkdir(exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_load_state("networkidle")
        seen = {"axe": axe(page), "wide": overflow(page), "small": page.evaluate(SMALL_TARGETS)}
        page.screenshot(path=CAPTURES / f"documents-{name}-{width}.png", full_page=True)
        assert seen == NOTHING, (name, width)


class Network:
    """The network of a page: of so many bytes a second, or none. One session, whose words are the last."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def carry(self, upload: int = -1, *, offline: bool = False) -> None:
        """From now on."""
        self.session.send(
            "Network.emulateNetworkConditions",
            {"offline": offline, "latency": 20, "downloadThroughput": -1, "uploadThroughput": upload},
        )


def offsets(page: Page) -> list[int]:
    """Where each piece sent from now on begins."""
    found: list[int] = []

    def see(request: Request) -> None:
        if request.method == "PATCH":
            found.append(int(request.headers["upload-offset"]))

    page.on("request", see)
    return found


def test_a_file_goes_on_after_a_network_that_breaks(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], photo: Path
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    look(page, "add")
    pieces = offsets(page)
    network = Network(page)
    network.carry(120_000)
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    words = page.locator("main .upload__words")
    expect(words).to_contain_text(re.compile(r"Envoi : [1-9]\d? %"))
    network.carry(offline=True)
    expect(words).to_contain_text("Le réseau s’est interrompu")
    look(page, "broken")
    network.carry()
    expect(page.get_by_role("heading", level=1)).to_have_text("Association du lavoir")
    expect(page.locator("main").get_by_role("status").first).to_contain_text("Façade du café.jpg")
    assert pieces[0] == 0
    assert pieces == sorted(pieces)  # never from the beginning again
    image = page.locator("main .documents__image").first
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("node => node.naturalWidth") > 0
    look(page, "organisation")


def test_a_page_opened_again_goes_on_with_the_same_file(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], photo: Path
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    network = Network(page)
    network.carry(120_000)
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main .upload__words")).to_contain_text(re.compile(r"Envoi : [1-9]\d? %"))
    page.reload()
    network.carry()
    pieces = offsets(page)
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Association du lavoir")
    assert pieces[0] > 0


def test_an_upload_is_stopped_with_its_button(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], photo: Path
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    network = Network(page)
    network.carry(60_000)
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("button", name="Arrêter l’envoi").click()
    expect(page.locator("main .upload__words")).to_have_text("L’envoi est arrêté. Rien n’est enregistré.")
    network.carry()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Association du lavoir")


def test_what_is_refused_is_said_where_it_was_chosen(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], tmp_path: Path
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    fake = tmp_path / "photo.jpg"
    fake.write_text("<!doctype html><script>alert(1)</script>")
    page.get_by_label("Fichier", exact=True).set_input_files(fake)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce fichier est une page web (HTML)")
    look(page, "refused")
    large = tmp_path / "film.pdf"
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page.get_by_label("Fichier", exact=True).set_input_files(large)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main .upload__words")).to_contain_text("Attendu : 20 Mo au plus")
    look(page, "too-large")


def test_everything_works_without_script(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], photo: Path
) -> None:
    page = page_of(visit, site, team, organisation, java_script_enabled=False)
    page.get_by_role("link", name="Ajouter un logo").click()
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Association du lavoir")
    expect(page.locator("main img.logo")).to_be_visible()


def test_a_backup_of_the_running_site_holds_what_was_sent(
    visit: Visit,
    site: Site,
    team: dict[str, object],
    organisation: dict[str, str],
    photo: Path,
    tmp_path: Path,
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    sent = page.locator("main .documents a[href^='/documents/']").first.get_attribute("href") or ""
    shown = page.context.request.get(f"{site.url}{sent}").body()
    command(site.environment, "backup", "--to", str(tmp_path))
    before, other = Place(Path(site.environment["DATA_DIR"])), Place(tmp_path / "other")
    other.folder.mkdir()
    shutil.copy(before.folder / "secret_key", other.folder)
    other.does("restore", str(next(tmp_path.glob("*.tar"))))
    assert other.documents() == before.documents() != {}
    again = start(site_environment(other.folder))
    try:
        assert page.context.request.get(f"{again.url}{sent}").body() == shown
        assert page.context.request.get(f"{again.url}{organisation['address']}").ok
    finally:
        stop(again)


def test_a_document_is_read_replaced_and_removed(
    visit: Visit, site: Site, team: dict[str, object], organisation: dict[str, str], photo: Path
) -> None:
    page = page_of(visit, site, team, organisation)
    page.get_by_role("link", name="Ajouter un document").click()
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Versions, remplacer, retirer").first.click()
    page.get_by_label("Fichier", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Enregistrer la nouvelle version").click()
    page.get_by_role("link", name="Versions, remplacer, retirer").first.click()
    expect(page.locator("main")).to_contain_text("Version 2")
    look(page, "sheet")
    page.get_by_role("link", name="Retirer ce document").click()
    look(page, "remove")
    page.get_by_role("button", name="Retirer ce document").click()
    expect(page.locator("main").get_by_role("status").first).to_contain_text("Le document est retiré.")
