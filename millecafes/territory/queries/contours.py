"""What the map is drawn from: shapes of the communes, and which tiles are in place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from millecafes.territory.enums import NameKind, Zone
from millecafes.territory.models import CommuneShape, PlaceName

# In degrees: some 2 km and 500 m; the largest communes reach 30 km around their point.
_OWN_TOLERANCE, _TOLERANCE, _AROUND = 0.02, 0.005, 0.5
Place = tuple[str, float, float]  # code of its commune, latitude, longitude (WGS 84)
_COLUMNS = ("code", "name", "zone", "departement_id", "departement__region_id", "epci_id", "lon", "lat")


def commune_shapes() -> list[tuple[Any, ...]]:
    """Code, name, zone, département, région, EPCI, lon, lat, « born of a merger », WKB; by code."""
    merged = set(
        PlaceName.objects.exclude(kind__in=(NameKind.CURRENT, NameKind.DISTRICT))
        .values_list("commune_id", flat=True)
        .distinct()
    )
    rows = (
        CommuneShape.objects.exclude(commune__zone=Zone.COM)
        .order_by("commune_id")
        .values_list(*(f"commune__{column}" for column in _COLUMNS), "wkb")
    )
    return [
        (*("" if value is None else value for value in row[:6]), *row[6:8], row[0] in merged, bytes(row[8]))
        for row in rows
    ]


def off_land(points: Sequence[Place]) -> list[bool]:
    """For each point, whether it is in the sea or abroad: some 2 km out of its commune at least, and in none.

    Contours are generalised: what is within their tolerance is on land. Without a contour of its commune,
    nobody can say: not off land. One query, and one more for each point out of its commune.
    """
    import shapely

    shapes = dict(
        CommuneShape.objects.filter(pk__in={point[0] for point in points}).order_by().values_list("pk", "wkb")
    )
    found = []
    for code, latitude, longitude in points:
        mark = shapely.Point(longitude, latitude)
        own = shapes.get(code)
        near = own is None or shapely.distance(shapely.from_wkb(bytes(own)), mark) <= _OWN_TOLERANCE
        found.append(not (near or _is_in_a_commune(latitude, longitude)))
    return found


def _is_in_a_commune(latitude: float, longitude: float) -> bool:
    import shapely

    around = CommuneShape.objects.filter(
        commune__lat__range=(latitude - _AROUND, latitude + _AROUND),
        commune__lon__range=(longitude - _AROUND, longitude + _AROUND),
    ).order_by()
    shapes = shapely.from_wkb([bytes(wkb) for wkb in around.values_list("wkb", flat=True)])
    return bool((shapely.distance(shapes, shapely.Point(longitude, latitude)) <= _TOLERANCE).any())


def tiles_version() -> str:
    """What identifies the tiles in place; empty when there are none."""
    folder = Path(settings.TILES_DIR)
    stamp = folder / "stamp.txt"
    if not (folder / "communes.pmtiles").is_file() or not stamp.is_file():
        return ""
    return stamp.read_text().strip()[:16]
