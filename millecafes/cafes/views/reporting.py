"""« Signaler une erreur » on a café's page, and what is done of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from millecafes.cafes.enums import ReportState, ReportSubject
from millecafes.cafes.forms.reporting import HandleForm, ReportFilter, ReportForm
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import cafes
from millecafes.cafes.queries.reports import reports, reports_for
from millecafes.cafes.services.reporting import handle_report, record_report
from millecafes.cafes.views.team import write_methods
from millecafes.common import exports
from millecafes.common.access import LARGEST_ID, get_or_404, requires
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can
from millecafes.common.requests import client_address
from millecafes.pages.services import TooManyMessagesError

PAGE_LENGTH = 30
FLOOD = (
    "Trop de messages sont partis de cette connexion depuis une heure. "
    "Le vôtre est resté ici : renvoyez-le dans une heure."
)


def _public(pk: int) -> Cafe:
    return get_object_or_404(cafes(), pk=pk if pk <= LARGEST_ID else 0)


@write_methods
def report_error(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong on a café's page, without an account. What was typed stays when it is refused."""
    cafe = _public(pk)
    form = ReportForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        done = redirect("cafes:error_reported", cafe.pk)
        if form.is_robot:
            return done
        status = 422
        if form.is_valid():
            try:
                _record(request, cafe, form)
            except TooManyMessagesError:
                form.add_error(None, FLOOD)
                status = 429
            else:
                return done
    return render(request, "cafes/report_error.html", _page(cafe, form), status=status)


def _record(request: HttpRequest, cafe: Cafe, form: ReportForm) -> None:
    told = form.cleaned_data
    record_report(
        cafe=cafe,
        about=ReportSubject(told["about"]),
        text=told["text"],
        email=told["email"],
        address=client_address(request),
        actor=actor_of(request),
        now=timezone.now(),
    )


def _page(cafe: Cafe, form: ReportForm) -> dict[str, Any]:
    return {"section": "cafes", "cafe": cafe, "form": form}


@require_safe
def error_reported(request: HttpRequest, pk: int) -> HttpResponse:
    """The report arrived."""
    return render(request, "cafes/error_reported.html", {"section": "cafes", "cafe": _public(pk)})


@require_safe
@requires("cafes.list_reports")
def report_list(request: HttpRequest) -> HttpResponse:
    """The errors reported on the cafés of this hat; those that wait, the oldest first, unless told."""
    form = ReportFilter(request.GET)
    context: dict[str, Any] = {"section": "reports", "form": form}
    if not form.is_valid():
        return render(request, "cafes/report_list.html", context, status=422)
    found = reports_for(actor_of(request), form.state)
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "page": Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "is_waiting": form.state == ReportState.WAITING,
        "is_filtered": bool(query),
        "exports": exports.labels_of("cafes.reports"),
    }
    return render(request, "cafes/report_list.html", context)


@never_cache
@require_safe
@requires("cafes.list_reports")
def reports_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The reports of a filter as a file."""
    return exports.answer(request, "cafes.reports", extension)


@write_methods
@requires()
def report(request: HttpRequest, number: int) -> HttpResponse:
    """One report, and what became of it."""
    found = get_or_404(request, "cafes.handle_report", reports(), pk=number)
    initial = {"state": found.state, "answer": found.answer}
    form = HandleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        state = ReportState(form.cleaned_data["state"])
        told = {"answer": form.cleaned_data["answer"], "actor": actor_of(request), "now": timezone.now()}
        handle_report(report=found, state=state, **told)
        messages.success(request, f"C’est noté : « {state.label} ».")
        return HttpResponseRedirect(reverse("cafes:report_list"))
    context = {
        "section": "reports",
        "report": found,
        "form": form,
        "may_follow": can(actor_of(request), "cafes.follow_cafe", found.cafe),
    }
    return render(request, "cafes/report.html", context, status=422 if form.errors else 200)


def reports_of_hat(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: how many reports wait for this hat; nothing when none does."""
    if not can(actor, "cafes.list_reports"):
        return ""
    count = reports_for(actor, ReportState.WAITING).count()
    return render_to_string("cafes/report_desk.html", {"count": count}, request=request) if count else ""
