"""What a café and a place of OpenStreetMap say differently."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from millecafes.cafes import catalogue
from millecafes.cafes.enums import CafeModel
from millecafes.cafes.models import Cafe
from millecafes.cafes.rules.hours import HoursError, normalised
from millecafes.cafes.rules.place import distance_km
from millecafes.cafes.services.comparing.reading import DRINKING, OsmObject
from millecafes.common.matching import fold

# Under this, two points are the same door.
SAME_POINT_METRES = 30
LINK, NAME, HOURS, POINT, SERVICE = "osm_ref", "name", "hours", "point", "service:"
# What a tag may say instead of its value in the catalogue.
_ALSO = {
    "amenity": DRINKING | {"restaurant"},
    "internet_access": {"yes", "wlan", "terminal", "wired", "service"},
    "cash_withdrawal": {"yes"},
}
_NO = frozenset({"no", "none"})


@dataclass(frozen=True)
class Difference:
    """One thing said differently: `here` and `there` are kept as text; empty when nothing is said.

    `key` is the tag of OpenStreetMap. `decision`: "" (to decide), "taken" or "left".
    """

    field: str
    label: str
    key: str
    here: str
    there: str
    can_take: bool = True
    note: str = ""
    decision: str = ""

    def as_row(self) -> dict[str, Any]:
        """As the table keeps it."""
        return asdict(self)


def differences(cafe: Cafe, running: Collection[str], there: OsmObject) -> list[Difference]:
    """What differs, both ways. What OpenStreetMap says nothing of is not said to be absent."""
    told = [_link(cafe, there), _name(cafe, there), _hours(cafe, there), _point(cafe, there)]
    return [one for one in (*told, *_services(running, there)) if one is not None]


def _link(cafe: Cafe, there: OsmObject) -> Difference | None:
    if cafe.osm_ref == there.ref:
        return None
    return Difference(LINK, "Objet OpenStreetMap", "", cafe.osm_ref, there.ref)


def _name(cafe: Cafe, there: OsmObject) -> Difference | None:
    name = there.tags.get("name", "").strip()
    if fold(name) == cafe.key:
        return None
    can_take = bool(fold(name)) and len(name) <= 120
    return Difference(NAME, "Nom", "name", cafe.name, name, can_take)


def _hours(cafe: Cafe, there: OsmObject) -> Difference | None:
    if cafe.model == CafeModel.ITINERANT:
        return None  # its hours are those of its stops
    written = there.tags.get("opening_hours", "").strip()
    try:
        hours, note = normalised(written), ""
    except HoursError as error:
        hours, note = written, f"Ne se reprend pas : {error}"
    if hours == cafe.hours:
        return None
    return Difference(HOURS, "Horaires", "opening_hours", cafe.hours, hours, bool(hours and not note), note)


def _point(cafe: Cafe, there: OsmObject) -> Difference | None:
    if cafe.model == CafeModel.ITINERANT:
        return None
    point = f"{there.latitude:.5f}, {there.longitude:.5f}"
    if cafe.latitude is None or cafe.longitude is None:
        return Difference(POINT, "Point", "", "", point)
    metres = round(1_000 * distance_km(cafe.latitude, cafe.longitude, there.latitude, there.longitude))
    if metres <= SAME_POINT_METRES:
        return None
    here = f"{cafe.latitude:.5f}, {cafe.longitude:.5f}"
    return Difference(POINT, "Point", "", here, point, note=f"À {metres} m l’un de l’autre.")


def _services(running: Collection[str], there: OsmObject) -> list[Difference]:
    found = []
    for code, kind in catalogue.services().items():
        if not kind.osm:
            continue
        is_there = all(there.tags.get(key) in {value, *_ALSO.get(key, ())} for key, value in kind.osm.items())
        is_here = code in running
        if is_there == is_here:
            continue
        said_no = any(there.tags.get(key) in _NO for key in kind.osm)
        found.append(
            Difference(
                f"{SERVICE}{code}",
                kind.label,
                "; ".join(f"{key}={value}" for key, value in kind.osm.items()),
                "en service" if is_here else "",
                "oui" if is_there else "non" if said_no else "",
                can_take=is_there,
            )
        )
    return found
