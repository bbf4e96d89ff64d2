"""People and their roles, for the team and regional leads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.forms.people import GrantForm, PeopleFilter
from millecafes.accounts.models import User
from millecafes.accounts.queries import people as queries
from millecafes.accounts.queries.invitations import invitation_rows, invitations_for
from millecafes.accounts.services.roles import RoleError, end_role, grant_role
from millecafes.common import exports
from millecafes.common.access import check, get_or_404, requires
from millecafes.common.actors import actor_of

PAGE_LENGTH = 50


@require_safe
@requires("accounts.view_person")
def people(request: HttpRequest) -> HttpResponse:
    """The people of a hat's perimeter, by name, page by page."""
    outer = actor_of(request).perimeter
    form = PeopleFilter(request.GET, outer=outer)
    context: dict[str, Any] = {"section": "people", "form": form}
    if not form.is_valid():
        return render(request, "accounts/people.html", context, status=422)
    today = timezone.localdate()
    found = Paginator(queries.people_listed(outer, form.asked, today), PAGE_LENGTH)
    page = found.get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "rows": queries.person_rows(page.object_list, outer, today),
        "is_filtered": any(form.cleaned_data.values()),
        "query": query_without_page(request),
        "exports": exports.labels_of("accounts.people"),
    }
    return render(request, "accounts/people.html", context)


def query_without_page(request: HttpRequest) -> str:
    """What is asked in the address, the page apart."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@require_safe
@requires("accounts.view_person")
def people_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The people of a filter as a file: one line per role."""
    return exports.answer(request, "accounts.people", extension)


def _person(request: HttpRequest, number: int) -> User:
    return get_or_404(
        request, "accounts.view_person", queries.people(), ready=queries.place_person, pk=number
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.view_person")
def person(request: HttpRequest, number: int) -> HttpResponse:
    """A person: their roles, their invitations, what was done; and a role to give."""
    found = _person(request, number)
    actor = actor_of(request)
    form = GrantForm(request.POST or None, actor=actor, person=found)
    if request.method == "POST" and form.is_valid():
        check(request, "accounts.manage_role", form.offer())
        try:
            role = grant_role(
                user=found,
                kind=RoleKind(form.cleaned_data["kind"]),
                perimeter=form.perimeter,
                actor=actor,
                now=timezone.now(),
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
            )
        except RoleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Rôle donné : {role.get_kind_display()}.")
            return HttpResponseRedirect(reverse("accounts:person", args=[found.pk]))
    now = timezone.now()
    sent = invitations_for(actor).filter(email=found.email).select_related("invited_by")
    context = {
        "section": "people",
        "person": found,
        "hats": queries.hats_of_person(found, actor.perimeter, timezone.localdate(now)),
        "invitations": invitation_rows(sent, now),
        "form": form,
    }
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@require_POST
@requires("accounts.view_person")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a role away at once."""
    role = get_or_404(
        request,
        "accounts.manage_role",
        queries.roles(),
        ready=queries.place_role,
        pk=number,
    )
    try:
        end_role(role=role, actor=actor_of(request), now=timezone.now())
    except RoleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Rôle retiré : {role.get_kind_display()}.")
    return HttpResponseRedirect(reverse("accounts:person", args=[role.user_id]))
