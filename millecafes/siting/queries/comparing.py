"""Two plans side by side: what one retains and the other does not, and who gains by it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from millecafes.siting.enums import Outcome
from millecafes.siting.models import CommuneOutcome, Pick, PlanRun

SERVED = (Outcome.COVERED, Outcome.CHOSEN)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Difference:
    """What a plan has and another has not.

    `served_*`: communes served by one only, with their people; None when the effects of one of them on
    communes are no longer kept.
    """

    first: PlanRun
    second: PlanRun
    common: int
    only_first: list[Pick]
    only_second: list[Pick]
    served_first: tuple[int, int] | None
    served_second: tuple[int, int] | None


def difference(first: PlanRun, second: PlanRun) -> Difference:
    """The difference between two plans (seven queries at most)."""
    codes = [set(_codes(run)) for run in (first, second)]
    kept = [CommuneOutcome.objects.filter(run=run).exists() for run in (first, second)]
    served: list[tuple[int, int] | None] = [None, None]
    if all(kept):
        served = [_served_only(first, second), _served_only(second, first)]
    return Difference(
        first=first,
        second=second,
        common=len(codes[0] & codes[1]),
        only_first=_picks(first, codes[0] - codes[1]),
        only_second=_picks(second, codes[1] - codes[0]),
        served_first=served[0],
        served_second=served[1],
    )


def _codes(run: PlanRun) -> QuerySet[Pick, str]:
    return Pick.objects.filter(run=run).order_by().values_list("commune_id", flat=True)


def _picks(run: PlanRun, codes: set[str]) -> list[Pick]:
    """The picks of a plan in some communes, the most useful first."""
    rows = Pick.objects.filter(run=run).select_related("commune__departement").order_by("rank")
    return [pick for pick in rows if pick.commune_id in codes]


def _served_only(run: PlanRun, other: PlanRun) -> tuple[int, int]:
    """Communes that one plan serves and the other leaves far, and their people."""
    left = CommuneOutcome.objects.filter(run=other, outcome=Outcome.LEFT).values("commune_id")
    rows = CommuneOutcome.objects.filter(run=run, outcome__in=SERVED, commune__in=left)
    people = rows.values_list("commune__population", flat=True)
    found = [value or 0 for value in people]
    return len(found), sum(found)


def comparable(run: PlanRun) -> list[PlanRun]:
    """Other computations that ended, the latest first."""
    rows = PlanRun.objects.select_related("scenario").filter(ended_at__isnull=False).exclude(pk=run.pk)
    return list(rows.order_by("-ended_at", "-pk")[:50])
