"""What the map is drawn from: shapes of the communes, and which tiles are in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from millecafes.territory.enums import NameKind, Zone
from millecafes.territory.models import CommuneShape, PlaceName

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


def tiles_version() -> str:
    """What identifies the tiles in place; empty when there are none."""
    folder = Path(settings.TILES_DIR)
    stamp = folder / "stamp.txt"
    if not (folder / "communes.pmtiles").is_file() or not stamp.is_file():
        return ""
    return stamp.read_text().strip()[:16]
