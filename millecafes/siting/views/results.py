"""The communes of a result: a map, and an equal list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from millecafes.common import exports
from millecafes.common.access import requires
from millecafes.siting.enums import Outcome
from millecafes.siting.forms.filters import ResultFilter
from millecafes.siting.models import PlanRun
from millecafes.siting.queries import approaches, results
from millecafes.siting.views.runs import run_of
from millecafes.territory.queries.choropleths import bounds_of
from millecafes.territory.queries.contours import tiles_version

PAGE_LENGTH = 30


@require_safe
@requires()
def communes(request: HttpRequest, pk: int) -> HttpResponse:
    """The communes of a computation that ended."""
    found = run_of(request, "siting.view_plans", pk)
    if not found.is_done:
        raise Http404
    context = list_context(request, found, reverse("siting:run_map", args=[found.pk]))
    if context["page"]:
        codes = [line.commune.code for line in context["entries"]]
        context["noted"] = approaches.noted(codes)
        context["to_note"] = approaches.to_note(found, codes)
    context |= {
        "section": "siting",
        "exports": exports.labels_of("siting.plan"),
        "file_query": f"plan={found.pk}&{context['query']}".rstrip("&"),
    }
    return render(request, "siting/communes.html", context, status=422 if context["form"].errors else 200)


def list_context(request: HttpRequest, found: PlanRun, values: str) -> dict[str, Any]:
    """A page of the communes of a result, and what its map asks for (eight queries at most)."""
    regions, departements = results.places(found)
    form = ResultFilter(request.GET, regions=regions, departements=departements)
    context: dict[str, Any] = {
        "run": found,
        "asked": found.asked,
        "form": form,
        "page": None,
        "entries": [],
        "query": "",
        "values": values,
        "tiles_version": tiles_version(),
        "bounds": "",
    }
    if not form.is_valid():
        return context
    asked = form.asked
    rows = results.ordered(found, asked).select_related("commune__departement", "site")
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    kept = {name: value for name, value in query.items() if value}
    bounds = bounds_of(asked.departement) if asked.departement else None
    counts = results.counts(found, asked)
    context |= {
        "page": page,
        "entries": results.lines(found, list(page)),
        "query": _encoded(kept),
        "asked_filter": asked,
        "legend": [
            (kind, label, counts.get(kind, 0), _encoded({**kept, "effet": str(kind)}))
            for kind, label in Outcome.choices
        ],
        "all_query": _encoded({name: value for name, value in kept.items() if name != "effet"}),
        "values": f"{values}?{_encoded({k: v for k, v in kept.items() if k != 'tri'})}".rstrip("?"),
        "bounds": ",".join(f"{side:.4f}" for side in bounds) if bounds else _area_bounds(found),
    }
    return context


def _encoded(values: dict[str, Any]) -> str:
    from django.utils.http import urlencode

    return urlencode(values)


def _area_bounds(found: PlanRun) -> str:
    family, _, code = found.asked.area.partition(":")
    bounds = (
        bounds_of(code)
        if family == "departement"
        else results.region_bounds(code)
        if family == "region"
        else None
    )
    return ",".join(f"{side:.4f}" for side in bounds) if bounds else ""


@require_safe
@requires("siting.view_plans")
def export(request: HttpRequest, format: str) -> HttpResponse:
    """The communes of a plan as a file, for the filter of its page."""
    return exports.answer(request, "siting.plan", format)
