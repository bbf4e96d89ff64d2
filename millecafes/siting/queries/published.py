"""The published plan, as commune pages and programs read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from millecafes.siting.models import CommuneOutcome, Pick, PlanRun
from millecafes.siting.queries.scenarios import published_run


@dataclass(frozen=True)
class CommuneAnswer:
    """What the published plan says of a commune."""

    run: PlanRun
    row: CommuneOutcome
    pick: Pick | None


def answer_for(code: str) -> CommuneAnswer | None:
    """What the published plan says of a commune; None without a plan, or outside of its area.

    One query without a plan, three with one.
    """
    run = published_run()
    if run is None:
        return None
    rows = CommuneOutcome.objects.filter(run=run, commune=code).select_related("site")
    row = rows.first()
    if row is None:
        return None
    return CommuneAnswer(run, row, Pick.objects.filter(run=run, commune=code).first())


def effects(run: PlanRun) -> QuerySet[CommuneOutcome]:
    """What a plan does for each commune of its area."""
    return CommuneOutcome.objects.filter(run=run).select_related("commune__departement")


def ranks(run: PlanRun, codes: list[str]) -> dict[str, Pick]:
    """The picks of a plan among communes (one query)."""
    return {pick.commune_id: pick for pick in Pick.objects.filter(run=run, commune__in=codes)}
