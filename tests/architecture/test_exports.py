"""Any list leaves as a file, and any file is compared with its screen."""

from __future__ import annotations

from millecafes.common.exports import registry
from tests.architecture.source import ROOT
from tests.common.test_every_list import ELSEWHERE, KEYS, LISTS

# Lists of pages without a file, and why.
WITHOUT_FILE = {
    "common/notifications.html",  # one's own reading
    "common/imports/preview.html",  # the lines of a file that the person has
    "common/imports/result.html",  # the same
    "cafes/public_list.html",  # its links are in `public_reuse.html`
    "siting/communes_body.html",  # they are in the two pages made of it
}


def long_lists() -> dict[str, str]:
    """The templates of lists that go on over several pages."""
    found = {
        str(path.relative_to(folder)): path.read_text()
        for folder in ROOT.glob("millecafes/*/templates")
        for path in folder.rglob("*.html")
    }
    return {name: text for name, text in found.items() if "common/pagination.html" in text}


def test_every_list_of_several_pages_leaves_as_a_file() -> None:
    without = {name for name, text in long_lists().items() if "common/export_links.html" not in text}
    assert len(long_lists()) > len(WITHOUT_FILE) + 7
    assert without == WITHOUT_FILE, "à exporter (CONTRIBUTING.md, « Add an export »), ou à dire ici"


def test_every_file_is_compared_with_its_screen() -> None:
    compared = {KEYS[name] for _, name, _, _ in LISTS} | ELSEWHERE
    assert compared == set(registry._exports), "à ajouter à tests/common/test_every_list.py"
