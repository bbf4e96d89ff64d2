"""Search of a commune: the page, and the suggestions of the search field."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from millecafes.territory.queries.search import MAX_QUERY, closest_names, is_loaded, search_communes

PAGE_LENGTH = 30
SUGGESTIONS = 8


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Communes that answer `?q=`; one certain answer leads straight to its page."""
    query = _query(request)
    matches = search_communes(query, PAGE_LENGTH) if query else []
    if matches and matches[0].certain:
        return redirect(matches[0].url)
    context = {
        "section": "commune",
        "query": query,
        "matches": matches,
        "full": len(matches) == PAGE_LENGTH,
        "closest": closest_names(query) if query and not matches else [],
        "loaded": bool(matches) or is_loaded(),
    }
    return render(request, "territory/search.html", context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """The first answers to what is being typed, as JSON."""
    matches = search_communes(_query(request), SUGGESTIONS)
    answers = [{"label": match.label, "detail": match.detail, "url": match.url} for match in matches]
    response = JsonResponse(answers, safe=False)
    response["Cache-Control"] = "max-age=60"
    return response


def _query(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").split())[:MAX_QUERY]
