"""The team writes a café: a new one, what is said of it, its point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from millecafes.cafes.forms.cafe import DetailsForm, PointForm, in_degrees
from millecafes.cafes.models import Cafe
from millecafes.cafes.services import CafeDetails, CafeError, add_cafe, change_cafe, move_cafe
from millecafes.cafes.views.team import cafe_of, write_methods
from millecafes.common.access import requires
from millecafes.common.actors import actor_of

Write = Callable[[CafeDetails], Cafe]


def office_of(cafe: Cafe, anchor: str = "") -> str:
    """The page of a café for the team, at one of its parts."""
    return reverse("cafes:office", args=[cafe.pk]) + (f"#{anchor}" if anchor else "")


@write_methods
@requires("cafes.add_cafe")
def add(request: HttpRequest) -> HttpResponse:
    """A new café."""
    actor = actor_of(request)
    form = DetailsForm(request.POST if request.method == "POST" else None, actor=actor)

    def write(details: CafeDetails) -> Cafe:
        return add_cafe(details=details, actor=actor, now=timezone.now())

    return _written(request, form, write) or _form_page(request, form, {})


@write_methods
@requires()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What is said of a café."""
    actor, cafe = actor_of(request), cafe_of(request, "cafes.edit_cafe", pk)
    form = DetailsForm(request.POST if request.method == "POST" else None, actor=actor, cafe=cafe)

    def write(details: CafeDetails) -> Cafe:
        return change_cafe(cafe=cafe, details=details, actor=actor, now=timezone.now())

    return _written(request, form, write) or _form_page(request, form, {"cafe": cafe})


def _written(request: HttpRequest, form: DetailsForm, write: Write) -> HttpResponseRedirect | None:
    """Write a valid form and go to the café; None when something stands in the way."""
    if not form.is_valid():
        return None
    try:
        cafe = _write(form, write)
    except CafeError as error:
        form.refuse(error)
        return None
    messages.success(request, f"{cafe} : c’est enregistré.")
    return HttpResponseRedirect(office_of(cafe))


def _write(form: DetailsForm, write: Write) -> Cafe:
    """Write it; the cafés it looks like stand in the way until each was shown and said to be another."""
    try:
        return write(form.details(is_another=False))
    except CafeError as error:
        if not error.others or {str(other.pk) for other in error.others} - form.seen:
            raise
        return write(form.details(is_another=True))


def _form_page(request: HttpRequest, form: DetailsForm, context: dict[str, Any]) -> HttpResponse:
    status = 409 if form.others else 422 if form.errors else 200
    context |= {"section": "cafes", "form": form}
    return render(request, "cafes/team_cafe_form.html", context, status=status)


@write_methods
@requires()
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The point of a café, put where it stands."""
    actor, cafe = actor_of(request), cafe_of(request, "cafes.edit_cafe", pk)
    initial = {"latitude": in_degrees(cafe.latitude), "longitude": in_degrees(cafe.longitude)}
    form = PointForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            move_cafe(cafe=cafe, **form.cleaned_data, actor=actor, now=timezone.now())
        except CafeError as error:
            form.refuse(error)
        else:
            messages.success(request, f"Le point de {cafe} est déplacé.")
            return HttpResponseRedirect(office_of(cafe))
    context = {"section": "cafes", "form": form, "cafe": cafe}
    return render(request, "cafes/team_point.html", context, status=422 if form.errors else 200)
