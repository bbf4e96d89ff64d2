"""The published plan: for everybody, and on each commune's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from millecafes.common import exports
from millecafes.siting.enums import Outcome
from millecafes.siting.queries.published import answer_for
from millecafes.siting.queries.scenarios import area_names, published_run
from millecafes.siting.views.results import list_context
from millecafes.siting.views.runs import result_context
from millecafes.territory.models import Commune


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """`/plan/`: the published plan on a map and in an equal list; or that there is none."""
    found = published_run()
    if found is None:
        return render(request, "siting/no_plan.html", {"section": "plan"})
    context = list_context(request, found, reverse("siting:plan_map"))
    context |= result_context(found)
    context |= {
        "section": "plan",
        "area": area_names({found.asked.area}).get(found.asked.area, ""),
        "exports": exports.labels_of("siting.published"),
    }
    return render(request, "siting/plan.html", context, status=422 if context["form"].errors else 200)


@require_safe
def export(request: HttpRequest, format: str) -> HttpResponse:
    """The communes of the published plan as a file."""
    return exports.answer(request, "siting.published", format)


def commune_plan(request: HttpRequest, commune: Commune) -> str:
    """On a commune's page: what the published plan does there; nothing without a plan."""
    answer = answer_for(commune.code)
    if answer is None:
        return ""
    context = {"commune": commune, "answer": answer, "outcome": Outcome(answer.row.outcome).name.lower()}
    return render_to_string("siting/commune_plan.html", context, request=request)
