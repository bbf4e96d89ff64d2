"""Doors: another room enters only through enums, rules, models, queries and services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, imports, modules, rooms

# `names`, `wording`, `indicators` and `catalogue` sit with enums: closed lists and pure functions.
DOORS = {"enums", "rules", "models", "queries", "services", "names", "wording", "indicators", "catalogue"}
# The API reads a filter through the very form of the page: same parameters, same words of refusal.


def faults(root: Path) -> Iterator[str]:
    """Each import that enters a room by a window. `common` is a library; `config` puts rooms together."""
    built = rooms(root)
    for name, _, tree in modules(root):
        own = name.split(".")[1] if "." in name else ""
        if own == "config":
            continue
        for target, line in imports(tree):
            parts = target.split(".")
            if parts[0] != PACKAGE or len(parts) < 3 or parts[1] in {own, "common"}:
                continue
            doors = DOORS | {"forms"} if own == "api" else DOORS
            if parts[1] in built and parts[2] not in doors:
                yield f"{name}:{line} imports {target}"


def test_rooms_enter_by_the_doors() -> None:
    assert list(faults(ROOT)) == []


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("from millecafes.high.views import page", True),
        ("from millecafes.high import forms", True),
        ("import millecafes.high.solving.access", True),
        ("def late():\n    from millecafes.high.importing import fetch", True),
        ("from millecafes.high import services", False),
        ("from millecafes.high.services.access import declare", False),
        ("from millecafes.common.templatetags import mille", False),
    ],
)
def test_a_window_is_caught(line: str, caught: bool, tmp_path: Path) -> None:
    for room in ("low", "high", "common"):
        (tmp_path / PACKAGE / room).mkdir(parents=True)
        (tmp_path / PACKAGE / room / "apps.py").touch()
    (tmp_path / PACKAGE / "low" / "views.py").write_text(line)
    assert bool(list(faults(tmp_path))) is caught
