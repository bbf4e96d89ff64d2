"""Scenarios: their list, what each asks, what is decided of communes before the computation."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.siting.forms.scenario import ScenarioForm, SiteRuleForm
from millecafes.siting.models import Scenario
from millecafes.siting.queries import scenarios as queries
from millecafes.siting.rules import Budget
from millecafes.siting.services import scenarios as services
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.scenarios import ScenarioDetails

write_methods = require_http_methods(["GET", "HEAD", "POST"])


def scenario_of(request: HttpRequest, permission: str, pk: int) -> Scenario:
    """A scenario that the hat worn opens; any other one does not exist."""
    return get_or_404(request, permission, queries.scenarios(), pk=pk)


@require_safe
@requires("siting.view_plans")
def scenario_list(request: HttpRequest) -> HttpResponse:
    """Every scenario, with its last computation."""
    lines = queries.scenario_lines()
    context = {"section": "siting", "lines": lines, "published": queries.published_run()}
    return render(request, "siting/scenarios.html", context)


@require_safe
@requires()
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """One scenario: what it asks, what is decided of communes, its computations."""
    return _scenario_page(request, scenario_of(request, "siting.view_plans", pk), SiteRuleForm())


def _scenario_page(request: HttpRequest, found: Scenario, form: SiteRuleForm) -> HttpResponse:
    runs = list(queries.runs().filter(scenario=found).order_by("-asked_at", "-pk")[:20])
    budgets = services.budgets_of(found)
    context = {
        "section": "siting",
        "scenario": found,
        "area": queries.area_names({found.area}).get(found.area, found.area),
        "budgets": _named(budgets),
        "sites": found.site_rules.select_related("commune__departement"),
        "runs": runs,
        "busy": next((run for run in runs if run.state in {"waiting", "running"}), None),
        "form": form,
    }
    return render(request, "siting/scenario.html", context, status=422 if form.errors else 200)


def _named(budgets: tuple[Budget, ...]) -> list[tuple[str, Budget]]:
    names = queries.area_names({f"{budget.kind}:{budget.code}" for budget in budgets})
    return [(names.get(f"{budget.kind}:{budget.code}", budget.code), budget) for budget in budgets]


@write_methods
@requires("siting.edit_plans")
def add(request: HttpRequest) -> HttpResponse:
    """A new scenario."""
    form = ScenarioForm(request.POST if request.method == "POST" else None, areas=queries.area_choices())

    def write(details: ScenarioDetails) -> Scenario:
        return services.add_scenario(details=details, actor=actor_of(request), now=timezone.now())

    return _written(request, form, write) or _form_page(request, form, None)


@write_methods
@requires()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What a scenario asks; computations already made keep what they were asked."""
    found = scenario_of(request, "siting.edit_plans", pk)
    data = request.POST if request.method == "POST" else None
    form = ScenarioForm(data, areas=queries.area_choices(), scenario=found)

    def write(details: ScenarioDetails) -> Scenario:
        return services.change_scenario(
            scenario=found, details=details, actor=actor_of(request), now=timezone.now()
        )

    return _written(request, form, write) or _form_page(request, form, found)


def _written(
    request: HttpRequest, form: ScenarioForm, write: Callable[[ScenarioDetails], Scenario]
) -> HttpResponseRedirect | None:
    """Write a valid form and go to the scenario; None when something stands in the way."""
    if not form.is_valid():
        return None
    try:
        found = write(form.details)
    except ScenarioError as error:
        form.add_error(error.field or None, str(error))
        return None
    messages.success(request, f"{found.name} : c’est enregistré.")
    return HttpResponseRedirect(found.get_absolute_url())


def _form_page(request: HttpRequest, form: ScenarioForm, found: Scenario | None) -> HttpResponse:
    context = {"section": "siting", "form": form, "scenario": found}
    return render(request, "siting/scenario_form.html", context, status=422 if form.errors else 200)


@require_POST
@requires()
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same question under another name."""
    found = scenario_of(request, "siting.edit_plans", pk)
    made = services.copy_scenario(scenario=found, actor=actor_of(request), now=timezone.now())
    messages.success(request, f"Le scénario est copié : c’est « {made.name} ».")
    return HttpResponseRedirect(made.get_absolute_url())


@write_methods
@requires()
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a scenario and its computations, after asking."""
    found = scenario_of(request, "siting.edit_plans", pk)
    refusal = ""
    if request.method == "POST":
        try:
            services.remove_scenario(scenario=found, actor=actor_of(request), now=timezone.now())
        except ScenarioError as error:
            refusal = str(error)
        else:
            messages.success(request, f"Le scénario « {found.name} » est retiré.")
            return HttpResponseRedirect(reverse("siting:list"))
    context = {"section": "siting", "scenario": found, "refusal": refusal}
    return render(request, "siting/scenario_remove.html", context, status=422 if refusal else 200)


@require_POST
@requires()
def rule_site(request: HttpRequest, pk: int) -> HttpResponse:
    """Retain a commune, or put it aside, before the computation."""
    found = scenario_of(request, "siting.edit_plans", pk)
    form = SiteRuleForm(request.POST)
    if form.is_valid():
        try:
            site = services.rule_site(
                scenario=found, **form.cleaned_data, actor=actor_of(request), now=timezone.now()
            )
        except ScenarioError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"{site.commune.name} : {site.get_rule_display()}.")
            return HttpResponseRedirect(f"{found.get_absolute_url()}#consignes")
    return _scenario_page(request, found, form)


@require_POST
@requires()
def release_site(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back what was decided of a commune."""
    found = scenario_of(request, "siting.edit_plans", pk)
    site = found.site_rules.select_related("commune", "scenario").filter(pk=number).first()
    if site is None:
        raise Http404
    services.release_site(site=site, actor=actor_of(request), now=timezone.now())
    messages.success(request, f"{site.commune.name} : la consigne est levée.")
    return HttpResponseRedirect(f"{found.get_absolute_url()}#consignes")
