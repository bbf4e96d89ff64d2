"""Small territories for tests, made row by row (the committed fixture serves the wider tests)."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from millecafes.territory.enums import NameKind, PointOrigin, Zone
from millecafes.territory.models import Commune, Departement, Epci, PlaceName, PostalCode, Region


def make_departement(code: str = "81", name: str = "Tarn", region: str = "76") -> Departement:
    """A département with its région."""
    parent, _ = Region.objects.get_or_create(code=region, defaults={"name": f"Région {region}"})
    return Departement.objects.get_or_create(code=code, defaults={"name": name, "region": parent})[0]


def make_commune(
    code: str = "81294",
    name: str = "Técou",
    *,
    population: int | None = 1_000,
    lon: float | None = 1.95,
    lat: float | None = 43.85,
    postal_code: str = "81600",
    epci: str = "200066124",
    **extra: Any,
) -> Commune:
    """A commune with its département, EPCI, postal code and searchable name."""
    from millecafes.common.matching import fold

    departement = make_departement(code[:2], f"Département {code[:2]}")
    commune = Commune.objects.create(
        code=code,
        name=name,
        slug=slugify(name),
        zone=extra.pop("zone", Zone.METRO),
        departement=departement,
        epci=Epci.objects.get_or_create(code=epci, defaults={"name": f"CC {epci}", "kind": "CC"})[0],
        population=population,
        lon=lon,
        lat=lat,
        point_origin=extra.pop("point_origin", PointOrigin.TOWN_HALL),
        postal_codes=postal_code,
        **extra,
    )
    PostalCode.objects.create(code=postal_code, commune=commune)
    PlaceName.objects.create(key=fold(name), name=name, code=code, kind=NameKind.CURRENT, commune=commune)
    return commune
