"""The team's table of cafés: filters, order, views kept by each person, and what is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.cafes import catalogue
from millecafes.cafes.forms.team import ChosenForm, TeamFilter, ViewForm, pack
from millecafes.cafes.models import Cafe, SavedView
from millecafes.cafes.queries import cafes, saved, team
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.saved import remove_view, rename_view, save_view
from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can

PAGE_LENGTH = 50
write_methods = require_http_methods(["GET", "HEAD", "POST"])
# The columns of the table; a first click on the last two puts first what waits the longest.
COLUMNS = {
    "nom": "Nom",
    "commune": "Commune",
    "departement": "Département",
    "sorte": "Sorte",
    "modele": "Modèle",
    "activite": "Activité",
    "lien": "Lien avec le réseau",
    "horaires": "Horaires confirmés",
    "nouvelles": "Dernières nouvelles",
}


@dataclass(frozen=True)
class Heading:
    """A heading of the table: where it leads, and how the table is ordered by it now."""

    label: str
    query: str
    order: str


@dataclass(frozen=True)
class Tab:
    """A view of the table: a shortcut of the house, or one that somebody keeps."""

    label: str
    query: str
    count: int | None = None
    is_current: bool = False


def filter_of(request: HttpRequest) -> TeamFilter:
    """What the address asks of the table."""
    return TeamFilter(request.GET, departements=team.departements_for(actor_of(request)))


@require_safe
@requires("cafes.list_cafes")
def team_list(request: HttpRequest) -> HttpResponse:
    """The cafés that this hat follows, filtered and in order, page by page."""
    return _list_page(request, ViewForm())


def _list_page(request: HttpRequest, view_form: ViewForm) -> HttpResponse:
    form, ticked = filter_of(request), ChosenForm(request.GET)
    actor, now = actor_of(request), timezone.now()
    context: dict[str, Any] = {
        "section": "cafes",
        "form": form,
        "ticked": ticked,
        "view_form": view_form,
        "groups": catalogue.groups(),
        "now": now,
    }
    if not (form.is_valid() and ticked.is_valid()):
        context["tabs"] = _tabs(None, team.counts_for(actor, now), list(saved.views_of(actor)))
        return render(request, "cafes/team_list.html", context, status=422)
    page = Paginator(team.filtered(actor, form.asked, now), PAGE_LENGTH).get_page(request.GET.get("page"))
    shown, ids = {cafe.pk for cafe in page}, ticked.ids
    views = list(saved.views_of(actor))
    query = form.query().urlencode()
    context |= {
        "page": page,
        "query": query,
        "exports": exports.labels_of("cafes.followed"),
        "headings": _headings(form, ids),
        "tabs": _tabs(query, team.counts_for(actor, now), views),
        "view": next((view for view in views if view.query == query), None),
        "ids": ids,
        "packed": pack(ids),
        "elsewhere": pack(number for number in ids if number not in shown),
    }
    return render(request, "cafes/team_list.html", context, status=422 if view_form.errors else 200)


def _headings(form: TeamFilter, ids: tuple[int, ...]) -> list[Heading]:
    current = form.asked.order
    found = []
    for name, label in COLUMNS.items():
        is_current = current.removeprefix("-") == name
        order = "" if not is_current else "descending" if current.startswith("-") else "ascending"
        query = form.query(tri=f"-{name}" if order == "ascending" else name, choix=pack(ids))
        found.append(Heading(label, query.urlencode(), order))
    return found


def _tabs(query: str | None, counts: team.Counts, views: Sequence[SavedView]) -> list[Tab]:
    """Every café, the two shortcuts of the house, then the views of this person."""
    house = (
        ("Tous les cafés", "", counts.all),
        ("À confirmer", "confirmer=on", counts.to_confirm),
        ("Silencieux depuis 60 jours", "silencieux=on", counts.silent),
    )
    found = [Tab(label, asked, count, query == asked) for label, asked, count in house]
    return [*found, *(Tab(view.name, view.query, None, view.query == query) for view in views)]


@require_POST
@requires("cafes.list_cafes")
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter that the page shows under a name."""
    form = ViewForm(request.POST)
    asked = TeamFilter(
        QueryDict(request.POST.get("query", "")[:5_000]),
        departements=team.departements_for(actor_of(request)),
    )
    if form.is_valid() and asked.is_valid():
        query = asked.query().urlencode()
        try:
            view = save_view(name=form.cleaned_data["name"], query=query, actor=actor_of(request))
        except CafeError as error:
            form.refuse(error)
        else:
            messages.success(request, f"La vue « {view.name} » est enregistrée.")
            return HttpResponseRedirect(_address(query))
    request.GET = QueryDict(request.POST.get("query", "")[:5_000])
    return _list_page(request, form)


def _address(query: str) -> str:
    return f"{reverse('cafes:team_list')}?{query}"


def _own_view(request: HttpRequest, pk: int) -> SavedView:
    return get_or_404(request, "cafes.list_cafes", saved.views_of(actor_of(request)), pk=pk)


@write_methods
@requires("cafes.list_cafes")
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a view otherwise."""
    view = _own_view(request, pk)
    form = ViewForm(request.POST if request.method == "POST" else None, initial={"name": view.name})
    if form.is_valid():
        try:
            rename_view(view=view, name=form.cleaned_data["name"])
        except CafeError as error:
            form.refuse(error)
            view.refresh_from_db()
        else:
            messages.success(request, f"La vue s’appelle maintenant « {view.name} ».")
            return HttpResponseRedirect(_address(view.query))
    context = {"section": "cafes", "view": view, "form": form}
    return render(request, "cafes/team_view.html", context, status=422 if form.errors else 200)


@require_POST
@requires("cafes.list_cafes")
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = _own_view(request, pk)
    query = view.query
    remove_view(view=view)
    messages.success(request, f"La vue « {view.name} » est retirée. Aucun café n’a changé.")
    return HttpResponseRedirect(_address(query))


def cafes_of_hat(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: the cafés that this hat follows, and what they ask; nothing for other hats."""
    if not can(actor, "cafes.list_cafes"):
        return ""
    counts = team.counts_for(actor, timezone.now())
    return render_to_string("cafes/team_desk.html", {"counts": counts}, request=request)


def cafe_of(request: HttpRequest, permission: str, pk: int) -> Cafe:
    """A café on which the hat worn has a permission; any other one does not exist."""
    return get_or_404(request, permission, cafes(), pk=pk)
