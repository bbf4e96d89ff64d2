"""Pages of visitors are compressed; those of people signed in, and what is not a page, are not."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from tests.factories.people import client_wearing

pytestmark = pytest.mark.django_db
TAKES = {"accept-encoding": "gzip, br"}


def test_a_visitor_s_page_is_compressed(client: Client) -> None:
    plain, squeezed = client.get("/cafes/"), client.get("/cafes/", headers=TAKES)
    assert squeezed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in squeezed["Vary"]
    assert "Content-Encoding" not in plain
    assert b"<h1>" in gzip.decompress(squeezed.content)
    assert len(squeezed.content) < len(plain.content) / 2
    for header in ("Content-Security-Policy", "X-Frame-Options", "X-Request-ID"):
        assert header in squeezed


def test_somebody_s_page_and_files_are_not() -> None:
    person = client_wearing(RoleKind.TEAM, "network")
    for address in ("/cafes/", "/bureau/"):
        assert "Content-Encoding" not in person.get(address, headers=TAKES)
    assert "Content-Encoding" not in Client().get("/cafes/export.csv", headers=TAKES)
