"""What the team's table of cafés shows: a filter, an order, counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.db.models.expressions import OrderBy
from django.urls import reverse

from millecafes.cafes.enums import Activity, CafeKind, CafeModel, Relation, ServiceStatus
from millecafes.cafes.models import Cafe, CafeService
from millecafes.cafes.queries.cafes import followed_by
from millecafes.cafes.rules.tracks import SILENT_DAYS, STALE_DAYS
from millecafes.common.actors import Actor
from millecafes.common.matching import search_rows, words_filter, words_of
from millecafes.common.search import Hit
from millecafes.territory.models import Departement, PlaceName

# Asks for the cafés of which a track, or a kind, says nothing.
NOTHING = "rien"
# The columns that order the table, as its address names them.
NAME = "nom"
ORDERS = (NAME, "commune", "departement", "sorte", "modele", "activite", "lien", "horaires", "nouvelles")
_RANKED: dict[str, tuple[str, type[TextChoices]]] = {
    "sorte": ("kind", CafeKind),
    "modele": ("model", CafeModel),
    "activite": ("activity", Activity),
    "lien": ("relation", Relation),
}
_PLAIN = {
    "commune": "commune__name",
    "departement": "commune__departement",
    "horaires": "hours_confirmed_at",
    "nouvelles": "news_at",
}


@dataclass(frozen=True)
class Asked:
    """A filter of the team's table; `order` is a column, with a minus for the last first."""

    text: str = ""
    activity: str = ""
    relation: str = ""
    kind: str = ""
    model: str = ""
    departement: str = ""
    services: tuple[str, ...] = ()
    to_confirm: bool = False
    silent: bool = False
    order: str = NAME


@dataclass(frozen=True)
class Counts:
    """How many cafés this hat follows, among them those to confirm, and the silent ones."""

    all: int
    to_confirm: int
    silent: int


def to_confirm(now: dt.datetime) -> Q:
    """Open, and nobody has confirmed the hours for sixty days."""
    late = Q(hours_confirmed_at=None) | Q(hours_confirmed_at__lt=now - dt.timedelta(days=STALE_DAYS))
    return Q(activity=Activity.OPEN) & late


def silent(now: dt.datetime) -> Q:
    """On the map, and without news from its own people for sixty days."""
    return ~Q(kind="") & (Q(news_at=None) | Q(news_at__lt=now - dt.timedelta(days=SILENT_DAYS)))


def filtered(actor: Actor, asked: Asked, now: dt.datetime) -> QuerySet[Cafe]:
    """The cafés of a filter, in its order, among those this hat follows."""
    found = followed_by(actor)
    for column in ("activity", "relation", "kind"):
        value = getattr(asked, column)
        if value:
            found = found.filter(**{column: "" if value == NOTHING else value})
    if asked.model:
        found = found.filter(model=asked.model)
    if asked.departement:
        found = found.filter(commune__departement=asked.departement)
    for code in asked.services:
        running = CafeService.objects.filter(cafe=OuterRef("pk"), code=code, status=ServiceStatus.RUNNING)
        found = found.filter(Exists(running))
    if asked.to_confirm:
        found = found.filter(to_confirm(now))
    if asked.silent:
        found = found.filter(silent(now))
    return _ordered(_called(found, asked.text), asked.order)


def _called(rows: QuerySet[Cafe], text: str) -> QuerySet[Cafe]:
    """Those whose name, or commune, or its codes, answer a text."""
    if not text.strip():
        return rows
    if not words_of(text):
        return rows.none()
    code = text.strip().upper()
    places = PlaceName.objects.filter(words_filter(text) | Q(code=code)).order_by().values("commune")
    return rows.filter(words_filter(text) | Q(commune__in=places) | Q(commune__postal_codes__contains=code))


def _ordered(rows: QuerySet[Cafe], order: str) -> QuerySet[Cafe]:
    column, descending = order.removeprefix("-"), order.startswith("-")
    if column in _RANKED:
        field, choices = _RANKED[column]
        # In the order of the closed list; nothing said comes last.
        ranks = [When(**{field: value}, then=Value(rank)) for rank, value in enumerate(choices.values)]
        rank: Case = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        return rows.order_by(OrderBy(rank, descending=descending), "key", "pk")
    if column in _PLAIN:
        # What never happened is the oldest of all.
        first = OrderBy(
            F(_PLAIN[column]),
            descending=descending,
            nulls_first=None if descending else True,
            nulls_last=True if descending else None,
        )
        return rows.order_by(first, "key", "pk")
    return rows.order_by("-key", "-pk") if descending else rows.order_by("key", "pk")


def counts_for(actor: Actor, now: dt.datetime) -> Counts:
    """How many cafés this hat follows, and what asks for its attention: one query."""
    rows = followed_by(actor).order_by()
    return Counts(
        **rows.aggregate(
            all=Count("pk"),
            to_confirm=Count("pk", filter=to_confirm(now)),
            silent=Count("pk", filter=silent(now)),
        )
    )


def departements_for(actor: Actor) -> list[Departement]:
    """The départements in which this hat follows a café."""
    codes = followed_by(actor).order_by().values("commune__departement")
    return list(Departement.objects.filter(pk__in=codes).order_by("code"))


def hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The cafés that this hat follows, on the map or not, in the search of the whole site."""
    rows = followed_by(actor)
    scores = dict(search_rows(rows, query, limit))
    found = rows.in_bulk(list(scores))
    return [
        Hit(
            found[pk].name,
            reverse("cafes:office", args=[pk]),
            _place_and_state(found[pk]),
            score,
        )
        for pk, score in scores.items()
        if pk in found
    ]


def _place_and_state(cafe: Cafe) -> str:
    place = f"{cafe.commune.name} ({cafe.commune.departement_id})"
    state = cafe.get_activity_display()
    return f"{place} · {state}" if state else place


def chosen(actor: Actor, ids: tuple[int, ...]) -> QuerySet[Cafe]:
    """Among cafés given by their numbers, those this hat follows."""
    return followed_by(actor).filter(pk__in=ids)
