"""The communes around one, with contours, for the local map and the list beside it (three queries)."""

from __future__ import annotations

from math import cos, hypot, radians

from millecafes.territory.enums import Provenance
from millecafes.territory.models import Commune
from millecafes.territory.profile import Frame, Neighbour, Place, Surroundings
from millecafes.territory.queries.rows import box_rows, cafe_rows, shape_rows

DRAWN = 26
"""Contours on the local map, the commune's own included."""
_HALF_HEIGHT = 0.135  # degrees of latitude searched around the commune: 15 km
_ASPECT = 1.4
_LEAST, _MOST = 0.022, 0.1  # half-height of the frame, in degrees of latitude

Row = tuple[str, str, str, float, float, int | None]


def surroundings(commune: Commune) -> Surroundings | None:
    """Neighbours and the frame that shows them; None when the commune has no point."""
    if commune.lon is None or commune.lat is None:
        return None
    stretch = cos(radians(commune.lat))
    rows = _nearest(commune, stretch)
    half = _half_height(rows, commune, stretch)
    frame = Frame(
        commune.lon - half * _ASPECT / stretch,
        commune.lat - half,
        commune.lon + half * _ASPECT / stretch,
        commune.lat + half,
    )
    codes = [row[0] for row in rows]
    shapes = {code: bytes(wkb) for code, wkb in shape_rows(codes)}
    return Surroundings(
        frame, tuple(_neighbour(row, shapes.get(row[0]), times) for row, times in _with_cafes(rows))
    )


def _nearest(commune: Commune, stretch: float) -> list[Row]:
    """The communes of the box, nearest first, the commune itself at their head."""
    lon, lat = commune.lon or 0.0, commune.lat or 0.0
    wide = _HALF_HEIGHT * _ASPECT / stretch
    found: list[Row] = [
        (row[0], row[1], row[2], row[3], row[4], row[5])
        for row in box_rows(lat - _HALF_HEIGHT, lat + _HALF_HEIGHT, lon - wide, lon + wide)
    ]
    found.sort(
        key=lambda row: (row[0] != commune.code, hypot((row[3] - lon) * stretch, row[4] - lat), row[0])
    )
    return found[:DRAWN]


def _half_height(rows: list[Row], commune: Commune, stretch: float) -> float:
    """Half the height of a frame that the contours drawn fill: the farthest drawn lies past its corners."""
    lon, lat = commune.lon or 0.0, commune.lat or 0.0
    reach = max((hypot((row[3] - lon) * stretch, row[4] - lat) for row in rows), default=0.0)
    if len(rows) < DRAWN:
        reach = _MOST
    return min(max(reach * 0.54, _LEAST), _MOST)


def _with_cafes(rows: list[Row]) -> list[tuple[Row, tuple[float | None, str, bool | None]]]:
    """Each neighbour with the minutes to its first café, where that is, and whether it has one."""
    times = {
        code: (minutes, name or "", provenance == Provenance.ON_SITE)
        for code, minutes, name, provenance in cafe_rows([row[0] for row in rows])
    }
    return [(row, times.get(row[0], (None, "", None))) for row in rows]


def _neighbour(row: Row, wkb: bytes | None, times: tuple[float | None, str, bool | None]) -> Neighbour:
    code, name, slug, lon, lat, population = row
    minutes, nearest, has_cafe = times
    return Neighbour(Place(code, name, slug), lon, lat, population, wkb, minutes, nearest, has_cafe)
