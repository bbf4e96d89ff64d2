"""Organisations in the back office: list, file, page of one, its contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can
from millecafes.partners import queries, services
from millecafes.partners.forms import ContactForm, ListFilter, OrganisationForm, TownHallForm
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.services import Details, OrganisationError

PAGE_LENGTH = 50
write_methods = require_http_methods(["GET", "HEAD", "POST"])


def _one(request: HttpRequest, permission: str, pk: int) -> Organisation:
    return get_or_404(request, permission, queries.organisations(), pk=pk)


def _filter(request: HttpRequest) -> ListFilter:
    return ListFilter(request.GET, departements=queries.departements_for(actor_of(request)))


@require_safe
@requires("partners.list_organisations")
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations of a filter, page by page."""
    form = _filter(request)
    context: dict[str, Any] = {"section": "organisations", "form": form}
    if not form.is_valid():
        return render(request, "partners/organisations.html", context, status=422)
    found = queries.filtered(actor_of(request), form.asked)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context |= {"page": page, "query": query.urlencode(), "is_filtered": any(form.cleaned_data.values())}
    context["exports"] = exports.labels_of("partners.organisations")
    return render(request, "partners/organisations.html", context)


@require_safe
@requires("partners.list_organisations")
def export(request: HttpRequest, format: str) -> HttpResponse:
    """The organisations of a filter as a file."""
    return exports.answer(request, "partners.organisations", format)


@require_safe
@requires("partners.view_own")
def own(request: HttpRequest) -> HttpResponse:
    """The organisation on which the hat worn is exercised."""
    found = queries.own_of(actor_of(request))
    if found is None:
        raise Http404
    return redirect(found)


def organisation_of_hat(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: the organisation on which the hat is worn; nothing for other hats."""
    found = queries.own_of(actor)
    if found is None or not can(actor, "partners.view_own"):
        return ""
    return render_to_string("partners/desk.html", {"organisation": found}, request=request)


@require_safe
@requires()
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation, whom to reach in it, and what was done."""
    found = _one(request, "partners.view_organisation", pk)
    context = {
        "section": _section(request),
        "organisation": found,
        "contacts": found.contacts.all(),
        "contact_years": services.CONTACT_DAYS // 365,
    }
    return render(request, "partners/organisation.html", context)


def _section(request: HttpRequest) -> str:
    return "organisation" if actor_of(request).perimeter.startswith("organisation:") else "organisations"


@write_methods
@requires("partners.add_organisation")
def add(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    actor = actor_of(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None, actor=actor)

    def write(details: Details) -> Organisation:
        return services.add_organisation(details=details, actor=actor, now=timezone.now())

    context = {"section": "organisations", "form": form, "town_hall": TownHallForm(actor=actor)}
    return _written(request, form, write) or _form_page(request, form, context)


@write_methods
@requires()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What is said of an organisation."""
    actor = actor_of(request)
    found = _one(request, "partners.edit_organisation", pk)
    data = request.POST if request.method == "POST" else None
    form = OrganisationForm(data, actor=actor, organisation=found)

    def write(details: Details) -> Organisation:
        return services.change_organisation(
            organisation=found, details=details, actor=actor, now=timezone.now()
        )

    context = {"section": "organisations", "form": form, "organisation": found}
    return _written(request, form, write) or _form_page(request, form, context)


def _written(
    request: HttpRequest, form: OrganisationForm, write: Callable[[Details], Organisation]
) -> HttpResponseRedirect | None:
    """Write a valid form and go to the page of the organisation; None when something stands in the way."""
    if not form.is_valid():
        return None
    seen = request.POST.get("distinct", "").split(",")
    if {"name", "commune"} & set(form.changed_data) and form.look_alike(seen):
        return None
    try:
        found = write(form.details)
    except OrganisationError as error:
        form.refuse(error)
        return None
    messages.success(request, f"{found} : c’est enregistré.")
    return HttpResponseRedirect(found.get_absolute_url())


def _form_page(request: HttpRequest, form: OrganisationForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 409 if form.lookalikes else 200
    return render(request, "partners/organisation_form.html", context, status=status)


@require_POST
@requires("partners.add_organisation")
def add_town_hall(request: HttpRequest) -> HttpResponse:
    """The town hall of a commune, known already or not."""
    actor = actor_of(request)
    form = TownHallForm(request.POST, actor=actor)
    if form.is_valid():
        hall = services.town_hall_of(commune=form.cleaned_data["commune"], actor=actor, now=timezone.now())
        return HttpResponseRedirect(hall.get_absolute_url())
    context = {"section": "organisations", "form": OrganisationForm(actor=actor), "town_hall": form}
    return render(request, "partners/organisation_form.html", context, status=422)


@write_methods
@requires()
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody more to reach in an organisation."""
    found = _one(request, "partners.edit_contacts", pk)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.add_contact(
            organisation=found, details=form.details, actor=actor_of(request), now=timezone.now()
        )
        messages.success(request, "Le contact est enregistré.")
        return HttpResponseRedirect(found.get_absolute_url())
    return _contact_page(request, found, form, None)


@write_methods
@requires()
def change_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """What is said of a contact; saving it as it is confirms it."""
    found = _one(request, "partners.edit_contacts", pk)
    contact = _contact(found, contact_pk)
    form = ContactForm(request.POST if request.method == "POST" else None, contact=contact)
    if form.is_valid():
        services.change_contact(
            contact=contact, details=form.details, actor=actor_of(request), now=timezone.now()
        )
        messages.success(request, "Le contact est à jour.")
        return HttpResponseRedirect(found.get_absolute_url())
    return _contact_page(request, found, form, contact)


@write_methods
@requires()
def remove_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Erase a contact, after asking."""
    found = _one(request, "partners.edit_contacts", pk)
    contact = _contact(found, contact_pk)
    if request.method == "POST":
        services.remove_contact(contact=contact, actor=actor_of(request), now=timezone.now())
        messages.success(request, "Le contact est effacé.")
        return HttpResponseRedirect(found.get_absolute_url())
    context = {"section": _section(request), "organisation": found, "contact": contact}
    return render(request, "partners/contact_remove.html", context)


def _contact(organisation: Organisation, number: int) -> OrganisationContact:
    contact = queries.contact_of(organisation, number)
    if contact is None:
        raise Http404
    return contact


def _contact_page(
    request: HttpRequest, found: Organisation, form: ContactForm, contact: OrganisationContact | None
) -> HttpResponse:
    context = {"section": _section(request), "organisation": found, "form": form, "contact": contact}
    status = 422 if form.errors else 200
    return render(request, "partners/contact_form.html", context, status=status)
