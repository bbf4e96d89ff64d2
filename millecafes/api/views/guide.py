"""Pages for people who write programs: how to use the API, and what each address answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from millecafes.api.examples import PUBLIC, WITH_TOKEN, shown
from millecafes.api.openapi import problem_kinds
from millecafes.api.reference import operations
from millecafes.api.rules import WINDOW
from millecafes.common.scopes import scopes


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How to use the API, with examples that work as they are."""
    site = request.build_absolute_uri("/").rstrip("/")
    context = {
        "site": site,
        "public": shown(PUBLIC, site),
        "with_token": shown(WITH_TOKEN, site),
        "scopes": scopes(),
        "problems": problem_kinds(),
        "anonymous": settings.API_RATE_ANONYMOUS,
        "token": settings.API_RATE_TOKEN,
        "window": WINDOW,
    }
    return render(request, "api/guide.html", context)


class Reference(DocsBase):
    """The description of the API as a page of the site: no script, nothing from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **options: Any) -> HttpResponse:
        """Every address, its parameters and its answers."""
        schema = api.get_openapi_schema()
        return render(request, "api/reference.html", {"groups": operations(schema)})
