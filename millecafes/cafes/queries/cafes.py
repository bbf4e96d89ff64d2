"""Cafés, who sees them, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from millecafes.accounts.enums import PerimeterKind
from millecafes.accounts.queries.perimeters import NETWORK, Answer
from millecafes.cafes.models import Cafe
from millecafes.cafes.rules.place import distance_km
from millecafes.common.access import LARGEST_ID
from millecafes.common.actors import Actor
from millecafes.common.matching import fold
from millecafes.common.permissions import can
from millecafes.territory.models import Commune

# How a café is known to lie in a perimeter of each family: by its commune.
LIES_IN = {
    PerimeterKind.COMMUNE: "commune",
    PerimeterKind.EPCI: "commune__epci",
    PerimeterKind.DEPARTEMENT: "commune__departement",
    PerimeterKind.REGION: "commune__departement__region",
}
# Two cafés whose folded names are that alike (0 to 100), in one commune or that near, may be one.
ALIKE, NEAR_KM = 85, 0.3


def cafes() -> QuerySet[Cafe]:
    """Every café, ready to say its perimeters."""
    return Cafe.objects.select_related("commune__departement").order_by("key", "pk")


def on_map() -> QuerySet[Cafe]:
    """The cafés that the public finds: accompanied or member; opening, open or paused."""
    return cafes().exclude(kind="")


def followed_by(actor: Actor) -> QuerySet[Cafe]:
    """The cafés that this hat follows in the back office."""
    if not can(actor, "cafes.list_cafes"):
        return Cafe.objects.none()
    if actor.perimeter == NETWORK:
        return cafes()
    family, _, value = actor.perimeter.partition(":")
    return cafes().filter(**{LIES_IN[PerimeterKind(family)]: value})


def cafe_of_hat(actor: Actor) -> Cafe | None:
    """The café on which the hat is worn."""
    family, _, value = actor.perimeter.partition(":")
    if family != PerimeterKind.CAFE or not value.isdecimal() or int(value) > LARGEST_ID:
        return None
    return cafes().filter(pk=int(value)).first()


def by_osm(refs: Iterable[str]) -> dict[str, Cafe]:
    """Cafés by the object of OpenStreetMap they are tied to."""
    return {cafe.osm_ref: cafe for cafe in cafes().filter(osm_ref__in=list(refs)).exclude(osm_ref="")}


def lookalikes(
    *,
    name: str,
    commune: Commune,
    point: tuple[float, float] | None = None,
    besides: int = 0,
) -> list[Cafe]:
    """Cafés with a near-identical name in the commune, or within 300 m of `point` (latitude, longitude)."""
    from rapidfuzz import fuzz

    key = fold(name)
    around = cafes().filter(commune__departement=commune.departement_id).exclude(pk=besides)
    return [
        cafe
        for cafe in around
        if fuzz.token_sort_ratio(key, cafe.key) >= ALIKE
        and (cafe.commune_id == commune.pk or (point is not None and _is_near(cafe, point)))
    ]


def _is_near(cafe: Cafe, point: tuple[float, float]) -> bool:
    if cafe.latitude is None or cafe.longitude is None:
        return False
    return distance_km(cafe.latitude, cafe.longitude, *point) <= NEAR_KM


def labels(ids: Iterable[str]) -> dict[str, str]:
    """The names of cafés by number; one that does not exist is left out."""
    numbers = [int(value) for value in ids if value.isascii() and value.isdecimal() and len(value) < 19]
    rows = Cafe.objects.filter(pk__in=numbers).order_by()
    return {str(number): name for number, name in rows.values_list("pk", "name")}


def office_address(number: str) -> str:
    """The address of a café in the journal: its page for whoever follows it, who alone reads these lines."""
    return reverse("cafes:office", args=[number])


def keys_above(value: str) -> tuple[str, ...]:
    """Every perimeter that covers a café, its own included; empty if there is none."""
    if value not in labels([value]):
        return ()
    return cafes().get(pk=int(value)).perimeter_keys()


def keys_within(family: PerimeterKind, value: str) -> QuerySet[Any, str] | None:
    """The perimeter keys of the cafés of a place; None when none ever lies in this family."""
    if family not in LIES_IN:
        return None
    key = Concat(Value("cafe:"), Cast("pk", CharField()))
    rows = Cafe.objects.filter(**{LIES_IN[family]: value}).order_by()
    return rows.values_list(key, flat=True)


def answers(text: str, limit: int) -> list[Answer]:
    """The cafés that answer what somebody types, the exact names first."""
    key = fold(text)
    if not key:
        return []
    rows = list(cafes().filter(key__contains=key)[:limit])
    exact = [row for row in rows if row.key == key]
    others = [row for row in rows if row.key != key]
    return [
        Answer(str(row.pk), f"{row.name}, {row.commune.name} ({row.commune.departement_id})", exact == [row])
        for row in (*exact, *others)
    ]
