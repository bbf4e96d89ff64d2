"""`{% load journal %}{% journal thing %}`: the latest lines of the journal about an object."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.template import Context

from millecafes.common.actors import actor_of
from millecafes.common.journal.queries import lines_about
from millecafes.common.permissions import can

register = template.Library()
LINES = 10


@register.inclusion_tag("common/journal_lines.html", takes_context=True)
def journal(context: Context, thing: Model, permission: str = "common.view_journal_of") -> dict[str, Any]:
    """The latest lines about `thing`, for whoever may see them; otherwise nothing, and no query."""
    actor = actor_of(context["request"])
    if not can(actor, permission, thing):
        return {}
    sees_all = can(actor, "common.view_journal")
    query = urlencode({"objet": thing._meta.label_lower, "numero": thing.pk})
    return {
        "about": thing,
        "lines": lines_about(thing, LINES, "" if sees_all else actor.perimeter),
        "query": query if sees_all else "",
    }
