"""Régions, départements and EPCI in the search of the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse

from millecafes.common.actors import Actor
from millecafes.common.matching import by_words, fold
from millecafes.common.search import Hit
from millecafes.territory.enums import AreaKind
from millecafes.territory.models import Departement, Epci, Region

# Abbreviations people type for what names write in full.
_SHORT = {
    "cc": "communaute de communes",
    "ca": "communaute d agglomeration",
    "cu": "communaute urbaine",
}
_CALLED = {AreaKind.REGION: "Région", AreaKind.DEPARTEMENT: "Département", AreaKind.EPCI: "Intercommunalité"}


def area_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The areas of that name or code, in the list of their kind: three queries."""
    first, _, rest = fold(query).partition(" ")
    typed = f"{_SHORT[first]} {rest}" if first in _SHORT and rest else query
    found = by_words(typed, _rows(), limit)
    return [_hit(kind, code, name, score) for (kind, code, name), score in found]


def _rows() -> list[tuple[tuple[AreaKind, str, str], str]]:
    """Every area with what it is known by: its name; and its code, which no other name begins with."""
    rows = []
    for kind, model in (
        (AreaKind.REGION, Region.objects.all()),
        # Overseas collectivities are outside the programme: their list does not show them.
        (AreaKind.DEPARTEMENT, Departement.objects.filter(region__isnull=False)),
        (AreaKind.EPCI, Epci.objects.all()),
    ):
        for code, name in model.order_by("code").values_list("code", "name"):
            known = f"{fold(name)} {code.lower()}" if kind is AreaKind.DEPARTEMENT else fold(name)
            rows.append(((kind, code, name), known))
    return rows


def _hit(kind: AreaKind, code: str, name: str, score: float) -> Hit:
    address = reverse("territory:areas_kind", args=[kind.value])
    detail = f"{_CALLED[kind]} ({code})" if kind is AreaKind.DEPARTEMENT else _CALLED[kind]
    return Hit(name, f"{address}?{urlencode({'q': name})}", detail, score)
