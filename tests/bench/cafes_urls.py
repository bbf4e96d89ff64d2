"""Addresses of the site, and a twin of the list of cafés rendered from memory (benchmark only)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from unittest import mock

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import include, path

from millecafes.cafes.views import public


@lru_cache(maxsize=64)
def _context(query: str) -> dict[str, Any]:
    """What the view gives its template for this address, read beforehand."""
    given: dict[str, Any] = {}

    def keep(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given.update(context)
        return HttpResponse()

    with mock.patch.object(public, "render", keep):
        public.cafe_list(RequestFactory().get(f"/cafes/?{query}"))
    return given


def cafes(request: HttpRequest) -> HttpResponse:
    """The template of the list of cafés, its context in memory."""
    return render(request, "cafes/public_list.html", _context(request.META["QUERY_STRING"]))


urlpatterns = [path("bench/cafes/", cafes), path("", include("millecafes.config.urls"))]
