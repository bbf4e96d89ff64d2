"""The lists of cafés as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from millecafes.common import exports
from millecafes.common.access import requires


@require_safe
def export(request: HttpRequest, format: str) -> HttpResponse:
    """`/cafes/export.<format>`: the cafés of the public list, for the same filter."""
    return exports.answer(request, "cafes.cafes", format)


@require_safe
@requires("cafes.list_cafes")
def team_export(request: HttpRequest, format: str) -> HttpResponse:
    """`/equipe/cafes/cafes.<format>`: the cafés of the team's table, for the same filter."""
    return exports.answer(request, "cafes.followed", format)
