"""Tail budgets: what grows too long is cut, or listed here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

FILE, FUNCTION, TEMPLATE = 400, 40, 150
FOLDERS = ("millecafes", "tests", "tools", "frontend/src")
FILES = {".py", ".js", ".css"}

# Exceptions by name, each with its reason; one that is no longer needed must go.
ALLOWED: dict[str, str] = {
    "frontend/src/css/base.css": "the identity's ground, kept in the order of the cascade",
    "frontend/src/css/components/back-office.css": "one component family of the identity",
}


def too_long(root: Path) -> Iterator[str]:
    """Each file, function or template over its budget."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if not path.is_file() or "migrations" in path.parts:
                continue
            name = path.relative_to(root).as_posix()
            if path.suffix == ".html" and "fixtures" not in path.parts:
                if len(path.read_text().splitlines()) > TEMPLATE:
                    yield name
            elif path.suffix in FILES:
                text = path.read_text()
                if len(text.splitlines()) > FILE:
                    yield name
                if path.suffix == ".py":
                    yield from (f"{name}:{function}" for function in long_functions(text))


def long_functions(text: str) -> Iterator[str]:
    """Each function longer than its budget, decorators apart, docstring included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield node.name


def test_nothing_is_too_long_but_the_exceptions() -> None:
    assert sorted(too_long(ROOT)) == sorted(ALLOWED)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("millecafes/a.py", "x = 1\n" * 401, ["millecafes/a.py"]),
        ("millecafes/a.py", "x = 1\n" * 400, []),
        ("millecafes/a.py", "def f():\n" + "    x = 1\n" * 40, ["millecafes/a.py:f"]),
        ("millecafes/a.py", "def f():\n" + "    x = 1\n" * 39, []),
        ("millecafes/r/templates/r/a.html", "<p>\n" * 151, ["millecafes/r/templates/r/a.html"]),
        ("frontend/src/js/a.js", "x\n" * 401, ["frontend/src/js/a.js"]),
    ],
)
def test_a_tail_is_caught(tmp_path: Path, name: str, text: str, found: list[str]) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert list(too_long(tmp_path)) == found
