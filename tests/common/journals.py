"""Lines of the journal for tests: verbs, people and objects of no room."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from millecafes.common.actors import Actor
from millecafes.common.journal import record, registry
from millecafes.common.journal.models import JournalEntry

TEAM = Actor(user_id=1, role_id=1, kind="team", perimeter="network")
VERBS = {
    "tests.painted": "a repeint {object} en {colour}",
    "tests.thanked": "a remercié {subject}",
    "tests.closed": "a fermé la boutique",
}


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verbs of these tests, for the time of one."""
    monkeypatch.setattr(registry, "_verbs", {**registry.verbs(), **VERBS})
    monkeypatch.setattr(registry, "_targets", registry.targets())
    monkeypatch.setattr(registry, "_people", list(registry._people))


def write(verb: str = "tests.closed", **options: Any) -> JournalEntry:
    """One line, of the team, about shop 12, now."""
    known: dict[str, Any] = {"actor": TEAM, "target": ("tests.shop", "12"), "now": timezone.now()}
    return record(verb=verb, **{**known, **options})


def past(days: int = 3) -> dt.date:
    """A day long enough past for every clock."""
    return timezone.localdate() - dt.timedelta(days=days)
