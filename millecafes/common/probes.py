"""Addresses that machines ask to know whether the site is well, and the same for people."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from millecafes.common import errors, health
from millecafes.common.actors import actor_of
from millecafes.common.permissions import can
from millecafes.common.views import style

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """This process answers. Asks nothing of anybody: one that does not answer is to be started again."""
    return JsonResponse({"etat": health.FINE})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The site can serve pages: 200; or 503, until what is vital is back. Details for the team only."""
    found = health.examine()
    state = health.state_of(found)
    content: dict[str, object] = {"etat": state}
    if sees_details(request):
        content["parties"] = [
            {"nom": part.key, "bien": part.is_well, "vital": part.vital, "detail": part.detail}
            for part in found
        ]
    status = 503 if state == health.DOWN else 200
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same, in words. Needs neither the database nor the frame of other pages."""
    found = health.examine()
    state = health.state_of(found)
    context = {
        "assets": style(),
        "state": state,
        "is_down": state == health.DOWN,
        "findings": found if sees_details(request) else [],
    }
    html = render_to_string("common/health.html", context)
    return HttpResponse(html, status=503 if state == health.DOWN else 200)


def sees_details(request: HttpRequest) -> bool:
    """Whether the team asks, or this machine itself without a proxy between."""
    is_local = request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
    if is_local:
        return True
    try:
        return can(actor_of(request), "common.view_health")
    except DatabaseError as error:
        if not errors.is_unavailable(error):
            raise
        return False
