"""What the territory shows on somebody's desk: their commune, or the table of their area."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from millecafes.common.actors import Actor
from millecafes.territory.queries.communes import find
from millecafes.territory.queries.profile import profile


def commune_of_hat(request: HttpRequest, actor: Actor) -> str:
    """The verdict of the commune on which a hat is worn; nothing for other hats."""
    family, _, code = actor.perimeter.partition(":")
    found = find(code).commune if family == "commune" else None
    if found is None:
        return ""
    return render_to_string("territory/desk.html", {"profile": profile(found)}, request=request)
