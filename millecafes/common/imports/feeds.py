"""Imports as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.imports import queries
from millecafes.common.imports.models import ImportRun
from millecafes.common.imports.registry import find
from millecafes.common.ods import Value

COLUMNS = (
    Column("fichier", "Fichier"),
    Column("sorte", "Sorte"),
    Column("etat", "État"),
    Column("envoye", "Envoyé le"),
    Column("par", "Par"),
)


def imports(actor: Actor, asked: QueryDict) -> Table:
    """The files that this hat sees, the latest first."""
    found = queries.listed_for(actor)
    return Table("imports", "Imports", COLUMNS, exports.by_batches(found, _rows), count=found.count())


def _rows(found: list[ImportRun]) -> Iterator[tuple[Value, ...]]:
    for run in found:
        kind = find(run.kind)
        sent = timezone.localdate(run.created_at).isoformat()
        label = kind.label if kind else run.kind
        yield run.file_name, label, run.get_state_display(), sent, str(run.owner or "")


IMPORTS = exports.Export("Imports", imports, "common.import_files")
