"""What the team's page of a café shows: its life in one dated list, and what was kept about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Track
from millecafes.cafes.models import Cafe, CafeContact, CafeNote, CafeService, Visit
from millecafes.common.access import LARGEST_ID

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Step:
    """One line of the life of a café: an entry of a track, or an event."""

    on: dt.date
    about: str  # « Activité », « Lien avec le réseau », « Événement »
    label: str
    reason: str
    author: Any
    number: int
    is_event: bool


@dataclass(frozen=True)
class Since:
    """What a track says today, and since when; nothing when it has no entry yet."""

    about: str
    label: str = ""
    on: dt.date | None = None
    reason: str = ""


def history(cafe: Cafe) -> list[Step]:
    """The life of a café, the latest first: two queries."""
    steps = [
        Step(
            row.on,
            str(Track(row.track).label),
            str(row.get_state_display()),
            row.reason,
            row.author,
            row.pk,
            is_event=False,
        )
        for row in cafe.states.select_related("author").order_by("on", "pk")
    ]
    steps += [
        Step(row.on, "Événement", str(row.get_kind_display()), row.reason, row.author, row.pk, is_event=True)
        for row in cafe.events.select_related("author").order_by("on", "pk")
    ]
    return sorted(steps, key=lambda step: (step.on, step.number), reverse=True)


def standing(steps: list[Step], today: dt.date) -> list[Since]:
    """Where a café stands today on each of its tracks."""
    found = []
    for track in Track:
        label = str(track.label)
        last = next((step for step in steps if step.about == label and step.on <= today), None)
        found.append(Since(label, last.label, last.on, last.reason) if last else Since(label))
    return found


def services_of(cafe: Cafe) -> list[CafeService]:
    """The services of a café in the order of the catalogue; one it no longer has comes last."""
    ranks = {code: rank for rank, code in enumerate(catalogue.services())}
    rows = cafe.services.select_related("partner__commune__departement").order_by("pk")
    return sorted(rows, key=lambda row: ranks.get(row.code, len(ranks)))


def contacts_of(cafe: Cafe) -> QuerySet[CafeContact]:
    """Whom to reach about a café."""
    return CafeContact.objects.filter(cafe=cafe).order_by("name", "pk")


def notes_of(cafe: Cafe) -> QuerySet[CafeNote]:
    """The notes of the team, the latest first."""
    return CafeNote.objects.filter(cafe=cafe).select_related("author").order_by("-written_at", "-pk")


def visits_of(cafe: Cafe) -> QuerySet[Visit]:
    """The visits, the latest first."""
    return Visit.objects.filter(cafe=cafe).select_related("author").order_by("-on", "-pk")


def one_of(rows: QuerySet[M], number: int) -> M | None:
    """The row of this number among those of a café."""
    return rows.filter(pk=number).first() if number <= LARGEST_ID else None
