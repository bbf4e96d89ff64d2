"""Many lines of the journal at once, under the same rules as one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.journal.models import JournalEntry
from tests.factories.partners import make_organisation
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ACTOR = Actor(user_id=7, kind="team", perimeter="network")
VERB = "partners.organisation_changed"


def test_each_object_has_the_line_that_one_service_would_write() -> None:
    now = timezone.now()
    rows = [
        make_organisation(f"Cave {number}", commune=place)
        for number, place in enumerate((make_commune(), None))
    ]
    data = [{"fields": "nom"}, {"fields": "site"}]
    journal.record_all(actor=ACTOR, verb=VERB, targets=rows, now=now, data=data)
    together = list(JournalEntry.objects.filter(verb=VERB).order_by("pk").values())
    for row, told in zip(rows, data, strict=True):
        journal.record(actor=ACTOR, verb=VERB, target=row, now=now, data=told)
    alone = list(JournalEntry.objects.filter(verb=VERB).order_by("pk").values())[2:]
    for line in (*together, *alone):
        del line["id"]
    assert together == alone


def test_lines_are_written_in_few_queries() -> None:
    rows = [make_organisation(f"Cave {number}") for number in range(30)]
    with CaptureQueriesContext(connection) as made:
        journal.record_all(
            actor=ACTOR, verb=VERB, targets=rows, now=timezone.now(), data=[{"fields": "nom"}] * 30
        )
    assert len(made) <= 3


@pytest.mark.parametrize(
    ("verb", "data", "error"),
    [
        ("partners.unknown", {}, KeyError),
        (VERB, {}, ValueError),
        (VERB, {"fields": "zoe@example.org"}, ValueError),
    ],
)
def test_what_one_line_may_not_say_many_may_not(
    verb: str, data: dict[str, str], error: type[Exception]
) -> None:
    row = make_organisation()
    before = JournalEntry.objects.count()
    with pytest.raises(error):
        journal.record_all(actor=ACTOR, verb=verb, targets=[row], now=timezone.now(), data=[data])
    assert JournalEntry.objects.count() == before
