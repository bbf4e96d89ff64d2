"""Town halls to contact, for whoever follows their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from millecafes.accounts.enums import PerimeterKind
from millecafes.accounts.queries.perimeters import NETWORK
from millecafes.common.actors import Actor
from millecafes.common.permissions import can
from millecafes.siting.models import Approach, Pick, PlanRun
from millecafes.territory.models import Departement

_LIES_IN = {
    PerimeterKind.COMMUNE: "commune",
    PerimeterKind.EPCI: "commune__epci",
    PerimeterKind.DEPARTEMENT: "commune__departement",
    PerimeterKind.REGION: "commune__departement__region",
}


@dataclass(frozen=True)
class ApproachFilter:
    """What to keep of the list."""

    state: str = ""
    departement: str = ""


def approaches() -> QuerySet[Approach]:
    """Every one, ready to say its perimeters."""
    return Approach.objects.select_related("commune__departement", "town_hall", "run__scenario")


def followed_by(actor: Actor) -> QuerySet[Approach]:
    """Those that this hat follows."""
    if not can(actor, "siting.list_approaches"):
        return approaches().none()
    if actor.perimeter == NETWORK:
        return approaches()
    family, _, value = actor.perimeter.partition(":")
    if family not in set(_LIES_IN):
        return approaches().none()
    return approaches().filter(**{_LIES_IN[PerimeterKind(family)]: value})


def listed(actor: Actor, asked: ApproachFilter) -> QuerySet[Approach]:
    """Those of a filter, what waits first."""
    rows = followed_by(actor)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.departement:
        rows = rows.filter(commune__departement=asked.departement)
    return rows.order_by("created_at", "commune__departement", "commune__name", "pk")


def counts(actor: Actor) -> dict[str, int]:
    """How many in each state (one query)."""
    rows = followed_by(actor).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def departements_of(actor: Actor) -> list[Departement]:
    """Where there are some (one query)."""
    codes = followed_by(actor).order_by().values("commune__departement")
    return list(Departement.objects.filter(pk__in=codes).order_by("pk"))


def noted(codes: Iterable[str]) -> dict[str, Approach]:
    """Among communes, those noted already (one query)."""
    return {row.commune_id: row for row in Approach.objects.filter(commune__in=list(codes))}


def pick_of(approach: Approach) -> Pick | None:
    """What the plan that noted it says of its commune (one query)."""
    rows = Pick.objects.filter(run=approach.run_id, commune=approach.commune_id)
    return rows.select_related("run").first()


def to_note(run: PlanRun, codes: Collection[str]) -> list[str]:
    """Among these communes, those that the plan retains and nobody noted yet (two queries)."""
    retained = Pick.objects.filter(run=run, commune__in=list(codes)).order_by("rank")
    known = set(noted(codes))
    return [code for code in retained.values_list("commune_id", flat=True) if code not in known]


def labels(ids: Collection[str]) -> dict[str, str]:
    """How they are called, by number."""
    rows = Approach.objects.filter(pk__in=[int(value) for value in ids if value.isdecimal()])
    return {str(pk): f"la mairie de {name}" for pk, name in rows.values_list("pk", "commune__name")}


def address(number: str) -> str:
    """The page of one, for the journal."""
    from django.urls import reverse

    return reverse("siting:approach", args=[int(number)])
