"""The café kept from behind its counter: closed today, hours, services, stops, « c’est toujours vrai »."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.cafes import catalogue, services
from millecafes.cafes.enums import CafeModel, KeptKind, ServiceStatus
from millecafes.cafes.forms.keeping import ExceptionForm, HoursForm, ServiceForm, StopForm
from millecafes.cafes.models import Cafe, KeptChange, Stop
from millecafes.cafes.queries import cafe_of_hat, cafes
from millecafes.cafes.queries.opening import status_of
from millecafes.cafes.queries.reports import reports_on
from millecafes.cafes.rules.hours import expression_words, in_words
from millecafes.cafes.services import CafeError, freshness, keeping
from millecafes.common.access import LARGEST_ID, check, get_or_404, requires, sign_in_address
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can

write_methods = require_http_methods(["GET", "HEAD", "POST"])
_CHANGES = 5


def _one(request: HttpRequest, pk: int) -> Cafe:
    return get_or_404(request, "cafes.keep_cafe", cafes(), pk=pk)


@require_safe
@requires("cafes.keep_own")
def own(request: HttpRequest) -> HttpResponse:
    """The café on which the hat is worn."""
    found = cafe_of_hat(actor_of(request))
    if found is None:
        raise Http404
    return redirect("cafes:keep", found.pk)


def cafe_of_desk(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: the café they keep; nothing for other hats."""
    found = cafe_of_hat(actor) if can(actor, "cafes.keep_own") else None
    if found is None:
        return ""
    context = {"cafe": found, "opening": status_of(found, timezone.now())}
    return render_to_string("cafes/desk.html", context, request=request)


@write_methods
@requires()
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of every day, on one page. What is sent twice from a weak network is done once."""
    found = _one(request, pk)
    exception = ExceptionForm()
    status = 200
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind == KeptKind.EXCEPTION:
            exception = ExceptionForm(request.POST)
        answer = _keep(request, found, kind, exception)
        if answer is not None:
            return answer
        status = 422
    return render(request, "cafes/keep.html", _keep_page(request, found, exception), status=status)


def _keep(request: HttpRequest, found: Cafe, kind: str, exception: ExceptionForm) -> HttpResponse | None:
    """Write what was sent; None when the page must be shown with what is wrong."""
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    refused = ""
    change = None
    try:
        change = _written(request, found, kind, exception)
    except CafeError as error:
        refused = str(error)
        if kind == KeptKind.EXCEPTION and error.field in exception.fields:
            exception.add_error(error.field, refused)
    if change is not None and wants_json:
        return JsonResponse({"label": change.label}, status=201)
    if change is not None:
        messages.success(request, f"{change.label} : c’est enregistré.")
        return HttpResponseRedirect(reverse("cafes:keep", args=[found.pk]))
    if wants_json:
        told = [refused] if refused else [str(one) for errors in exception.errors.values() for one in errors]
        return JsonResponse({"errors": told}, status=422)
    if refused and not exception.errors:
        messages.error(request, refused)
    return None


def _written(request: HttpRequest, found: Cafe, kind: str, exception: ExceptionForm) -> KeptChange | None:
    told: dict[str, Any] = {
        "cafe": found,
        "token": request.POST.get("token", ""),
        "actor": actor_of(request),
        "now": timezone.now(),
    }
    if kind == KeptKind.CONFIRMATION:
        return keeping.keep_confirmation(**told)
    if kind == KeptKind.EXCEPTION:
        return keeping.keep_exception(**exception.cleaned_data, **told) if exception.is_valid() else None
    service = ServiceForm(request.POST)
    if kind == KeptKind.SERVICE and service.is_valid():
        status = ServiceStatus(service.cleaned_data["status"])
        return keeping.keep_service(code=service.cleaned_data["code"], status=status, **told)
    raise CafeError("kind", "Rechargez la page, puis recommencez.")


def _keep_page(request: HttpRequest, found: Cafe, exception: ExceptionForm) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    changes = found.kept_changes.order_by("-made_at", "-pk")[:_CHANGES]
    known = {row.code: row for row in found.services.all()}
    actor = actor_of(request)
    return {
        "section": "own-cafe" if can(actor, "cafes.keep_own", found) else "cafes",
        "cafe": found,
        "opening": status_of(found, now),
        "week": in_words(found.hours),
        "today": today,
        "exception": exception,
        "reports": reports_on(found),
        "exceptions": [
            (row, expression_words(row.hours)) for row in found.exceptions.filter(last__gte=today)[:20]
        ],
        "is_mobile": found.model == CafeModel.ITINERANT,
        "stops": [
            (stop, in_words(stop.hours))
            for stop in found.stops.select_related("commune").order_by("name", "pk")
        ],
        "services": [(kind, known.get(kind.code)) for group in catalogue.groups() for kind in group.services],
        "changes": [(change, keeping.can_undo(change, now)) for change in changes],
        "days_old": (now - found.hours_confirmed_at).days if found.hours_confirmed_at else None,
        "tokens": [uuid.uuid4().hex for _ in range(4)],
    }


@write_methods
@requires()
def week(request: HttpRequest, pk: int) -> HttpResponse:
    """The hours of the week, as a grid."""
    found = _one(request, pk)
    form = HoursForm(request.POST if request.method == "POST" else None, cafe=found)
    if form.is_valid():
        told = form.cleaned_data
        try:
            change = keeping.keep_hours(
                cafe=found,
                token=request.POST.get("token", ""),
                hours=told["expression"],
                note=told["note"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except CafeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{change.label} : c’est enregistré.")
            return HttpResponseRedirect(reverse("cafes:keep", args=[found.pk]))
    context = {"section": "own-cafe", "cafe": found, "form": form, "token": uuid.uuid4().hex}
    return render(request, "cafes/keep_hours.html", context, status=422 if form.errors else 200)


@require_POST
@requires()
def undo(request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
    """As before a change."""
    found = _one(request, pk)
    change = _change(found, change_pk)
    try:
        keeping.undo(change=change, actor=actor_of(request), now=timezone.now())
    except CafeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{change.label} : c’est annulé.")
    return HttpResponseRedirect(reverse("cafes:keep", args=[found.pk]))


def _change(found: Cafe, pk: int) -> KeptChange:
    change = found.kept_changes.filter(pk=pk).first() if pk <= LARGEST_ID else None
    if change is None:
        raise Http404
    return change


def _stop(found: Cafe, pk: int) -> Stop:
    stop = (
        found.stops.select_related("commune__departement").filter(pk=pk).first() if pk <= LARGEST_ID else None
    )
    if stop is None:
        raise Http404
    return stop


@write_methods
@requires()
def add_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """One more stop of a mobile café."""
    return _stop_page(request, _one(request, pk), None)


@write_methods
@requires()
def change_stop(request: HttpRequest, pk: int, stop_pk: int) -> HttpResponse:
    """Another place, another time."""
    found = _one(request, pk)
    return _stop_page(request, found, _stop(found, stop_pk))


def _stop_page(request: HttpRequest, found: Cafe, stop: Stop | None) -> HttpResponse:
    form = StopForm(request.POST if request.method == "POST" else None, stop=stop)
    if form.is_valid():
        try:
            told = services.set_stop(
                cafe=found, details=form.details, stop=stop, actor=actor_of(request), now=timezone.now()
            )
        except CafeError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{told.name} : c’est enregistré.")
            return HttpResponseRedirect(reverse("cafes:keep", args=[found.pk]))
    context = {"section": "own-cafe", "cafe": found, "stop": stop, "form": form}
    return render(request, "cafes/keep_stop.html", context, status=422 if form.errors else 200)


@require_POST
@requires()
def remove_stop(request: HttpRequest, pk: int, stop_pk: int) -> HttpResponse:
    """The café does not stop there any more."""
    found = _one(request, pk)
    stop = _stop(found, stop_pk)
    services.remove_stop(stop=stop, actor=actor_of(request), now=timezone.now())
    messages.success(request, f"{stop.name} : c’est retiré.")
    return HttpResponseRedirect(reverse("cafes:keep", args=[found.pk]))


@write_methods
@requires()
def still_true(request: HttpRequest, pk: int) -> HttpResponse:
    """One button: the hours are still true."""
    return _still_true(request, _one(request, pk), actor_of(request))


@write_methods
def still_true_link(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The same from a mail, for whoever it was written to: no need to sign in."""
    found = cafes().filter(pk=pk if pk <= LARGEST_ID else 0).first()
    actor = freshness.actor_of_link(found, key, timezone.now()) if found else None
    if found is None or actor is None:
        if not actor_of(request).is_person:
            return HttpResponseRedirect(sign_in_address(request))
        if found is None:
            raise Http404
        check(request, "cafes.keep_cafe", found)
        return redirect("cafes:still_true", pk)
    return _still_true(request, found, actor)


def _still_true(request: HttpRequest, found: Cafe, actor: Actor) -> HttpResponse:
    now, error = timezone.now(), ""
    done = False
    if request.method == "POST":
        try:
            services.confirm_hours(cafe=found, actor=actor, now=now)
            done = True
        except CafeError as refused:
            error = str(refused)
    context = {
        "cafe": found,
        "week": in_words(found.hours),
        "stops": [
            (stop, in_words(stop.hours))
            for stop in found.stops.select_related("commune").order_by("name", "pk")
        ],
        "done": done,
        "error": error,
    }
    return render(request, "cafes/still_true.html", context, status=422 if error else 200)
