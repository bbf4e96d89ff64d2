"""`/equipe/journal/`: what was done, by whom, on what; for the team."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from millecafes.common import exports
from millecafes.common.access import requires
from millecafes.common.journal.forms import JournalFilter
from millecafes.common.journal.queries import entries, lines

PAGE_LENGTH = 50
# Beyond, counting the lines of a filter costs more than reading them: dates narrow it.
MOST_SHOWN = 10_000


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
        "exports": exports.labels_of("common.journal"),
    }
    return render(request, "common/journal.html", context)


@require_safe
@requires("common.view_journal")
def journal_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The lines of a filter as a file."""
    return exports.answer(request, "common.journal", extension)
