"""Cafés compared with OpenStreetMap: a file, a job, proposals; nothing changes by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from millecafes.cafes.enums import ProposalKind
from millecafes.cafes.forms.comparing import ProposalFilter
from millecafes.cafes.models import OsmProposal
from millecafes.cafes.queries import comparing
from millecafes.cafes.rules.hours import HoursError, in_words
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.comparing.deciding import leave, take
from millecafes.cafes.services.comparing.differing import HOURS
from millecafes.cafes.services.comparing.extracting import KIND, ask_comparison
from millecafes.cafes.views.team import write_methods
from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.common.bodies import takes_files
from millecafes.common.documents import DocumentError
from millecafes.common.documents.forms import DocumentForm

PAGE_LENGTH = 10
CLOSED = "fermé"


@require_safe
@requires("cafes.compare_osm")
def osm(request: HttpRequest) -> HttpResponse:
    """What the last comparisons propose, and where the one asked last is."""
    form = ProposalFilter(request.GET)
    context: dict[str, Any] = {"section": "cafes", "form": form, "job": comparing.last_comparison()}
    if not form.is_valid():
        return render(request, "cafes/osm.html", context, status=422)
    counts = comparing.waiting_counts()
    query = request.GET.copy()
    query.pop("page", None)
    found = Paginator(comparing.proposals_of(form.kind, form.state), PAGE_LENGTH)
    page = found.get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "entries": [(proposal, _told(proposal)) for proposal in page],
        "query": query.urlencode(),
        "here": request.get_full_path(),
        "tabs": [(kind, counts[kind]) for kind in ProposalKind],
        "exports": exports.labels_of("cafes.osm"),
        "is_filtered": bool(query),
    }
    return render(request, "cafes/osm.html", context)


def _told(proposal: OsmProposal) -> list[dict[str, Any]]:
    """What differs, hours in French."""
    return [
        {**one, "here": _words(one["here"]), "there": _words(one["there"])} if one["field"] == HOURS else one
        for one in proposal.differences
    ]


def _words(hours: str) -> str:
    try:
        return " ; ".join(f"{day} {words}" for day, words in in_words(hours) if words != CLOSED) or hours
    except HoursError:
        return hours  # as it was written there


@takes_files(lambda names: KIND.max_bytes)
@write_methods
@requires("cafes.compare_osm")
def osm_send(request: HttpRequest) -> HttpResponse:
    """An extract to compare with; a job reads it."""
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(*data, kind=KIND, actor=actor_of(request))
    if form.is_valid():
        file = form.received
        name = getattr(file, "name", None) or "extrait"
        try:
            ask_comparison(file=file, name=name, actor=actor_of(request), now=timezone.now())
        except DocumentError as error:
            form.refuse(error)
        else:
            messages.success(request, "Le fichier est arrivé : la comparaison commence.")
            return HttpResponseRedirect(reverse("cafes:osm"))
    context = {"section": "cafes", "form": form, "kind": KIND, "back": reverse("cafes:osm")}
    return render(request, "cafes/osm_send.html", context, status=form.refused_status if form.errors else 200)


@require_POST
@requires("cafes.compare_osm")
def osm_decide(request: HttpRequest, number: int) -> HttpResponse:
    """Take one thing over, or leave it as it is; then back to where one was in the list."""
    proposal = get_or_404(request, "cafes.compare_osm", comparing.proposals(), pk=number)
    field, is_taken = request.POST.get("champ", "")[:80], request.POST.get("decision") == "reprendre"
    decide = take if is_taken else leave
    try:
        decide(proposal=proposal, field=field, actor=actor_of(request), now=timezone.now())
    except CafeError as error:
        messages.error(request, f"{proposal} : rien n’a changé. {error}")
    else:
        messages.success(request, f"{proposal} : {'c’est repris' if is_taken else 'c’est laissé tel quel'}.")
    back = request.POST.get("retour", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if is_ours and back.startswith("/equipe/") else reverse("cafes:osm"))


@require_safe
@requires("cafes.compare_osm")
def osm_export(request: HttpRequest, format: str) -> HttpResponse:
    """The differences as a file, for those who edit OpenStreetMap."""
    return exports.answer(request, "cafes.osm", format)
