"""What other sites show of our cafés in a frame: no cookie, no script, nothing from a third party."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from millecafes.cafes.forms.embedding import EmbedForm
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import on_map, public
from millecafes.cafes.queries.opening import statuses
from millecafes.cafes.rules.hours import in_words
from millecafes.common.access import LARGEST_ID

View = Callable[..., HttpResponse]
# A frame holds so many cafés at most; the rest is a click away.
MOST = 60
# « Ouvert jusqu’à… » is never older than this.
_KEPT_SECONDS = 60
CAFE_HEIGHT, LIST_HEIGHT = 460, 600


def framed(view: View) -> View:
    """Let any site show this page in a frame; everything else of the content policy holds."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
        return response

    return cast("View", xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(require_safe(shown))))


def _now() -> dict[str, Any]:
    now = timezone.now()
    return {"now": timezone.localtime(now, public.PARIS), "site": settings.SITE_URL}


def _cafe(pk: int) -> Cafe:
    return get_object_or_404(on_map(), pk=pk if pk <= LARGEST_ID else 0)


@framed
def embedded_cafe(request: HttpRequest, pk: int) -> HttpResponse:
    """One café: whether it is open, and its week."""
    cafe = _cafe(pk)
    opening = statuses([cafe], timezone.now())[cafe.pk]
    stops = cafe.stops.select_related("commune").order_by("name", "pk")
    context = {
        **_now(),
        "cafe": cafe,
        "opening": opening,
        "week": in_words(cafe.hours),
        "stops": [(stop, in_words(stop.hours)) for stop in stops],
    }
    return render(request, "cafes/embedded_cafe.html", context)


@framed
def embedded_list(request: HttpRequest) -> HttpResponse:
    """The cafés of a département, each open or not."""
    form = EmbedForm(request.GET)
    context: dict[str, Any] = {**_now(), "form": form}
    if not form.is_valid():
        return render(request, "cafes/embedded_list.html", context, status=422)
    now = timezone.now()
    chosen = public.ordered(public.Asked(departement=form.cleaned_data["departement"]), now)
    lines = public.lines_of(chosen[:MOST])
    states = statuses([line.cafe for line in lines], now)
    context |= {
        "entries": [(line, states[line.cafe.pk]) for line in lines],
        "total": len(chosen),
        "departement": form.cleaned_data["departement"],
    }
    return render(request, "cafes/embedded_list.html", context)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The lines that a partner pastes in its own site, and what they show."""
    number = request.GET.get("cafe", "")
    if number.isascii() and number.isdecimal():
        cafe = _cafe(int(number))
        address = reverse("cafes:embedded_cafe", args=[cafe.pk])
        title, height = f"Horaires de {cafe.name}", CAFE_HEIGHT
        context = {"cafe": cafe, "form": EmbedForm()}
    else:
        form = EmbedForm(request.GET or None)
        context = {"form": form}
        if not form.is_valid():
            status = 422 if form.is_bound else 200
            return render(request, "cafes/embed_guide.html", {"section": "cafes", **context}, status=status)
        address = f"{reverse('cafes:embedded_list')}?departement={form.cleaned_data['departement']}"
        title, height = "Cafés du réseau Mille cafés", LIST_HEIGHT
    context |= {"address": address, "title": title, "height": height, "site": settings.SITE_URL}
    return render(request, "cafes/embed_guide.html", {"section": "cafes", **context})
