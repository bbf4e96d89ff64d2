"""The cafés of the map, as columns: what a phone reads before it draws anything."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from millecafes.cafes.enums import CafeKind
from millecafes.cafes.queries.public import NEAR_KM, Asked, filtered, within
from millecafes.cafes.rules.place import distance_km

# The order of the marks on the map (frontend/src/js/cafes/marks.js).
_ORDER = {
    kind: str(number)
    for number, kind in enumerate(
        (CafeKind.NETWORK, CafeKind.INDEPENDENT, CafeKind.ITINERANT, CafeKind.ASSOCIATIVE)
    )
}
# Ten-thousandths of a degree: about ten metres.
_SCALE = 10_000


def columns(asked: Asked, now: dt.datetime) -> dict[str, Any]:
    """The cafés of a filter that have a point, the same as in the list: one query.

    `ids`, `lats` and `lons` are differences from the one before (in ten-thousandths of a degree, WGS 84);
    `kinds` has one figure for each, `names` one line.
    """
    rows = filtered(asked, now)
    if asked.near is not None:
        rows = within(rows, asked.near, NEAR_KM)
    told = rows.filter(latitude__isnull=False, longitude__isnull=False).order_by("pk")
    known = [
        row
        for row in told.values_list("pk", "latitude", "longitude", "kind", "name")
        if asked.near is None or distance_km(row[1] or 0.0, row[2] or 0.0, *asked.near) <= NEAR_KM
    ]
    return {
        "ids": _steps([row[0] for row in known]),
        "lats": _steps([round((row[1] or 0.0) * _SCALE) for row in known]),
        "lons": _steps([round((row[2] or 0.0) * _SCALE) for row in known]),
        "kinds": "".join(_ORDER[CafeKind(row[3])] for row in known),
        "names": "\n".join(row[4] for row in known),
    }


def written(asked: Asked, now: dt.datetime) -> bytes:
    """The columns as compact JSON."""
    return json.dumps(columns(asked, now), ensure_ascii=False, separators=(",", ":")).encode()


def _steps(values: list[int]) -> list[int]:
    return [value - before for before, value in zip([0, *values], values, strict=False)]
