"""Computations: asked, watched, stopped, published, compared."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from millecafes.common import exports
from millecafes.common.access import LARGEST_ID, get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.common.documents import of as documents_of
from millecafes.siting.models import PlanRun
from millecafes.siting.queries import charts, comparing, equity
from millecafes.siting.queries import scenarios as queries
from millecafes.siting.services import publishing, runs
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.views.scenarios import scenario_of
from millecafes.territory.queries.contours import tiles_version


def run_of(request: HttpRequest, permission: str, pk: int) -> PlanRun:
    """A computation that the hat worn opens; any other one does not exist."""
    return get_or_404(request, permission, queries.runs(), pk=pk)


@require_POST
@requires()
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the computation of a scenario."""
    found = scenario_of(request, "siting.edit_plans", pk)
    try:
        run = runs.ask_run(scenario=found, actor=actor_of(request), now=timezone.now())
    except ScenarioError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(found.get_absolute_url())
    return HttpResponseRedirect(run.get_absolute_url())


@require_safe
@requires()
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A computation: how it goes, or what it found."""
    found = run_of(request, "siting.view_plans", pk)
    context: dict[str, Any] = {
        "section": "siting",
        "run": found,
        "asked": found.asked,
        "area": queries.area_names({found.asked.area}).get(found.asked.area, ""),
        "tiles_version": tiles_version(),
    }
    if not found.is_done:
        return render(request, "siting/run_live.html", context)
    context |= result_context(found)
    context["certificate"] = next(iter(documents_of(found, runs.CERTIFICATE)), None)
    context["others"] = comparing.comparable(found)
    context["exports"] = exports.labels_of("siting.plan")
    context["query"] = f"plan={found.pk}"
    return render(request, "siting/run.html", context)


def result_context(found: PlanRun) -> dict[str, Any]:
    """What pages say of a result (five queries at most)."""
    return {
        "curve": charts.curve_of(found),
        "trace": charts.trace_of(found),
        "equity": equity.tables_of(found),
        "far": equity.farthest(found),
        "lines": equity.outcome_lines(found),
    }


@require_safe
@requires()
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """What changes of a computation under way: the page asks again every two seconds."""
    found = run_of(request, "siting.view_plans", pk)
    return render(request, "siting/run_state.html", {"run": found, "asked": found.asked})


@require_POST
@requires()
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End a computation with what it has."""
    found = run_of(request, "siting.edit_plans", pk)
    if runs.stop_run(run=found, actor=actor_of(request), now=timezone.now()):
        messages.success(request, "Le calcul s’arrête : le meilleur plan trouvé est gardé.")
    else:
        messages.info(request, "Ce calcul était déjà fini, ou déjà arrêté.")
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
@requires()
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a plan on the pages of communes."""
    found = run_of(request, "siting.publish_plan", pk)
    try:
        publishing.publish_plan(run=found, actor=actor_of(request), now=timezone.now())
    except ScenarioError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Le plan est publié : chaque page de commune dit ce qu’il y fait.")
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
@requires()
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a plan away from the pages of communes."""
    found = run_of(request, "siting.publish_plan", pk)
    if publishing.withdraw_plan(run=found, actor=actor_of(request), now=timezone.now()):
        messages.success(request, "Le plan n’est plus sur les pages des communes.")
    else:
        messages.info(request, "Ce plan n’était pas publié.")
    return HttpResponseRedirect(found.get_absolute_url())


@require_safe
@requires()
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What a plan has and another has not."""
    found = run_of(request, "siting.view_plans", pk)
    asked = request.GET.get("avec", "")
    other = None
    if asked.isdecimal() and int(asked) <= LARGEST_ID:
        other = queries.runs().filter(pk=int(asked), ended_at__isnull=False).exclude(pk=found.pk).first()
    context: dict[str, Any] = {
        "section": "siting",
        "run": found,
        "others": comparing.comparable(found),
        "other": other,
        "is_unknown": bool(asked) and other is None,
        "most": comparing.MOST_SHOWN,
    }
    if other is not None and found.is_done:
        context["difference"] = comparing.difference(found, other)
    return render(request, "siting/compare.html", context)
