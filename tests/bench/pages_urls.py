"""Addresses of the site, and twins of three pages rendered from contexts kept in memory (benchmark only)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from millecafes.accounts.models import Role, User
from millecafes.accounts.queries.hats import Hats


@lru_cache(maxsize=64)
def _commune(code: str) -> dict[str, Any]:
    from millecafes.territory.queries.communes import find
    from millecafes.territory.queries.profile import profile

    commune = find(code).commune
    assert commune is not None
    return {"section": "commune", "profile": profile(commune)}


@lru_cache(maxsize=64)
def _search(query: str) -> dict[str, Any]:
    from millecafes.territory.queries.search import search_communes
    from millecafes.territory.views.search import PAGE_LENGTH

    matches = search_communes(query, PAGE_LENGTH)
    return {
        "section": "commune",
        "query": query,
        "matches": matches,
        "full": len(matches) == PAGE_LENGTH,
        "closest": [],
        "loaded": True,
    }


def commune(request: HttpRequest, code: str) -> HttpResponse:
    """The template of the commune page, its context in memory."""
    return render(request, "territory/commune.html", _commune(code))


def search(request: HttpRequest) -> HttpResponse:
    """The template of the search page, its context in memory."""
    return render(request, "territory/search.html", _search(request.GET["q"]))


@lru_cache(maxsize=1)
def _somebody() -> tuple[User, Hats]:
    """Whoever is of the team, and their hats, read beforehand."""
    role = Role.objects.select_related("user").filter(kind="team").earliest("pk")
    request = HttpRequest()
    request.COOKIES["sessionid"] = "known"
    request.user = role.user
    request.session = {"hat": role.pk}  # type: ignore[assignment]
    hats = Hats(request)
    hats.choices(), hats.worn(), hats.actor
    return role.user, hats


@lru_cache(maxsize=64)
def _people(number: str) -> dict[str, Any]:
    from millecafes.accounts.forms.people import PeopleFilter
    from millecafes.accounts.queries import people as queries
    from millecafes.accounts.views.people import PAGE_LENGTH
    from millecafes.common import exports

    today = timezone.localdate()
    form = PeopleFilter({}, outer="network")
    assert form.is_valid()
    page = Paginator(queries.people_listed("network", form.asked, today), PAGE_LENGTH).get_page(number)
    rows = queries.person_rows(page.object_list, "network", today)
    return {
        "section": "people",
        "form": form,
        "page": page,
        "rows": rows,
        "is_filtered": False,
        "query": "",
        "exports": exports.labels_of("accounts.people"),
    }


def people(request: HttpRequest) -> HttpResponse:
    """The template of the list of people, its context and whoever asks in memory (not the bell)."""
    request.user, hats = _somebody()
    request.hats, request.actor = hats, hats.actor  # type: ignore[attr-defined]
    return render(request, "accounts/people.html", _people(request.GET["page"]))


urlpatterns = [
    path("bench/personnes/", people),
    path("bench/communes/<str:code>/", commune),
    path("bench/communes/", search),
    path("", include("millecafes.config.urls")),
]
