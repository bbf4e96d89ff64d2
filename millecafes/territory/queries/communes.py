"""Communes by code, today's or former."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from millecafes.territory.models import Commune, PlaceName

CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")


@dataclass(frozen=True)
class Found:
    """The commune a code leads to; `moved` when the code is not its own (any more)."""

    commune: Commune | None
    moved: bool = False


def find(code: str) -> Found:
    """The commune of an INSEE code: today's, delegated, associated, of a district, or former.

    At most two queries; département, région and EPCI come with the commune.
    """
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        return Found(None)
    communes = Commune.objects.select_related("departement__region", "epci")
    commune = communes.filter(pk=code).first()
    if commune is not None:
        return Found(commune)
    former = PlaceName.objects.filter(code=code).values("commune_id").order_by("commune_id")[:1]
    return Found(communes.filter(pk__in=former).first(), moved=True)


def labels(codes: Collection[str]) -> dict[str, str]:
    """How communes are called, by code: « Técou (81) »."""
    rows = Commune.objects.filter(pk__in=codes).values_list("code", "name", "departement")
    return {code: f"{name} ({departement})" for code, name, departement in rows}


def communes_by_code(codes: Sequence[str]) -> list[Commune]:
    """The communes that exist among these codes, in the order given."""
    found = Commune.objects.in_bulk(list(codes))
    return [found[code] for code in codes if code in found]
