"""The journal as a file; personal values before and after stay where they can be erased."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.journal.forms import JournalFilter
from millecafes.common.journal.models import JournalEntry
from millecafes.common.journal.queries import entries, kind_label, lines
from millecafes.common.ods import Value

COLUMNS = (
    Column("le", "Le"),
    Column("qui", "Qui"),
    Column("casquette", "Casquette"),
    Column("action", "Action"),
    Column("sorte", "Sorte d’objet"),
    Column("numero", "Numéro"),
    Column("objet", "Objet"),
)


def journal(actor: Actor, asked: QueryDict) -> Table:
    """The lines of a filter."""
    form = exports.valid(JournalFilter(asked))
    found = entries(form.asked)
    return Table("journal", "Journal", COLUMNS, exports.by_batches(found, _rows), count=found.count())


def _rows(found: list[JournalEntry]) -> Iterator[tuple[Value, ...]]:
    for line in lines(found):
        at = f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}"
        kind = kind_label(line.target_type)
        yield at, line.who, line.hat, line.did, kind, line.target_id, line.object_label


JOURNAL = exports.Export("Journal", journal, "common.view_journal")
