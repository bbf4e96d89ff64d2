"""`/equipe/journal/`: what was done, by whom, on what; for the team."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from millecafes.common import formats
from millecafes.common.access import requires
from millecafes.common.exports import Column, Table, export_response
from millecafes.common.journal.forms import JournalFilter
from millecafes.common.journal.queries import entries, kind_label, lines

PAGE_LENGTH = 50
# Beyond, counting the lines of a filter costs more than reading them: dates narrow it.
MOST_SHOWN = 10_000
MOST_EXPORTED = 50_000


@require_safe
@requires("common.view_journal")
def journal(request: HttpRequest) -> HttpResponse:
    """The lines of a filter, page by page."""
    form = JournalFilter(request.GET)
    context: dict[str, Any] = {"section": "journal", "form": form}
    if not form.is_valid():
        return render(request, "common/journal.html", context, status=422)
    page = Paginator(entries(form.asked)[:MOST_SHOWN], PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "page": page,
        "lines": lines(page.object_list),
        "is_cut": page.paginator.count == MOST_SHOWN,
        "is_filtered": any(form.cleaned_data.values()),
        "query": query.urlencode(),
        "most_shown": MOST_SHOWN,
    }
    return render(request, "common/journal.html", context)


@require_safe
@requires("common.view_journal")
def journal_export(request: HttpRequest) -> HttpResponse:
    """The lines of a filter as CSV; personal values before and after stay where they can be erased."""
    form = JournalFilter(request.GET)
    if form.is_valid():
        found = list(entries(form.asked)[: MOST_EXPORTED + 1])
        if len(found) <= MOST_EXPORTED:
            return export_response(_table(found), "csv")
        form.add_error(
            None,
            f"Plus de {formats.thousands(MOST_EXPORTED)} lignes : précisez les dates pour télécharger.",
        )
    return render(request, "common/journal.html", {"section": "journal", "form": form}, status=422)


def _table(found: list[Any]) -> Table:
    columns = (
        Column("le", "Le"),
        Column("qui", "Qui"),
        Column("casquette", "Casquette"),
        Column("action", "Action"),
        Column("sorte", "Sorte d’objet"),
        Column("numero", "Numéro"),
        Column("objet", "Objet"),
    )
    rows = [
        {
            "le": f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}",
            "qui": line.who,
            "casquette": line.hat,
            "action": line.did,
            "sorte": kind_label(line.target_type),
            "numero": line.target_id,
            "objet": line.object_label,
        }
        for line in lines(found)
    ]
    return Table("journal", "Journal", columns, rows)
