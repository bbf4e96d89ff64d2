"""A café for the team: its page, and what is written of its life and of what it offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from millecafes.cafes.enums import EventKind, Track
from millecafes.cafes.forms.fields import CafeForm
from millecafes.cafes.forms.following import EVENT, ServiceForm, StepForm
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import following
from millecafes.cafes.queries.reports import reports_on
from millecafes.cafes.rules.hours import in_words
from millecafes.cafes.services import (
    CafeError,
    confirm_service,
    record_event,
    record_state,
    remove_event,
    remove_service,
    remove_state,
    set_service,
)
from millecafes.cafes.services.purging import CONTACT_DAYS
from millecafes.cafes.views.team import cafe_of, write_methods
from millecafes.cafes.views.writing import office_of
from millecafes.common.access import requires
from millecafes.common.actors import actor_of

M = TypeVar("M", bound=Model)


@require_safe
@requires()
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """A café for the team: where it stands, its life, what it offers, whom to reach, what was seen there."""
    cafe = cafe_of(request, "cafes.follow_cafe", pk)
    now = timezone.now()
    steps = following.history(cafe)
    context = {
        "section": "cafes",
        "cafe": cafe,
        "now": now,
        "today": timezone.localdate(now),
        "week": in_words(cafe.hours),
        "steps": steps,
        "standing": following.standing(steps, timezone.localdate(now)),
        "services": following.services_of(cafe),
        "reports": reports_on(cafe),
        "contacts": following.contacts_of(cafe),
        "contact_years": CONTACT_DAYS // 365,
        "notes": following.notes_of(cafe),
        "visits": following.visits_of(cafe),
    }
    return render(request, "cafes/team_office.html", context)


@dataclass(frozen=True)
class Words:
    """What a page that writes something of a café says."""

    title: str
    button: str = "Enregistrer"
    done: str = "C’est enregistré."
    anchor: str = ""  # the part of the café's page one comes back to
    about: str = ""


def to_edit(request: HttpRequest, pk: int) -> Cafe:
    """The café, for whoever may write about it."""
    return cafe_of(request, "cafes.edit_cafe", pk)


def row_of(rows: QuerySet[M], number: int) -> M:
    """The row of a café, by its number.

    Raises
    ------
    Http404
    """
    found = following.one_of(rows, number)
    if found is None:
        raise Http404
    return found


def written(
    request: HttpRequest,
    cafe: Cafe,
    form: CafeForm,
    write: Callable[[], object],
    words: Words,
    **more: Any,
) -> HttpResponse:
    """Write a valid form and come back to the café; otherwise its page, with what is wrong."""
    if form.is_valid():
        try:
            write()
        except CafeError as error:
            form.refuse(error)
        else:
            messages.success(request, words.done)
            return HttpResponseRedirect(office_of(cafe, words.anchor))
    context = {"section": "cafes", "cafe": cafe, "form": form, "words": words, **more}
    return render(request, "cafes/team_form.html", context, status=422 if form.errors else 200)


def asked_first(request: HttpRequest, cafe: Cafe, write: Callable[[], object], words: Words) -> HttpResponse:
    """Do what was confirmed by a button; before, a page that asks."""
    refusal = ""
    if request.method == "POST":
        try:
            write()
        except CafeError as error:
            refusal = str(error)
        else:
            messages.success(request, words.done)
            return HttpResponseRedirect(office_of(cafe, words.anchor))
    context = {"section": "cafes", "cafe": cafe, "words": words, "refusal": refusal}
    return render(request, "cafes/team_confirm.html", context, status=422 if refusal else 200)


@write_methods
@requires()
def add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One more entry in the life of a café."""
    cafe, actor, now = to_edit(request, pk), actor_of(request), timezone.now()
    form = StepForm(
        request.POST if request.method == "POST" else None, initial={"on": timezone.localdate(now)}
    )

    def write() -> object:
        family, value = form.told
        told = {"cafe": cafe, "on": form.cleaned_data["on"], "reason": form.cleaned_data["reason"]}
        if family == EVENT:
            return record_event(kind=EventKind(value), **told, actor=actor, now=now)
        return record_state(track=Track(family), state=value, **told, actor=actor, now=now)

    words = Words(
        "Noter une étape",
        anchor="histoire",
        about="Une étape du même suivi, notée pour le même jour, est remplacée.",
    )
    return written(request, cafe, form, write, words)


@write_methods
@requires()
def remove_step(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back an entry of a track that was a mistake."""
    cafe = to_edit(request, pk)
    entry = row_of(cafe.states.order_by("pk"), number)
    words = Words(
        f"Retirer « {entry} » du {entry.on:%d/%m/%Y} ?",
        "Retirer cette étape",
        "L’étape est retirée.",
        "histoire",
        "Ce que dit le suivi est recalculé sans elle. Le journal garde la trace des deux.",
    )
    return asked_first(
        request,
        cafe,
        lambda: remove_state(entry=entry, actor=actor_of(request), now=timezone.now()),
        words,
    )


@write_methods
@requires()
def drop_event(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back an event that was a mistake."""
    cafe = to_edit(request, pk)
    event = row_of(cafe.events.order_by("pk"), number)
    words = Words(
        f"Retirer « {event} » du {event.on:%d/%m/%Y} ?",
        "Retirer cet événement",
        "L’événement est retiré.",
        "histoire",
        "Le journal garde la trace des deux.",
    )
    return asked_first(
        request,
        cafe,
        lambda: remove_event(event=event, actor=actor_of(request), now=timezone.now()),
        words,
    )


@write_methods
@requires()
def add_service(request: HttpRequest, pk: int) -> HttpResponse:
    """One more service in a café."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    present = {row.code for row in following.services_of(cafe)}
    form = ServiceForm(request.POST if request.method == "POST" else None, actor=actor, present=present)

    def write() -> object:
        code = form.cleaned_data["code"]
        return set_service(cafe=cafe, code=code, details=form.details, actor=actor, now=timezone.now())

    return written(request, cafe, form, write, Words("Ajouter un service", anchor="services"))


@write_methods
@requires()
def change_service(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """How a service stands in a café; saving it as it is confirms it."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    service = row_of(cafe.services.select_related("partner").order_by("pk"), number)
    data = request.POST if request.method == "POST" else None
    form = ServiceForm(data, actor=actor, present=set(), service=service)

    def write() -> object:
        now = timezone.now()
        return set_service(cafe=cafe, code=service.code, details=form.details, actor=actor, now=now)

    words = Words(service.label, "Enregistrer et confirmer", "Le service est à jour.", "services")
    return written(request, cafe, form, write, words, remove=("cafes:drop_service", service.pk))


@require_POST
@requires()
def keep_service(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say that what is known of a service is still true."""
    cafe = to_edit(request, pk)
    service = row_of(cafe.services.order_by("pk"), number)
    confirm_service(service=service, actor=actor_of(request), now=timezone.now())
    messages.success(request, f"{service.label} : c’est confirmé.")
    return HttpResponseRedirect(office_of(cafe, "services"))


@write_methods
@requires()
def drop_service(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a service that was noted by mistake."""
    cafe = to_edit(request, pk)
    service = row_of(cafe.services.order_by("pk"), number)
    words = Words(
        f"Retirer « {service.label} » ?",
        "Retirer ce service",
        "Le service est retiré.",
        "services",
        "Pour un service qui s’arrête, notez plutôt « Suspendu », ou le jour où il finit.",
    )
    return asked_first(
        request,
        cafe,
        lambda: remove_service(service=service, actor=actor_of(request), now=timezone.now()),
        words,
    )
