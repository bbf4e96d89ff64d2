"""Places to drink in an extract of OpenStreetMap: a `.osm.pbf` file, or the JSON of Overpass."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What a café of ours may be there. A shop that sells drinks is compared, and never proposed by itself.
DRINKING = frozenset({"cafe", "pub", "bar", "biergarten"})
_AMENITIES = DRINKING | {"restaurant", "fast_food"}
_SHOPS = frozenset({"convenience", "general", "coffee"})
JSON_BYTES = 25_000_000
_EXPECTED = (
    "Attendu : un extrait .osm.pbf (Geofabrik, osmium), ou la réponse JSON d’Overpass "
    "(« [out:json]; … out center; »)."
)
_BROKEN = "Ce fichier {} ne se lit pas : il est abîmé ou incomplet. " + _EXPECTED


class ExtractError(ValueError):
    """A file that cannot be compared, in the user's words."""


@dataclass(frozen=True)
class OsmObject:
    """A place of OpenStreetMap: "node/123", its tags, its point in degrees (WGS 84)."""

    ref: str
    tags: Mapping[str, str] = field(hash=False)
    latitude: float
    longitude: float

    @property
    def name(self) -> str:
        """Its name; empty when nobody gave it one."""
        return self.tags.get("name", "")[:200]

    @property
    def is_drinking(self) -> bool:
        """Whether it is one of those that we could have missed."""
        return self.tags.get("amenity") in DRINKING


@dataclass(frozen=True)
class Extract:
    """What was read: the places, and the day of the data when the file tells it."""

    objects: tuple[OsmObject, ...]
    dated: dt.date | None = None


def is_wanted(tags: Mapping[str, str]) -> bool:
    """Whether an object may be a café of ours."""
    return tags.get("amenity") in _AMENITIES or tags.get("shop") in _SHOPS


def read_extract(path: Path, *, is_json: bool) -> Extract:
    """The places of a file, by their reference.

    Raises
    ------
    ExtractError
        When the file is not what it should be, or holds no such place.
    """
    found = _overpass(path) if is_json else _pbf(path)
    if not found.objects:
        raise ExtractError(
            "Ce fichier ne contient aucun lieu qui serve à boire ou à manger (amenity=cafe, pub, bar, "
            f"restaurant…). {_EXPECTED}"
        )
    return found


def _pbf(path: Path) -> Extract:
    """Three readings, so that only the points needed are kept in memory. Relations are not read."""
    import osmium

    wanted = osmium.filter.TagFilter(
        *(("amenity", value) for value in sorted(_AMENITIES)), *(("shop", value) for value in sorted(_SHOPS))
    )
    try:
        dated = _day(osmium.FileProcessor(str(path)).header.get("osmosis_replication_timestamp"))
        ways = [
            (way.id, dict(way.tags), [node.ref for node in way.nodes])
            for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(wanted)
            if isinstance(way, osmium.osm.Way)
        ]
        found = [
            OsmObject(f"node/{node.id}", dict(node.tags), node.lat, node.lon)
            for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(wanted)
            if isinstance(node, osmium.osm.Node)
        ]
        found += _centres(path, ways)
    except (RuntimeError, ValueError) as error:
        raise ExtractError(_BROKEN.format(".osm.pbf")) from error
    return Extract(tuple(sorted(found, key=lambda one: one.ref)), dated)


def _centres(path: Path, ways: list[tuple[int, dict[str, str], list[int]]]) -> Iterator[OsmObject]:
    """Ways at the middle of the box of their points; one without any known point is left out."""
    import osmium

    refs = {ref for *_, nodes in ways for ref in nodes}
    if not refs:
        return
    near = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(refs))
    points = {node.id: (node.lat, node.lon) for node in near if isinstance(node, osmium.osm.Node)}
    for number, tags, nodes in ways:
        known = [points[ref] for ref in nodes if ref in points]
        if known:
            lats, lons = zip(*known, strict=True)
            yield OsmObject(f"way/{number}", tags, (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)


def _overpass(path: Path) -> Extract:
    if path.stat().st_size > JSON_BYTES:
        raise ExtractError(
            f"Cette réponse d’Overpass dépasse {JSON_BYTES // 1_000_000} Mo. "
            "Demandez moins de lieux, ou envoyez un extrait .osm.pbf."
        )
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ExtractError(_BROKEN.format("JSON")) from error
    elements = told.get("elements") if isinstance(told, dict) else None
    if not isinstance(elements, list):
        raise ExtractError(f"Ce fichier JSON n’a pas de liste « elements ». {_EXPECTED}")
    found = {one.ref: one for element in elements if (one := _element(element)) is not None}
    base = (told.get("osm3s") or {}) if isinstance(told.get("osm3s"), dict) else {}
    return Extract(tuple(found[ref] for ref in sorted(found)), _day(base.get("timestamp_osm_base")))


def _element(told: Any) -> OsmObject | None:
    """A place of the answer of Overpass; None for what is not one, or has no point."""
    if not isinstance(told, dict) or told.get("type") not in {"node", "way", "relation"}:
        return None
    tags, number = told.get("tags"), told.get("id")
    if not isinstance(tags, dict) or not isinstance(number, int) or isinstance(number, bool):
        return None
    read = {str(key): str(value).replace("\0", "") for key, value in tags.items()}
    center = told.get("center")
    place = told if told["type"] == "node" else center if isinstance(center, dict) else {}
    point = (place.get("lat"), place.get("lon"))
    if not is_wanted(read) or not all(isinstance(one, int | float) and math.isfinite(one) for one in point):
        return None
    latitude, longitude = (float(one or 0.0) for one in point)
    if abs(latitude) > 90 or abs(longitude) > 180 or len(str(number)) > 15:
        return None
    return OsmObject(f"{told['type']}/{number}", read, latitude, longitude)


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
