"""`/carte/`: communes on a map and in an equal list; the values and the tiles that the map asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe
from whitenoise.middleware import WhiteNoiseFileResponse
from whitenoise.responders import StaticFile

from millecafes.common.formats import UNKNOWN, span, thousands
from millecafes.territory.enums import BASIC_SERVICES, Provenance, SupplyBasis
from millecafes.territory.models import AccessTime, Commune
from millecafes.territory.queries.areas import departements
from millecafes.territory.queries.choropleths import (
    MAP_INDICATORS,
    MapFilter,
    MapIndicator,
    MapRow,
    access_of,
    backing,
    bounds_of,
    classes_by_commune,
    communes_in_order,
    select_communes,
    stamp,
)
from millecafes.territory.queries.contours import tiles_version

PAGE_LENGTH = 30
MAX_TEXT = 80
DEFAULT = "cafe"
ORDERS = {
    "nom": "Nom",
    "-valeur": "Valeur, la plus forte d’abord",
    "valeur": "Valeur, la plus faible d’abord",
    "-population": "Population, la plus forte d’abord",
    "population": "Population, la plus faible d’abord",
}


@dataclass(frozen=True)
class Entry:
    """A commune of the list, with its value in words."""

    commune: Commune
    value: str


@require_safe
def carte(request: HttpRequest) -> HttpResponse:
    """The page: filters, list, legend, and where the map is drawn when it is shown."""
    choices = departements()
    asked = _asked(request.GET, {code for code, _ in choices})
    selection = select_communes(asked)
    page = Paginator(selection.rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    bounds = bounds_of(asked.departement) if asked.departement else None
    context = {
        "section": "carte",
        "indicators": MAP_INDICATORS.values(),
        "indicator": asked.indicator,
        "asked": asked,
        "departements": choices,
        "orders": ORDERS,
        "legend": [(line, _query(asked, classe=str(line.index))) for line in selection.legend],
        "all_query": _query(asked, classe=""),
        "entries": _entries(list(page), asked.indicator),
        "page": page,
        "total": len(selection.rows),
        "previous": _query(asked, page=str(page.number - 1)) if page.has_previous() else "",
        "next": _query(asked, page=str(page.number + 1)) if page.has_next() else "",
        "backing": backing(asked.indicator),
        "values_query": _query(asked, indicateur="", tri=""),
        "tiles_version": tiles_version(),
        "bounds": ",".join(f"{side:.4f}" for side in bounds) if bounds else "",
    }
    return render(request, "territory/carte.html", context)


def _values_etag(request: HttpRequest, key: str) -> str | None:
    if key not in MAP_INDICATORS:
        return None
    text = f"{stamp(MAP_INDICATORS[key])} {request.META.get('QUERY_STRING', '')}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


@require_safe
@gzip_page
@condition(etag_func=_values_etag)
def map_values(request: HttpRequest, key: str) -> HttpResponse:
    """The class of each commune of the filter: codes of five characters end to end, one character each."""
    if key not in MAP_INDICATORS:
        raise Http404
    asked = _asked(request.GET, {code for code, _ in departements()}, MAP_INDICATORS[key])
    codes, levels = classes_by_commune(asked)
    labels = [found.label for found in asked.indicator.classes]
    response = JsonResponse({"key": key, "labels": labels, "codes": codes, "levels": levels})
    response["Cache-Control"] = "no-cache"  # asked again each time, answered by 304 when nothing changed
    return response


@require_safe
def tiles(request: HttpRequest) -> HttpResponseBase:
    """The map's tiles, by ranges of bytes; found even when they are built after the server's start."""
    path = Path(settings.TILES_DIR) / "communes.pmtiles"
    if not path.is_file():
        raise Http404("Les tuiles de la carte ne sont pas encore construites.")
    # An address that names the tiles in place will never give others: it is asked once.
    asked = request.GET.get("v", "")
    lasting = bool(asked) and asked == tiles_version()
    cache = "public, max-age=31536000, immutable" if lasting else "no-cache"
    headers = [("Content-Type", "application/vnd.pmtiles"), ("Cache-Control", cache)]
    found = StaticFile(str(path), headers).get_response(request.method or "GET", request.META)
    response: HttpResponseBase = WhiteNoiseFileResponse(found.file or (), status=int(found.status))
    del response["Content-Type"]
    for name, value in found.headers:
        response[name] = value
    return response


def _asked(query: QueryDict, departement_codes: set[str], indicator: MapIndicator | None = None) -> MapFilter:
    """What the address asks; what it asks of unknown is ignored."""
    chosen = indicator or MAP_INDICATORS.get(query.get("indicateur", ""), MAP_INDICATORS[DEFAULT])
    level = query.get("classe", "")
    levels = {str(index): index for index in range(-1, len(chosen.classes))}
    departement = query.get("departement", "")
    sort = query.get("tri", "nom")
    return MapFilter(
        chosen,
        departement if departement in departement_codes else "",
        levels.get(level),
        " ".join(query.get("q", "").split())[:MAX_TEXT],
        sort if sort in ORDERS else "nom",
    )


def _query(asked: MapFilter, **changes: str) -> str:
    """The query string of a filter, with some of its parts changed."""
    values = {
        "indicateur": asked.indicator.key,
        "q": asked.text,
        "departement": asked.departement,
        "classe": "" if asked.level is None else str(asked.level),
        "tri": asked.sort if asked.sort != "nom" else "",
        **changes,
    }
    found = QueryDict(mutable=True)
    found.update({key: value for key, value in values.items() if value})
    return f"?{found.urlencode()}" if found else "?"


def _entries(rows: list[MapRow], indicator: MapIndicator) -> list[Entry]:
    codes = [row.code for row in rows]
    access = access_of(codes, indicator.service) if indicator.service else {}
    return [
        Entry(commune, minutes_words(access.get(row.code)) if indicator.service else _words(row, indicator))
        for row, commune in zip(rows, communes_in_order(codes), strict=True)
    ]


def minutes_words(row: AccessTime | None) -> str:
    """« 8 à 13 minutes », « dans la commune », and the assumption when it rests on one."""
    if row is None or row.minutes is None:
        return UNKNOWN
    if row.provenance == Provenance.ON_SITE:
        words = "dans la commune"
    else:
        words = f"{span(row.low, row.high)} minutes"
    return f"{words} (hypothèse)" if row.basis == SupplyBasis.ASSUMED else words


def _words(row: MapRow, indicator: MapIndicator) -> str:
    if row.value is None:
        return UNKNOWN
    if indicator.key == "population":
        return f"{thousands(row.value)} habitant{'s' if row.value > 1 else ''}"
    if indicator.key == "services":
        return f"{thousands(row.value)} sur {len(BASIC_SERVICES)}" if row.value else "aucun absent"
    return indicator.classes[row.level].label
