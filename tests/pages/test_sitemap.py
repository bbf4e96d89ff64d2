"""The site map leads to every public page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.architecture.access import CASES
from tests.architecture.access_kinds import EVERYBODY

# Public, and not pages to visit: answers to scripts and probes, what follows a form, the map itself.
APART = {
    "territory:suggestions",
    "cafes:map",  # what the map reads; its page is there
    "cafes:schema",  # what describes the file; its page is there
    "cafes:openings",
    "cafes:embedded_list",  # what other sites show; the page that explains it is there
    "portal:suggestions",
    "common:alive",
    "common:ready",
    "pages:contact_sent",
    "pages:sitemap",
    "account_inactive",
    "accounts:my_data_erased",
}


def public_pages() -> set[str]:
    """The addresses, without argument, that open to everybody."""
    return {
        name
        for name, case in CASES.items()
        if case.answer == 200 and case.opens == EVERYBODY and not case.kwargs and not case.post
        # The API is for programs; what explains it is a page.
        if not name.startswith("api:") or name == "api:openapi-view"
    }


@pytest.mark.django_db
def test_every_public_page_is_on_the_map(client: Client) -> None:
    html = client.get("/plan-du-site/").content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert [name for name in sorted(public_pages() - APART) if f'href="{reverse(name)}"' not in main] == []


def test_what_stands_apart_exists() -> None:
    assert APART - CASES.keys() == set()
