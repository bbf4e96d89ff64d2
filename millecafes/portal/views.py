"""Pages made of several rooms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from millecafes.accounts.queries.hats import hats_of
from millecafes.common import search as site_search
from millecafes.common.access import requires
from millecafes.common.actors import actor_of
from millecafes.common.matching import MAX_QUERY, fold
from millecafes.portal.wording import WELCOME
from millecafes.territory.queries.communes import communes_by_code
from millecafes.territory.queries.search import closest_names
from millecafes.territory.queries.statistics import national_figures

# Three villages to try, when they are in the database.
EXAMPLES = ("81294", "03072", "64425")
# Answers of one kind on the page; and while somebody types.
PER_KIND, SUGGESTED_PER_KIND, SUGGESTIONS = 8, 3, 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way in: one search, four figures, four audiences."""
    context = {"figures": national_figures(), "examples": communes_by_code(EXAMPLES)}
    return render(request, "portal/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything of that name that the person may see, by kind."""
    typed = " ".join(request.GET.get("q", "").split())
    query = typed[:MAX_QUERY]
    actor = actor_of(request)
    groups = site_search.search(actor, query, limit=PER_KIND)
    context = {
        "section": "search",
        "query": query,
        "was_cut": len(typed) > MAX_QUERY,
        "is_empty": bool(query) and not fold(query),
        "groups": groups,
        "closest": [] if groups else closest_names(query),
        "kinds": [kind.label.lower() for kind in site_search.kinds_for(actor).values()],
    }
    frame = "portal/search_office.html" if actor.is_person else "portal/search.html"
    return render(request, frame, context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """The surest answers to what is being typed, as JSON."""
    query = " ".join(request.GET.get("q", "").split())[:MAX_QUERY]
    found = site_search.search(actor_of(request), query, limit=SUGGESTED_PER_KIND)
    answers = [
        {"label": hit.label, "detail": f"{hit.detail} · {group.label}".removeprefix(" · "), "url": hit.url}
        for group in found
        for hit in group.hits
    ]
    response = JsonResponse(answers[:SUGGESTIONS], safe=False)
    # What one person may see is not kept for another.
    response["Cache-Control"] = "private, max-age=60"
    return response


@require_safe
@requires("portal.view_desk")
def desk(request: HttpRequest) -> HttpResponse:
    """The page of a hat: what awaits, then what each room brings."""
    hats = hats_of(request)
    context = {"section": "desk", "welcome": WELCOME[hats.role.kind if hats.role else ""]}
    return render(request, "portal/desk.html", context)
