"""Twelve thousand lines, thirty-seven of them bad: counted in queries, never in seconds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from millecafes.common import jobs
from millecafes.common.imports import queries, services
from millecafes.common.imports.models import ImportRun
from millecafes.partners.models import Organisation
from tests.factories.imports import TEAM, csv_of, fresh, send
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LINES, BAD = 12_000, 37
PER_LINE = 0.2
SYLLABLES = ("ba", "co", "du", "fe", "gi", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "ze", "chi", "plo")


def name(number: int) -> str:
    """Names that do not look alike."""
    digits = [(number * 2_654_435_761 >> shift) & 15 for shift in range(0, 32, 4)]
    words = "".join(SYLLABLES[digit] for digit in digits)
    return f"{words[:8]} {words[8:]} {number}".capitalize()


def test_a_large_file_with_a_few_bad_lines() -> None:
    for number in range(40):
        make_commune(str(81001 + number), f"Village {number}", postal_code=f"81{number:03}")
    rows = [
        (name(number), "chocolat" if number % 325 == 5 else "Presse", "", str(81001 + number % 40), "", "")
        for number in range(LINES)
    ]
    with CaptureQueriesContext(connection) as made:
        run = send(csv_of(*rows))
        services.choose_columns(
            run=run, matching=run.matching, fixed={}, clears=False, actor=TEAM, now=run.created_at
        )
        jobs.testing.run_pending()
        run = fresh(run)
        assert run.state == "ready"
        counts = {tab.key: tab.count for tab in queries.states(run)}
        assert counts["error"] == BAD
        services.choose_everywhere(run=run, choice="new")
        assert queries.good(run) == LINES - BAD
        services.apply(run=run, actor=TEAM, now=run.created_at)
        jobs.testing.run_pending()
    assert fresh(run).state == "applied"
    assert Organisation.objects.count() == LINES - BAD
    assert len(made) <= PER_LINE * LINES
    bad = list(queries.refused(ImportRun.objects.get()))
    assert len(bad) == BAD
    with CaptureQueriesContext(connection) as made:
        services.undo(run=fresh(run), actor=TEAM, now=run.created_at)
        jobs.testing.run_pending()
    assert not Organisation.objects.exists()
    assert len(made) <= PER_LINE * LINES


def test_changes_are_as_few_queries_as_creations() -> None:
    """The second file changes what the first created."""
    for number in range(4):
        make_commune(str(81001 + number), f"Village {number}", postal_code=f"81{number:03}")

    def write(phone: str) -> float:
        rows = [(name(number), "Presse", "", str(81001 + number % 4), phone, "") for number in range(2_000)]
        with CaptureQueriesContext(connection) as made:
            run = send(csv_of(*rows))
            services.choose_columns(
                run=run, matching=run.matching, fixed={}, clears=False, actor=TEAM, now=run.created_at
            )
            jobs.testing.run_pending()
            services.choose_everywhere(run=fresh(run), choice="new")
            services.apply(run=fresh(run), actor=TEAM, now=run.created_at)
            jobs.testing.run_pending()
        return len(made) / len(rows)

    assert write("0563000000") <= PER_LINE
    assert write("0563111111") <= PER_LINE
    assert Organisation.objects.count() == 2_000
    assert set(Organisation.objects.values_list("phone", flat=True)) == {"0563111111"}
