"""Reads of the room `portal`."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from millecafes.common import navigation
from millecafes.common.actors import Actor
from millecafes.common.matching import by_words, fold
from millecafes.common.search import Hit


def desk_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The entries of the back office that open for this hat, by their name. Makes no query."""
    known = ((item, fold(item.label)) for _, item in navigation.items_for(actor))
    return [
        Hit(item.label, reverse(item.url_name), "", score) for item, score in by_words(query, known, limit)
    ]
