"""Reads of the room `partners`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from millecafes.accounts.enums import PerimeterKind
from millecafes.accounts.queries.perimeters import NETWORK, Answer, commune_keys
from millecafes.common.access import LARGEST_ID
from millecafes.common.actors import Actor
from millecafes.common.matching import EXACT, fold, search_rows
from millecafes.common.permissions import can
from millecafes.common.search import Hit
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.territory.models import Commune, Departement

# What a hat's perimeter means for an organisation.
_PATHS = {
    "region": "commune__departement__region",
    "departement": "commune__departement",
}
# How alike two folded names must be (0 to 100): nearer places leave room for more doubt.
ALIKE_IN_COMMUNE = 80
ALIKE_IN_DEPARTEMENT = 88
MOST_PROPOSED = 5


@dataclass(frozen=True)
class Asked:
    """A filter of the list: a piece of name or number, a kind, a département."""

    text: str = ""
    kind: str = ""
    departement: str = ""


def organisations() -> QuerySet[Organisation]:
    """Every organisation, ready to say its perimeters."""
    return Organisation.objects.select_related("commune__departement").order_by("key", "pk")


def listed_for(actor: Actor) -> QuerySet[Organisation]:
    """The organisations that this hat sees in the list."""
    if not can(actor, "partners.list_organisations"):
        return Organisation.objects.none()
    if actor.perimeter == NETWORK:
        return organisations()
    family, _, value = actor.perimeter.partition(":")
    return organisations().filter(**{_PATHS[family]: value})


def filtered(actor: Actor, asked: Asked) -> QuerySet[Organisation]:
    """The organisations of a filter, among those this hat sees."""
    found = listed_for(actor)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.departement:
        found = found.filter(commune__departement=asked.departement)
    key = fold(asked.text)
    if not key:
        return found.none() if asked.text.strip() else found
    number = key.replace(" ", "")
    return found.filter(Q(key__contains=key) | Q(siret__startswith=number) | Q(rna__istartswith=number))


def own_of(actor: Actor) -> Organisation | None:
    """The organisation on which the hat is worn."""
    family, _, value = actor.perimeter.partition(":")
    if family != PerimeterKind.ORGANISATION or not value.isdecimal():
        return None
    return organisations().filter(pk=int(value)).first()


def departements_for(actor: Actor) -> list[Departement]:
    """The départements in which this hat sees an organisation."""
    codes = listed_for(actor).order_by().values("commune__departement")
    return list(Departement.objects.filter(pk__in=codes).order_by("code"))


def contact_of(organisation: Organisation, number: int) -> OrganisationContact | None:
    """One contact of an organisation, by its number."""
    if number > LARGEST_ID:
        return None
    return OrganisationContact.objects.filter(organisation=organisation, pk=number).first()


def holder_of(*, siret: str = "", rna: str = "", besides: int = 0) -> Organisation | None:
    """The organisation that already has one of these numbers."""
    same = Q()
    if siret:
        same |= Q(siret=siret)
    if rna:
        same |= Q(rna=rna)
    return organisations().filter(same).exclude(pk=besides).first() if same else None


def town_hall(commune: Commune) -> Organisation | None:
    """The town hall of a commune, if it has been used already."""
    return organisations().filter(commune=commune, kind="town_hall").first()


def lookalikes(actor: Actor, *, name: str, commune: Commune | None, besides: int = 0) -> list[Organisation]:
    """Organisations this hat sees whose names look like this one, in the same commune or département.

    Without a commune, the whole list is compared.
    """
    from rapidfuzz import fuzz

    key = fold(name)
    found = listed_for(actor).exclude(pk=besides)
    if commune is not None:
        found = found.filter(commune__departement=commune.departement_id)
    alike = []
    for number, other, place in found.values_list("pk", "key", "commune"):
        here = commune is not None and place == commune.pk
        compare, least = (
            (fuzz.token_set_ratio, ALIKE_IN_COMMUNE)
            if here
            else (fuzz.token_sort_ratio, ALIKE_IN_DEPARTEMENT)
        )
        score = compare(key, other, score_cutoff=least)
        if score:
            alike.append((-score, not here, number))
    chosen = [number for _, _, number in sorted(alike)[:MOST_PROPOSED]]
    rows = organisations().in_bulk(chosen)
    return [rows[number] for number in chosen]


def hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The organisations of the search of the whole site, among those this hat sees: at most four queries."""
    rows = listed_for(actor)
    number = fold(query[:80]).replace(" ", "")
    coded = rows.filter(Q(siret=number) | Q(rna__iexact=number)) if number[-9:].isdecimal() else rows.none()
    scores = dict.fromkeys(coded.values_list("pk", flat=True)[:limit], EXACT)
    scores = scores or dict(search_rows(rows, query, limit))
    found = organisations().in_bulk(list(scores))
    return [
        Hit(found[pk].name, found[pk].get_absolute_url(), detail_of(found[pk]), score)
        for pk, score in scores.items()
    ]


def detail_of(organisation: Organisation) -> str:
    """What tells an organisation apart: its kind and its commune."""
    commune = organisation.commune
    place = f" · {commune.name} ({commune.departement_id})" if commune else ""
    return f"{organisation.get_kind_display()}{place}"


def labels(ids: Iterable[str]) -> dict[str, str]:
    """The names of organisations by number; one that does not exist is left out."""
    numbers = [int(value) for value in ids if value.isascii() and value.isdecimal() and len(value) < 19]
    rows = Organisation.objects.filter(pk__in=numbers)
    return {str(number): name for number, name in rows.values_list("pk", "name")}


def address(number: str) -> str:
    """The address of an organisation's page, by its number."""
    return reverse("partners:organisation", args=[number])


def keys_above(value: str) -> tuple[str, ...]:
    """Every perimeter that covers an organisation, its own included; empty if there is none."""
    if value not in labels([value]):
        return ()
    return organisations().get(pk=int(value)).perimeter_keys()


# How an organisation is known to lie in a perimeter of each family: by its commune.
_LIES_IN = {
    PerimeterKind.COMMUNE: "commune",
    PerimeterKind.EPCI: "commune__epci",
    PerimeterKind.DEPARTEMENT: "commune__departement",
    PerimeterKind.REGION: "commune__departement__region",
}


def keys_within(family: PerimeterKind, value: str) -> QuerySet[Any, str] | None:
    """The perimeter keys of the organisations of a place; None when none ever lies in this family."""
    if family not in _LIES_IN:
        return None
    key = Concat(Value("organisation:"), Cast("pk", CharField()))
    rows = Organisation.objects.filter(**{_LIES_IN[family]: value}).order_by()
    return rows.values_list(key, flat=True)


def answers(text: str, limit: int) -> list[Answer]:
    """The organisations that answer what somebody types, by name or number, the exact ones first."""
    key = fold(text)
    if not key:
        return []
    number = key.replace(" ", "")
    rows = list(
        organisations().filter(Q(key__contains=key) | Q(siret=number) | Q(rna__iexact=number))[:limit]
    )
    exact = [row for row in rows if key == row.key or number in {row.siret, row.rna.lower()}]
    others = [row for row in rows if row not in exact]
    return [
        Answer(str(row.pk), f"{row.name}, {detail_of(row)}", certain=exact == [row])
        for row in (*exact, *others)
    ]


def is_within(actor: Actor, commune: Commune | None) -> bool:
    """Whether a place is in the perimeter of the hat worn: the network is everywhere."""
    keys = commune_keys(commune) if commune else (NETWORK,)
    return actor.perimeter in keys
