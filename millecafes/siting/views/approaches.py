"""Town halls to contact: noted from a plan, listed, followed."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can
from millecafes.siting.enums import ApproachState
from millecafes.siting.forms.filters import ApproachesFilter, StateForm
from millecafes.siting.queries import approaches as queries
from millecafes.siting.services.approaches import add_approaches, change_approach
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.views.runs import run_of
from millecafes.siting.views.scenarios import write_methods

PAGE_LENGTH = 50


@require_POST
@requires()
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Note retained communes as to contact."""
    found = run_of(request, "siting.edit_plans", pk)
    codes = request.POST.getlist("commune")[:1_000]
    back = f"{reverse('siting:communes', args=[found.pk])}?{request.POST.get('query', '')[:2_000]}"
    try:
        added = add_approaches(run=found, codes=codes, actor=actor_of(request), now=timezone.now())
    except ScenarioError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(back.rstrip("?"))
    if len(added) == 1:
        messages.success(request, f"{added[0].commune.name} est dans les mairies à contacter.")
    elif added:
        messages.success(request, f"{len(added)} mairies sont maintenant à contacter.")
    else:
        messages.info(request, "Ces mairies étaient déjà notées.")
    return HttpResponseRedirect(back.rstrip("?"))


@require_safe
@requires("siting.list_approaches")
def approach_list(request: HttpRequest) -> HttpResponse:
    """The town halls that this hat follows."""
    actor = actor_of(request)
    form = ApproachesFilter(request.GET, departements=queries.departements_of(actor))
    context: dict[str, object] = {"section": "approaches", "form": form}
    if not form.is_valid():
        return render(request, "siting/approaches.html", context, status=422)
    page = Paginator(queries.listed(actor, form.asked), PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    counts = queries.counts(actor)
    context |= {
        "page": page,
        "query": query.urlencode(),
        "is_filtered": any(form.cleaned_data.values()),
        "counts": [(label, counts.get(state, 0)) for state, label in ApproachState.choices],
        "exports": exports.labels_of("siting.approaches"),
    }
    return render(request, "siting/approaches.html", context)


@require_safe
@requires("siting.list_approaches")
def export(request: HttpRequest, format: str) -> HttpResponse:
    """The town halls of a filter as a file."""
    return exports.answer(request, "siting.approaches", format)


@write_methods
@requires()
def approach(request: HttpRequest, pk: int) -> HttpResponse:
    """A town hall: its public contact, and where one stands."""
    found = get_or_404(request, "siting.follow_approach", queries.approaches(), pk=pk)
    form = StateForm(request.POST if request.method == "POST" else None, initial={"state": found.state})
    if form.is_valid():
        change_approach(
            approach=found,
            state=ApproachState(form.cleaned_data["state"]),
            actor=actor_of(request),
            now=timezone.now(),
        )
        messages.success(request, "C’est noté.")
        return HttpResponseRedirect(found.get_absolute_url())
    context = {"section": "approaches", "approach": found, "form": form, "pick": queries.pick_of(found)}
    return render(request, "siting/approach.html", context, status=422 if form.errors else 200)


def approaches_of_hat(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: how many town halls wait to be contacted; nothing for other hats."""
    if not can(actor, "siting.list_approaches"):
        return ""
    waiting = queries.counts(actor).get(ApproachState.TO_CONTACT, 0)
    if not waiting:
        return ""
    return render_to_string("siting/desk.html", {"waiting": waiting}, request=request)
