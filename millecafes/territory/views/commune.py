"""The page of a commune, and the addresses that lead to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from millecafes.territory.queries.communes import find
from millecafes.territory.queries.profile import profile
from millecafes.territory.queries.search import closest_names, search_communes

CLOSEST = 6


@require_safe
def commune_code(request: HttpRequest, code: str) -> HttpResponse:
    """`/communes/<code>/`: today's page of a code, whatever its age; else what looks like it."""
    found = find(code)
    if found.commune is None:
        return _unknown(request, code, "")
    return redirect(found.commune, permanent=True)


@require_safe
def commune(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """The page of a commune; any other code or slug of it leads to its one address."""
    found = find(code)
    if found.commune is None:
        return _unknown(request, code, slug)
    if found.moved or (found.commune.code, found.commune.slug) != (code, slug):
        return redirect(found.commune, permanent=True)
    context = {"section": "commune", "profile": profile(found.commune)}
    return render(request, "territory/commune.html", context)


def _unknown(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """A helpful 404: the search field, and the communes whose name is close."""
    words = (slug or code).replace("-", " ").strip()
    closest = []
    if any(letter.isalpha() for letter in words):
        closest = search_communes(words, CLOSEST) or closest_names(words, CLOSEST)
    context = {"section": "commune", "query": words, "code": code, "closest": closest}
    return render(request, "territory/commune_404.html", context, status=404)
