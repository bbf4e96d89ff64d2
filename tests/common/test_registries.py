"""Slots and search: what is registered is shown, nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import format_html

from millecafes.common import actors, search, slots, warmup
from millecafes.common.actors import Actor


def test_a_slot_nobody_registered_for_renders_nothing() -> None:
    context = Context({"request": RequestFactory().get("/"), "subject": 1})
    assert Template('{% slot "test.empty" subject %}').render(context) == ""


def test_providers_render_in_order_with_request_and_subject() -> None:
    def late(request: object, subject: object) -> str:
        return format_html("<p>{}</p>", subject)

    def early(request: object, subject: object) -> str:
        return format_html("<h2>{}</h2>", subject)

    slots.register("test.slot", late, order=200)
    slots.register("test.slot", early, order=10)
    try:
        context = Context({"request": RequestFactory().get("/"), "subject": "<Técou>"})
        html = Template('{% slot "test.slot" subject %}').render(context)
    finally:
        slots.unregister("test.slot", late)
        slots.unregister("test.slot", early)
    assert html == "<h2>&lt;Técou&gt;</h2><p>&lt;Técou&gt;</p>"
    assert slots.providers("test.slot") == []


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Two kinds: one for everybody, one for the team; and what they were asked."""
    monkeypatch.setattr(search, "_kinds", {})
    asked: list[tuple[str, int]] = []

    def places(actor: Actor, query: str, limit: int) -> list[search.Hit]:
        asked.append((query, limit))
        return [search.Hit(f"Técou {number}", f"/{number}/", score=0.6) for number in range(limit)]

    def people(actor: Actor, query: str, limit: int) -> list[search.Hit]:
        return [search.Hit("Rose", "/rose/")]

    search.register("places", search.Kind("Lieux", places, more="territory:search", order=1))
    search.register("people", search.Kind("Personnes", people, "common.view_journal", order=2))
    return asked


def test_the_search_asks_every_kind_that_the_hat_may_see(kinds: list[tuple[str, int]]) -> None:
    assert [group.key for group in search.search(actors.ANONYMOUS, "técou")] == ["places"]
    # The surest answer comes first.
    team = Actor(user_id=1, kind="team", perimeter="network")
    assert [group.key for group in search.search(team, "técou")] == ["people", "places"]


def test_what_is_not_shown_is_a_link_away(kinds: list[tuple[str, int]]) -> None:
    (group,) = search.search(actors.ANONYMOUS, "técou & brens", limit=3)
    assert len(group.hits) == 3
    assert group.more_url == "/communes/?q=t%C3%A9cou+%26+brens"


def test_nothing_is_asked_of_nothing(kinds: list[tuple[str, int]]) -> None:
    assert search.search(actors.ANONYMOUS, "…!? ") == []
    assert kinds == []


def test_a_warm_up_that_fails_stops_neither_the_others_nor_the_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise LookupError("rien à charger")

    monkeypatch.setattr(warmup, "_tasks", {})
    warmup.register("broken", fail)
    warmup.register("index", lambda: done.append("index"))
    warmup.run()
    assert done == ["index"]
    assert "warm-up broken: rien à charger" in caplog.text


def test_the_server_warms_up_before_its_processes_and_nothing_else_does(tmp_path: Path) -> None:
    code = (
        "import django\n"
        "from millecafes.common import warmup\n"
        "warmup.run = lambda: print('started:', *warmup._tasks)\n"
        "django.setup()\n"
        "import millecafes.config.urls\n"
        "print('addresses')\n"
        "import millecafes.config.wsgi\n"
        "print('application')\n"
        "from millecafes.config import server_hooks\n"
        "assert server_hooks.preload_app\n"
        "server_hooks.when_ready(None)\n"
    )
    variables = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
    }
    told = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True)
    assert told.stdout.splitlines() == ["addresses", "application", "started: place_index"], told.stderr
