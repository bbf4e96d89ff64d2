"""What the maps of plans ask for: the outcome of each commune, and the points of those retained."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from millecafes.common.access import requires
from millecafes.siting.enums import Outcome
from millecafes.siting.forms.filters import ResultFilter
from millecafes.siting.models import PlanRun
from millecafes.siting.queries import results
from millecafes.siting.queries.scenarios import published_run
from millecafes.siting.views.runs import run_of

LABELS = [str(label) for kind, label in Outcome.choices if kind != Outcome.UNKNOWN]


@require_safe
@gzip_page
@requires()
def run_map(request: HttpRequest, pk: int) -> HttpResponse:
    """The communes of a computation; while it runs, those that the best plan so far retains."""
    found = run_of(request, "siting.view_plans", pk)
    response = _map(request, found)
    patch_cache_control(response, no_cache=True, private=True)
    return response


@require_safe
@gzip_page
def public_map(request: HttpRequest) -> HttpResponse:
    """The communes of the published plan."""
    found = published_run()
    if found is None:
        raise Http404
    response = _map(request, found)
    patch_cache_control(response, no_cache=True)
    return response


def _map(request: HttpRequest, found: PlanRun) -> HttpResponse:
    if not found.is_done:
        codes, levels, points = results.drawn_live(list(found.live.get("chosen", [])))
    else:
        regions, departements = results.places(found)
        form = ResultFilter(request.GET, regions=regions, departements=departements)
        if not form.is_valid():
            told = {name: list(errors) for name, errors in form.errors.items()}
            return JsonResponse(told, status=400, json_dumps_params={"ensure_ascii": False})
        codes, levels, points = results.drawn(found, form.asked)
    return JsonResponse(
        {"key": f"plan-{found.pk}", "labels": LABELS, "codes": codes, "levels": levels, "points": points}
    )
