"""`/donnees/`: sources, vintages, licences, definitions, state of loading."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from millecafes.territory.enums import ValueStatus
from millecafes.territory.queries.datasets import source_states
from millecafes.territory.queries.definitions import chapters


@require_safe
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """The page; it reads as well while data is being loaded."""
    states = source_states()
    definitions = [
        (chapter.key, chapter.title, [(d.label, d.unit, d.definition) for d in chapter.definitions])
        for chapter in chapters()
    ]
    context = {
        "section": "donnees",
        "states": states,
        "running": [state for state in states if state.running],
        "failed": [state for state in states if state.failed],
        "loaded": sum(state.dataset is not None for state in states),
        "definitions": definitions,
        "statuses": [status.label for status in ValueStatus],
    }
    return render(request, "territory/donnees.html", context)
