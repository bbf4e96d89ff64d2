"""The views of the team's table that somebody keeps."""

from __future__ import annotations

from django.db.models import QuerySet

from millecafes.cafes.models import SavedView
from millecafes.common.actors import Actor


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The views of one person, by name; of nobody for a command."""
    if actor.user_id is None:
        return SavedView.objects.none()
    return SavedView.objects.filter(owner=actor.user_id).order_by("name", "pk")
