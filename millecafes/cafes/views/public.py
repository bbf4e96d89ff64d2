"""What everybody sees of the network's cafés."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from millecafes.cafes import catalogue
from millecafes.cafes.enums import CafeKind, ServiceStatus
from millecafes.cafes.forms.filters import MOMENTS, CafesFilter
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import public
from millecafes.cafes.queries.cafes import cafes
from millecafes.cafes.queries.counts import network_today
from millecafes.cafes.queries.linked import linked_data
from millecafes.cafes.queries.opening import status_of, statuses
from millecafes.cafes.rules.hours import expression_words, in_words
from millecafes.common import documents, exports
from millecafes.common.access import LARGEST_ID
from millecafes.territory.models import Commune
from millecafes.territory.queries.contours import tiles_version

PAGE_LENGTH = 20


@require_safe
def cafe_list(request: HttpRequest) -> HttpResponse:
    """`/cafes/`: the cafés of the network, in a list and on an equal map."""
    now = timezone.now()
    form = CafesFilter(request.GET or None)
    asked = form.asked if form.is_bound else public.Asked()
    chosen = public.listed(asked, now) if form.is_valid() or not form.is_bound else []
    page = Paginator(chosen, PAGE_LENGTH).get_page(request.GET.get("page"))
    lines = public.lines_of(public.with_distance(page))
    states = statuses([line.cafe for line in lines], now)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "section": "cafes",
        "form": form,
        "asked": asked,
        "moments": MOMENTS,
        "kinds": [(kind, public.MARKS[kind]) for kind in CafeKind],
        "groups": catalogue.groups(),
        "page": page,
        "entries": [(line, states[line.cafe.pk]) for line in lines],
        "total": page.paginator.count,
        "query": query.urlencode(),
        "exports": exports.labels_of("cafes.cafes"),
        "now": timezone.localtime(now, public.PARIS),
        "near_km": round(public.NEAR_KM),
        "size": network_today(timezone.localdate(now)),
        "tiles_version": tiles_version(),
    }
    return render(request, "cafes/public_list.html", context)


@require_safe
def cafe(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a café; one that closed or left says so."""
    rows = cafes().select_related("organisation", "commune__departement__region")
    found = get_object_or_404(rows, pk=pk if pk <= LARGEST_ID else 0)
    return render(request, "cafes/public_cafe.html", page_of(found))


def page_of(found: Cafe) -> dict[str, Any]:
    """What the page of a café says."""
    now = timezone.now()
    today = timezone.localdate(now)
    placed = found.latitude is not None and found.longitude is not None
    point = (found.latitude or 0.0, found.longitude or 0.0)
    ahead = list(found.exceptions.filter(last__gte=today)[:10])
    stops = found.stops.select_related("commune__departement").order_by("name", "pk")
    return {
        "section": "cafes",
        "cafe": found,
        "mark": public.MARKS[CafeKind(found.kind)] if found.kind else "",
        "opening": status_of(found, now),
        "week": in_words(found.hours),
        "point": (f"{point[0]:.5f}", f"{point[1]:.5f}") if placed else (),
        "postal_code": found.commune.postal_codes.split(" ")[0],
        "photos": documents.of(found, "cafes.photo"),
        "exceptions": [(row, expression_words(row.hours)) for row in ahead],
        "groups": _groups(found),
        "stops": [(stop, in_words(stop.hours)) for stop in stops],
        "near": public.nearby(point, now, besides=found.pk) if placed else [],
        "today": today,
        "page_url": settings.SITE_URL + found.get_absolute_url(),
        "card_url": settings.SITE_URL + reverse("cafes:card", args=[found.pk]) if found.kind else "",
        "linked": linked_data(found, ahead, today),
    }


def _groups(found: Cafe) -> list[tuple[str, list[Any]]]:
    """The services of a café that the public is told of, group by group; not those it only wishes for."""
    rows = found.services.exclude(status=ServiceStatus.WANTED).select_related("partner").order_by("pk")
    known = {row.code: row for row in rows}
    told = []
    for group in catalogue.groups():
        kinds = [kind for kind in group.services if kind.code in known]
        told.append(
            (group.label, [(kind.icon, known[kind.code], in_words(known[kind.code].hours)) for kind in kinds])
        )
    return [entry for entry in told if entry[1]]


def commune_cafes(request: HttpRequest, commune: Commune) -> str:
    """The nearest cafés, on a commune's page."""
    now = timezone.now()
    lines = public.around(commune, now)
    if not lines:
        return ""
    states = statuses([line.cafe for line in lines], now)
    entries = [(line, states[line.cafe.pk]) for line in lines]
    return render_to_string("cafes/commune_cafes.html", {"entries": entries, "commune": commune})
