"""A long list as a file, in a browser: offered, prepared beside, followed, downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from millecafes.common.exports.answering import AT_ONCE
from tests.e2e import signed_in
from tests.e2e.conftest import Site, Visit
from tests.e2e.signed_in import TEAM, state_of
from tests.e2e.test_office import NOTHING, look

FUNDER = ("funder", "region:76")  # somebody else than in the other tests: what is told is theirs


@pytest.fixture(scope="module")
def team(site: Site) -> dict[str, object]:
    """Somebody of the team, and a journal of more lines than a page waits for."""
    state = state_of(site, TEAM, FUNDER)
    signed_in.run(site, "lines", str(AT_ONCE + 1))
    return state


@pytest.mark.parametrize("script", [True, False])
def test_a_long_list_is_downloaded_from_the_page_of_its_job(
    visit: Visit, team: dict[str, object], script: bool, tmp_path: Path
) -> None:
    page = visit("/equipe/journal/", storage_state=team, java_script_enabled=script, accept_downloads=True)
    page.locator("main .files").get_by_role("link", name="CSV").click()
    main = page.locator("main")
    expect(main).to_contain_text("lignes : le fichier (CSV) se prépare à part")
    if script:
        assert look(page) == NOTHING
    main.get_by_role("button", name="Préparer le fichier").press("Enter")
    for _ in range(60):
        if script or main.get_by_role("link", name="Ouvrir le résultat").count():
            break
        page.wait_for_timeout(500)
        main.get_by_role("link", name="Actualiser").click()
    link = main.get_by_role("link", name="Ouvrir le résultat")
    expect(link).to_be_visible(timeout=60_000)
    if script:
        assert look(page) == NOTHING
    with page.expect_download() as waited:
        link.click()
    file = tmp_path / "journal.csv"
    waited.value.save_as(file)
    with file.open(encoding="utf-8-sig") as lines:
        assert sum(1 for _ in lines) > AT_ONCE
    told = visit("/notifications/", storage_state=team)
    expect(told.locator("main")).to_contain_text("Votre fichier est prêt")
