"""The families of perimeters that this room knows: those of the territory, and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from millecafes.accounts.enums import PerimeterKind
from millecafes.accounts.models import User
from millecafes.accounts.queries.perimeters import NETWORK, Answer, Labels, Search, commune_keys, register
from millecafes.common.matching import fold
from millecafes.territory.models import Commune, Departement, Epci, Region
from millecafes.territory.queries.search import search_communes

Keys = QuerySet[Any, str]
# How a commune is known to lie in a perimeter of each family.
_COMMUNE_IN = {
    PerimeterKind.EPCI: "epci_id",
    PerimeterKind.DEPARTEMENT: "departement_id",
    PerimeterKind.REGION: "departement__region_id",
}


def _keys(rows: QuerySet[Any], family: PerimeterKind, field: str = "pk") -> Keys:
    """The keys of rows, as a query that another may hold."""
    return rows.order_by().values_list(Concat(Value(f"{family.value}:"), F(field)), flat=True)


def _commune_labels(codes: list[str]) -> dict[str, str]:
    rows = Commune.objects.filter(code__in=codes).values_list("code", "name", "departement__name")
    return {code: f"{name} ({departement})" for code, name, departement in rows}


def _commune_above(code: str) -> tuple[str, ...]:
    commune = Commune.objects.select_related("departement").filter(code=code).first()
    return commune_keys(commune) if commune else ()


def _communes_within(family: PerimeterKind, value: str) -> Keys | None:
    if family not in _COMMUNE_IN:
        return None
    return _keys(Commune.objects.filter(**{_COMMUNE_IN[family]: value}), PerimeterKind.COMMUNE)


def _find_communes(text: str, limit: int) -> Sequence[Answer]:
    return [
        Answer(
            one.commune_code,
            f"{one.name}, {one.departement}, code {one.commune_code}",
            one.certain,
            f"{one.name} {one.commune_code}",
        )
        for one in search_communes(text, limit)
    ]


def _departement_above(code: str) -> tuple[str, ...]:
    found = Departement.objects.filter(code=code).first()
    if found is None:
        return ()
    region = (f"region:{found.region_id}",) if found.region_id else ()
    return (f"departement:{code}", *region, NETWORK)


def _departements_within(family: PerimeterKind, value: str) -> Keys | None:
    if family != PerimeterKind.REGION:
        return None
    return _keys(Departement.objects.filter(region_id=value), PerimeterKind.DEPARTEMENT)


def _epci_above(code: str) -> tuple[str, ...]:
    """An EPCI lies only in the départements and régions that hold it whole."""
    rows = list(
        Commune.objects.filter(epci_id=code)
        .values_list("departement_id", "departement__region_id")
        .distinct()
        .order_by("departement_id")
    )
    if not rows:
        return ()
    departements = {departement for departement, _ in rows}
    regions = {region for _, region in rows if region}
    keys = [f"epci:{code}"]
    if len(departements) == 1:
        keys.append(f"departement:{departements.pop()}")
    if len(regions) == 1:
        keys.append(f"region:{regions.pop()}")
    return (*keys, NETWORK)


def _epcis_within(family: PerimeterKind, value: str) -> Keys | None:
    if family not in {PerimeterKind.DEPARTEMENT, PerimeterKind.REGION}:
        return None
    members = Commune.objects.filter(epci_id=OuterRef("pk"))
    inside = {_COMMUNE_IN[family]: value}
    whole = Epci.objects.filter(Exists(members.filter(**inside)), ~Exists(members.exclude(**inside)))
    return _keys(whole, PerimeterKind.EPCI)


def _named(model: type[Departement] | type[Region] | type[Epci]) -> Labels:
    def names(codes: list[str]) -> dict[str, str]:
        return dict(model._default_manager.filter(pk__in=codes).values_list("pk", "name"))

    return names


def _by_name(model: type[Departement] | type[Region] | type[Epci], family: str) -> Search:
    """A search by code or name among the few rows of a table."""

    def find(text: str, limit: int) -> Sequence[Answer]:
        key = fold(text)
        if not key:
            return []
        rows = model._default_manager.order_by("name", "pk").values_list("pk", "name")
        exact, close = [], []
        for code, name in rows:
            called, typed = fold(name), f"{name} {code}"
            if key in {code.lower(), called, fold(typed)}:
                exact.append(Answer(code, f"{name} ({family})", True, typed))
            elif f" {key}" in f" {called}":  # the beginning of one of its words
                close.append(Answer(code, f"{name} ({family})", False, typed))
        return [*exact, *close][:limit]

    return find


def _person_labels(ids: Iterable[str]) -> dict[str, str]:
    # The key of somebody erased leads nowhere: no role nor invitation may be given on it.
    numbers = [value for value in ids if value.isdecimal() and len(value) < 19]
    people = User.objects.filter(pk__in=numbers, erased_at__isnull=True)
    return {str(person.pk): str(person) for person in people}


register(
    PerimeterKind.COMMUNE, _commune_labels, _commune_above, within=_communes_within, search=_find_communes
)
register(
    PerimeterKind.DEPARTEMENT,
    _named(Departement),
    _departement_above,
    within=_departements_within,
    search=_by_name(Departement, "département"),
)
register(
    PerimeterKind.REGION,
    _named(Region),
    lambda code: (f"region:{code}", NETWORK),
    search=_by_name(Region, "région"),
)
register(
    PerimeterKind.EPCI,
    _named(Epci),
    _epci_above,
    within=_epcis_within,
    search=_by_name(Epci, "intercommunalité"),
)
register(PerimeterKind.PERSON, _person_labels, lambda value: (f"person:{value}", NETWORK))
