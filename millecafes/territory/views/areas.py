"""`/territoires/`: France, régions, départements and EPCI, on the screen and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from millecafes.common.exports import FORMATS, Column, Table, export_response
from millecafes.territory.enums import AreaKind
from millecafes.territory.importing.outlines import OutlinesMissingError, read_outlines
from millecafes.territory.queries.areas import (
    NAME,
    AreaFilter,
    Sourced,
    departements,
    filtered_areas,
    parents,
    sourced_indicators,
)
from millecafes.territory.queries.statistics import AreaRow

PAGE_LENGTH = 100
MAX_TEXT = 80
KINDS = (AreaKind.REGION, AreaKind.DEPARTEMENT, AreaKind.EPCI)
# Headings of narrow columns; each is explained in full under the table.
SHORT = {
    "communes": "Communes",
    "communes_eligible": "Moins de 3 500 hab.",
    "population": "Population",
    "population_eligible_share": "Population de ces communes",
    "no_drinks_share": "Sans café",
    "no_food_share": "Sans commerce alimentaire",
    "minutes_drinks": "Temps jusqu’au café",
    "minutes_grocery": "Temps jusqu’à l’épicerie",
    "frr_share": "En FRR",
    "share_60_plus": "60 ans et plus",
    "share_second_homes": "Résidences secondaires",
    "share_vacant": "Logements vacants",
}
# The area of another kind inside each area, and the parameter that keeps it.
INSIDE = {
    AreaKind.REGION: (AreaKind.DEPARTEMENT, "region", "Ses départements"),
    AreaKind.DEPARTEMENT: (AreaKind.EPCI, "departement", "Ses intercommunalités"),
}
PARENT = {AreaKind.DEPARTEMENT: ("region", "Région"), AreaKind.EPCI: ("departement", "Département")}


@dataclass(frozen=True)
class Heading:
    """A heading of the table: its sort link and what it stands for."""

    label: str
    unit: str
    full: str
    anchor: str
    query: str
    order: str  # value of aria-sort, empty when the table is not sorted by it


@dataclass(frozen=True)
class Line:
    """A row of the table, ready to be shown."""

    name: str
    code: str
    inside: str  # query of the list of what is inside, if there is one
    cells: list[dict[str, Any]]


@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """France, and the way to the three kinds of areas."""
    indicators = sourced_indicators()
    rows = filtered_areas(AreaFilter(AreaKind.FRANCE))
    context = {
        "section": "territoires",
        "figures": [_figure(rows[0], sourced) for sourced in indicators] if rows else [],
        "kinds": KINDS,
        "departements": departements(),
    }
    return render(request, "territory/territoires.html", context)


def _figure(row: AreaRow, sourced: Sourced) -> dict[str, Any]:
    cell = row.values.get(sourced.indicator.key)
    partial = cell is not None and cell.value is not None and cell.known < cell.total
    return {**_cell(row, sourced), "sourced": sourced, "cell": cell, "partial": partial}


@require_safe
def areas_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """The table of one kind of areas."""
    choices = parents(_kind(kind))
    asked = _asked(request.GET, _kind(kind), {code for code, _ in choices})
    indicators = sourced_indicators()
    rows = filtered_areas(asked)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    parameter, parent_label = PARENT.get(asked.kind, ("", ""))
    context = {
        "section": "territoires",
        "kinds": KINDS,
        "kind": asked.kind,
        "asked": asked,
        "choices": choices,
        "parameter": parameter,
        "parent_label": parent_label,
        "parent": asked.region or asked.departement,
        "inside": INSIDE.get(asked.kind),
        "headings": _headings(asked, indicators),
        "lines": [_line(row, asked.kind, indicators) for row in page],
        "page": page,
        "previous": _query(asked, page=page.number - 1) if page.has_previous() else "",
        "next": _query(asked, page=page.number + 1) if page.has_next() else "",
        "total": len(rows),
        "definitions": _definitions(page, indicators),
        "formats": {extension: chosen.label for extension, chosen in FORMATS.items()},
        "query": _query(asked),
    }
    return render(request, "territory/territoires_liste.html", context)


@require_safe
def areas_export(request: HttpRequest, kind: str, format: str) -> HttpResponse:
    """All the rows of the filter, as a file."""
    if format not in FORMATS:
        raise Http404
    area_kind = _kind(kind)
    asked = _asked(request.GET, area_kind, {code for code, _ in parents(area_kind)})
    geometries: dict[str, Any] = {}
    if format == "geojson":
        try:
            geometries = read_outlines(area_kind)
        except OutlinesMissingError as missing:
            response = HttpResponse(f"{missing}\n", status=503, content_type="text/plain; charset=utf-8")
            response["Retry-After"] = "120"
            return response
    return export_response(areas_table(asked, geometries), format)


def areas_table(asked: AreaFilter, geometries: dict[str, Any] | None = None) -> Table:
    """The rows of a filter as a table to export: same columns, values and order as the screen."""
    indicators = sourced_indicators()
    columns = [Column("code", "Code"), Column("nom", "Nom")]
    columns += [
        Column(
            sourced.indicator.key,
            sourced.indicator.label,
            sourced.indicator.unit,
            "number",
            sourced.indicator.decimals,
            sourced.indicator.definition,
            sourced.source,
            sourced.vintage,
        )
        for sourced in indicators
    ]
    rows = []
    for row in filtered_areas(asked):
        values = {sourced.indicator.key: _cell(row, sourced) for sourced in indicators}
        numbers = {key: cell["word"] or cell["value"] for key, cell in values.items()}
        rows.append({"code": row.code, "nom": row.name, **numbers})
    name = f"mille-cafes-{asked.kind.value}s"
    return Table(name, asked.kind.label, columns, rows, geometries or {})


def _kind(kind: str) -> AreaKind:
    if kind not in {known.value for known in KINDS}:
        raise Http404
    return AreaKind(kind)


def _asked(query: QueryDict, kind: AreaKind, choices: set[str]) -> AreaFilter:
    """What the address asks; what it asks of unknown is ignored."""
    parameter = PARENT.get(kind, ("", ""))[0]
    parent = query.get(parameter, "") if parameter else ""
    sort = query.get("tri", NAME)
    return AreaFilter(
        kind,
        text=" ".join(query.get("q", "").split())[:MAX_TEXT],
        sort=sort if sort.removeprefix("-") in {NAME, *SHORT} else NAME,
        **({parameter: parent} if parent in choices else {}),
    )


def _query(asked: AreaFilter, sort: str = "", page: int = 1) -> str:
    """The query string of a filter."""
    found = QueryDict(mutable=True)
    values = {
        "q": asked.text,
        "region": asked.region,
        "departement": asked.departement,
        "tri": (sort or asked.sort).removeprefix(NAME),
        "page": str(page) if page > 1 else "",
    }
    found.update({key: value for key, value in values.items() if value})
    return f"?{found.urlencode()}" if found else "?"


def _headings(asked: AreaFilter, indicators: list[Sourced]) -> list[Heading]:
    """Names, then indicators; a first click on a number puts the largest first."""
    columns = [(NAME, "Nom", "", "", "")]
    columns += [
        (key, SHORT.get(key, sourced.indicator.label), sourced.indicator.unit, sourced.indicator.label, key)
        for sourced in indicators
        for key in [sourced.indicator.key]
    ]
    headings = []
    for key, label, unit, full, anchor in columns:
        current = asked.key == key
        first = key if key == NAME else f"-{key}"
        other = key if first.startswith("-") else f"-{key}"
        order = ("descending" if asked.descending else "ascending") if current else ""
        query = _query(asked, other if current and asked.sort == first else first)
        headings.append(Heading(label, unit, full, anchor, query, order))
    return headings


def _line(row: AreaRow, kind: AreaKind, indicators: list[Sourced]) -> Line:
    inside = INSIDE.get(kind)
    query = f"?{inside[1]}={row.code}" if inside else ""
    return Line(row.name, row.code, query, [_cell(row, sourced) for sourced in indicators])


def _cell(row: AreaRow, sourced: Sourced) -> dict[str, Any]:
    cell = row.values.get(sourced.indicator.key)
    return {
        "value": cell.value if cell else None,
        "word": sourced.word(cell),
        "decimals": sourced.indicator.decimals,
    }


def _definitions(page: Page[AreaRow], indicators: list[Sourced]) -> list[dict[str, Any]]:
    """What stands under the table: each column in full, and on how many communes it rests."""
    found = []
    for sourced in indicators:
        cells = [row.values[sourced.indicator.key] for row in page if sourced.indicator.key in row.values]
        known, total = sum(cell.known for cell in cells), sum(cell.total for cell in cells)
        label = SHORT.get(sourced.indicator.key, sourced.indicator.label)
        found.append(
            {"sourced": sourced, "short": label, "known": known, "total": total, "partial": known < total}
        )
    return found
