"""Templates borrow only from their own room and `common`, are all used, and hold nothing inline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, modules, templates

BORROWS = re.compile(r"{%-?\s*(?:extends|include)\s+(\S+)")
INLINE = {
    "style attribute": re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script element": re.compile(
        r"<script\b(?![^>]*\ssrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.I
    ),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
}
# Mail software knows no style sheet, and our content policy is not there.
MAIL = "common/mail/base.html"
# The sections of the style guide are listed in common/views.py, which makes their names.
LISTED_BY_A_VIEW = ("common/guide/", {"common/styleguide.html"})
# Found by their name by Django or by a package, not by our code.
FOUND_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}

POSTED = re.compile(r"<form\b[^>]*method=[\"']?post.*?</form>", re.IGNORECASE | re.DOTALL)
# Forms that say nothing of the hat under which they were drawn, each with its reason.
WITHOUT_HAT = {
    "accounts/signin/": "signing in and one's own protections: the same under every hat",
    "accounts/email_link.html": "opened from a mail, signed in or not",
    "common/changed_hat.html": "puts a hat on",
    "common/kept.html": "sends again what another page asked, its hat included",
    "common/me.html": "puts a hat on, or leaves",
    "common/other_hat.html": "puts a hat on",
    "common/stop_notifications.html": "opened from a mail, signed in or not",
    "demo/entrance.html": "enters as somebody else",
}


def borrowings(root: Path) -> Iterator[str]:
    """Each `extends` or `include` of another room's template, or of one chosen at run time."""
    for room, name, path in templates(root):
        for target in BORROWS.findall(path.read_text()):
            if target[0] not in "\"'":
                if name in LISTED_BY_A_VIEW[1]:
                    continue
                yield f"{name} borrows a template that is only known at run time: {target}"
            elif target.strip("\"'").split("/")[0] not in {room, "common"}:
                yield f"{name} borrows {target}"


def inlined(root: Path) -> Iterator[str]:
    """Each thing that the content policy would refuse."""
    for _, name, path in templates(root):
        if name == MAIL:
            continue
        text = path.read_text()
        for kind, pattern in INLINE.items():
            yield from (f"{name}: {kind}: {found.group(0)[:60]}" for found in pattern.finditer(text))


def unused(root: Path) -> Iterator[str]:
    """Each template named nowhere in the code nor in another template."""
    code = {path: path.read_text() for _, path, _ in modules(root)}
    pages = {path: path.read_text() for _, _, path in templates(root)}
    for _, name, path in templates(root):
        if name.startswith(LISTED_BY_A_VIEW[0]):
            continue
        others = [text for other, text in (code | pages).items() if other != path]
        # A mail is named without its suffix (common/mail.py), a page with it.
        called = f'"{name.removesuffix(".txt")}"' if name.endswith(".txt") else name
        if name not in FOUND_BY_DJANGO and not any(called in text for text in others):
            yield name


def misplaced(root: Path) -> Iterator[str]:
    """Each template that is not under its room's name."""
    for room, name, _ in templates(root):
        if name.split("/")[0] not in {room, "admin"} and name not in FOUND_BY_DJANGO:
            yield name


def hatless(root: Path) -> Iterator[str]:
    """Each template with a POST form that lacks `{% form_token %}`, the exceptions apart."""
    for _, name, path in templates(root):
        lacks = any("{% form_token %}" not in form for form in POSTED.findall(path.read_text()))
        if lacks and not name.startswith(tuple(WITHOUT_HAT)):
            yield name


@pytest.mark.parametrize("rule", [borrowings, inlined, unused, misplaced, hatless])
def test_templates_keep_the_rule(rule: Callable[[Path], Iterator[str]]) -> None:
    assert list(rule(ROOT)) == []


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str], Path]:
    """Write templates of a room `low` in a tree of its own."""
    folder = tmp_path / PACKAGE / "low" / "templates" / "low"
    folder.mkdir(parents=True)
    (tmp_path / PACKAGE / "low" / "apps.py").write_text('template = "low/page.html"')

    def write(text: str) -> Path:
        (folder / "page.html").write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    "text",
    [
        '{% include "high/part.html" %}',
        '{% extends "admin/base.html" %}',
        "{% include chosen %}",
    ],
)
def test_a_borrowing_is_caught(plant: Callable[[str], Path], text: str) -> None:
    assert list(borrowings(plant(text)))


def test_own_and_common_templates_may_be_borrowed(plant: Callable[[str], Path]) -> None:
    root = plant('{% extends "common/base.html" %}{% include "low/part.html" with a=1 %}')
    assert list(borrowings(root)) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p class="a" style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button type="button" onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_an_inline_fault_is_caught(plant: Callable[[str], Path], text: str) -> None:
    assert list(inlined(plant(text)))


def test_files_and_data_are_not_inline_code(plant: Callable[[str], Path]) -> None:
    text = '<script src="/a.js"></script><script type="application/json">{}</script><p data-on="1">'
    assert list(inlined(plant(text))) == []


def test_an_unused_template_is_caught(plant: Callable[[str], Path]) -> None:
    root = plant("")
    assert list(unused(root)) == []
    (root / PACKAGE / "low" / "apps.py").write_text("")
    assert list(unused(root)) == ["low/page.html"]


@pytest.mark.parametrize(
    "text",
    [
        '<form method="post">{% csrf_token %}</form>',
        "<FORM class=a METHOD='POST' action='/'>\n{% csrf_token %}\n</FORM>",
        '<form method="post">{% form_token %}</form><form method="post">{% csrf_token %}</form>',
    ],
)
def test_a_form_without_its_hat_is_caught(plant: Callable[[str], Path], text: str) -> None:
    assert list(hatless(plant(text))) == ["low/page.html"]


def test_a_form_with_its_hat_or_that_reads_is_no_fault(plant: Callable[[str], Path]) -> None:
    root = plant('<form method="post">{% form_token %}</form><form method="get"></form>')
    assert list(hatless(root)) == []


def test_every_exception_is_still_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = list(WITHOUT_HAT)
    monkeypatch.setitem(globals(), "WITHOUT_HAT", {"none": ""})
    needed = list(hatless(ROOT))
    assert [prefix for prefix in known if not any(name.startswith(prefix) for name in needed)] == []
