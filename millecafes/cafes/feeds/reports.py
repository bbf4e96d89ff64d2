"""Reported errors as a file: what their list shows, and the words; never who wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.cafes.forms.reporting import ReportFilter
from millecafes.cafes.models import ErrorReport
from millecafes.cafes.queries.reports import reports_for
from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.ods import Value

COLUMNS = (
    Column("sujet", "Sujet"),
    Column("cafe", "Café"),
    Column("commune", "Commune"),
    Column("departement", "Département"),
    Column("recu", "Reçu le"),
    Column("etat", "État"),
    Column("texte", "Ce qui ne va pas"),
)


def reports(actor: Actor, asked: QueryDict) -> Table:
    """The reports of a filter, in the order of the list."""
    found = reports_for(actor, exports.valid(ReportFilter(asked)).state)
    title, rows = "Erreurs signalées", exports.by_batches(found, _rows)
    return Table("signalements", title, COLUMNS, rows, count=found.count())


def _rows(found: list[ErrorReport]) -> Iterator[tuple[Value, ...]]:
    for report in found:
        commune = report.cafe.commune
        place = (report.cafe.name, commune.name, commune.departement_id)
        received = timezone.localdate(report.received_at).isoformat()
        yield report.get_about_display(), *place, received, report.get_state_display(), report.text


REPORTS = exports.Export("Erreurs signalées", reports, "cafes.list_reports")
