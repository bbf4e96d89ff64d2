"""What makes the first cafés come fast on a slow line: little to receive before they are painted."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.test import Client

from tests.factories.cafes import make_cafe, make_service

pytestmark = pytest.mark.django_db
# At 400 kbit/s, a second carries 50 kB; two answers one after the other cost 0.8 s of latency already.
BEFORE_PAINT = 30_000
PAGE = 12_000
DIST = Path(settings.FRONTEND_DIST)


@pytest.fixture
def html(client: Client) -> str:
    """The page of twenty cafés, and more."""
    for number in range(24):
        cafe = make_cafe(f"L’Auberge de la place et du pont numéro {number}")
        for code in ("pain", "presse", "colis", "epicerie", "boissons"):
            make_service(cafe, code)
    response = client.get("/cafes/", headers={"accept-encoding": "gzip"})
    assert len(response.content) <= PAGE
    return gzip.decompress(response.content).decode()


def sent(address: str) -> int:
    """What a browser receives of a file of the interface."""
    path = DIST / address.removeprefix("/static/")
    return len(brotli.compress(path.read_bytes()))


def test_the_page_and_what_blocks_it_are_light(html: str) -> None:
    assert html.count('class="cafe"') == 20
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]*>', html)
    addresses = [found[1] for tag in styles if (found := re.search(r'href="([^"]+)"', tag))]
    assert 1 <= len(addresses) <= 2
    total = len(gzip.compress(html.encode())) + sum(sent(address) for address in addresses)
    assert total <= BEFORE_PAINT


def test_nothing_else_blocks_nor_takes_the_line(html: str) -> None:
    for script in re.findall(r"<script\b[^>]*>", html):
        assert 'type="module"' in script  # never blocks what is painted
    assert not re.search(r'rel="preload"', html)  # fonts and images wait for the words
    assert not re.search(r"<link[^>]+font", html)
    assert "<img" not in html


def test_the_map_s_code_comes_only_when_it_is_shown(html: str) -> None:
    """The entry of the page imports it when it is asked for, never at once."""
    manifest: dict[str, Any] = json.loads((DIST / "manifest.json").read_text())

    def at_once(key: str, seen: set[str]) -> set[str]:
        if key not in seen:
            seen.add(key)
            for other in manifest[key].get("imports", []):
                at_once(other, seen)
        return seen

    entries = at_once("src/entries/cafes.js", set()) | at_once("src/entries/main.js", set())
    files = {manifest[key]["file"] for key in entries}
    assert sum(sent(f"/static/{file}") for file in files) <= 8_000
    assert not any(manifest[key].get("name", "") == "map" for key in entries)
    later = manifest["src/entries/cafes.js"]["dynamicImports"]
    assert later
    style = (DIST / "assets").glob("main-*.css")
    assert all("font-display:swap" in path.read_text().replace(" ", "") for path in style)
