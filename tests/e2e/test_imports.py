"""A spreadsheet comes in: every step looked at, by keyboard, on a phone and on a desk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Site, Visit
from tests.e2e.looking import SMALL_TARGETS, axe, overflow
from tests.e2e.signed_in import TEAM, state_of

NOTHING: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}
NEW = "/equipe/imports/nouveau/organisations/"
LINES = """Raison sociale;Type;N° SIRET;Ville;Dpt;Tél.;Remarques
Brasserie du Gaillacois;Fournisseur;812 345 601 00015;Técou;81;05 63 00 00 00;à rappeler
Brasserie du Gaillacoix;Fournisseur;;Técou;81;;
Imprimerie à revoir;chocolat;123;Nulle-Part;;x;
Journal d’ici;Presse;;;;;
"""
# Where to write what was looked at: `SHOTS=folder pytest tests/e2e/test_imports.py`.
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team."""
    return state_of(site, TEAM)


def csv_file(text: str) -> FilePayload:
    return {"name": "fournisseurs 2026.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}


def look(page: Page, name: str) -> dict[str, list[str]]:
    """Everything wrong on a page, at both widths."""
    page.wait_for_load_state("networkidle")
    found: dict[str, list[str]] = {"axe": [], "wide": [], "small": []}
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for key, wrong in (
            ("axe", axe(page)),
            ("wide", overflow(page)),
            ("small", page.evaluate(SMALL_TARGETS)),
        ):
            found[key] += wrong
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
    return found


def test_a_spreadsheet_step_by_step(visit: Visit, team: dict[str, object]) -> None:
    page = visit("/equipe/imports/", storage_state=team, reduced_motion="reduce")
    main = page.locator("main")
    main.get_by_role("link", name="Organisations").first.click()
    assert look(page, "1-fichier") == NOTHING
    main.get_by_role("button", name="Lire ce fichier").click()
    expect(main.get_by_role("alert")).to_contain_text("Choisissez un fichier.")
    assert look(page, "1-erreur") == NOTHING
    main.get_by_label("Fichier").set_input_files(csv_file(LINES))
    main.get_by_role("button", name="Lire ce fichier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Que disent ces colonnes")
    expect(main.get_by_label("A · Raison sociale")).to_have_value("nom")
    expect(main.get_by_label("G · Remarques")).to_have_value("")
    assert look(page, "2-colonnes") == NOTHING
    main.get_by_role("button", name="Voir ce que cela changerait").click()
    expect(main).to_contain_text("3 lignes à écrire, sur 4")
    expect(main).to_contain_text("Ligne 4, colonne C « N° SIRET » : « 123 » n’est pas un SIRET.")
    assert look(page, "3-erreurs") == NOTHING
    main.get_by_role("link", name="Nouvelle : 3").click()
    assert look(page, "3-nouvelles") == NOTHING
    main.get_by_role("button", name="Appliquer les 3 bonnes lignes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("L’import est fait")
    assert look(page, "4-resultat") == NOTHING
    main.get_by_role("link", name="Annuler cet import").click()
    assert look(page, "4-annuler") == NOTHING
    main.get_by_role("button", name="Annuler l’import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("L’import est annulé")
    page.goto(page.url.split("/equipe/")[0] + "/equipe/imports/")
    expect(main).to_contain_text("fournisseurs 2026.csv")
    assert look(page, "0-liste") == NOTHING


def test_doubts_are_settled_with_the_keyboard_and_without_javascript(
    visit: Visit, team: dict[str, object]
) -> None:
    page = visit(NEW, storage_state=team, java_script_enabled=False)
    main = page.locator("main")
    main.get_by_label("Fichier").set_input_files(csv_file("Nom;Nature\nCave des Buis;Presse\n"))
    main.get_by_role("button", name="Lire ce fichier").press("Enter")
    main.get_by_role("button", name="Voir ce que cela changerait").press("Enter")
    main.get_by_role("button", name="Appliquer la bonne ligne").press("Enter")
    page.goto(page.url.split("/equipe/")[0] + NEW)
    main.get_by_label("Fichier").set_input_files(csv_file("Nom;Nature\nCave des Buiss;Presse\n"))
    main.get_by_role("button", name="Lire ce fichier").press("Enter")
    main.get_by_role("button", name="Voir ce que cela changerait").press("Enter")
    expect(main).to_contain_text("Rien à écrire pour l’instant")
    same = main.get_by_label("Même fiche : Cave des Buis")
    same.press("Space")
    expect(same).to_be_checked()
    main.get_by_role("button", name="Enregistrer ces décisions").press("Enter")
    expect(main).to_contain_text("1 ligne à écrire, sur 1")
    main.get_by_role("button", name="Appliquer la bonne ligne").press("Enter")
    expect(main).to_contain_text("Mise à jour : 1")


def test_the_page_of_doubts_is_looked_at(visit: Visit, team: dict[str, object]) -> None:
    rows = "".join(f"Auberge du Chêne {end};Presse\n" for end in ("vert", "verts", "vertt"))
    page = visit(NEW, storage_state=team, reduced_motion="reduce")
    main = page.locator("main")
    for text in ("Auberge du Chêne ver;Presse\n", rows):
        page.goto(page.url.split("/equipe/")[0] + NEW)
        main.get_by_label("Fichier").set_input_files(csv_file("Nom;Nature\n" + text))
        main.get_by_role("button", name="Lire ce fichier").click()
        main.get_by_role("button", name="Voir ce que cela changerait").click()
        if text != rows:
            main.get_by_role("button", name="Appliquer la bonne ligne").click()
    expect(main.get_by_role("group")).to_have_count(3)
    assert look(page, "3-a-decider") == NOTHING
