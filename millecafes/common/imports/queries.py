"""Reads of imports."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from millecafes.common.actors import Actor
from millecafes.common.imports.applying import good_lines
from millecafes.common.imports.models import ImportLine, ImportLineState, ImportOutcome, ImportRun
from millecafes.common.imports.registry import kinds_for
from millecafes.common.permissions import can


def runs() -> QuerySet[ImportRun]:
    """Every import, with the job at work on it."""
    return ImportRun.objects.select_related("job", "owner").order_by("-created_at", "-pk")


def listed_for(actor: Actor) -> QuerySet[ImportRun]:
    """The imports that this hat sees: one's own, and all of them for the team."""
    found = runs().filter(kind__in=[kind.name for kind in kinds_for(actor)])
    return found if can(actor, "common.view_imports_of_all") else found.filter(owner=actor.user_id)


@dataclass(frozen=True)
class Tab:
    """A filter of the preview: its name, its words, how many lines."""

    key: str
    label: str
    count: int


def states(run: ImportRun) -> list[Tab]:
    """How many lines would do what, in the order of what needs somebody."""
    counts = dict(run.lines.order_by().values_list("state").annotate(count=Count("pk")))
    return [Tab(state.value, str(state.label), counts.get(state.value, 0)) for state in ImportLineState]


def outcomes(run: ImportRun) -> list[Tab]:
    """How many lines did what."""
    counts = dict(run.lines.order_by().values_list("outcome").annotate(count=Count("pk")))
    found = [Tab(state.value, str(state.label), counts.get(state.value, 0)) for state in ImportOutcome]
    return [tab for tab in found if tab.count]


def lines(run: ImportRun, *, state: str = "", outcome: str = "") -> QuerySet[ImportLine]:
    """The lines of a filter, in the order of the file."""
    found = run.lines.order_by("number")
    if state:
        found = found.filter(state=state)
    return found.filter(outcome=outcome) if outcome else found


def refused(run: ImportRun) -> QuerySet[ImportLine]:
    """The lines that are wrong, or that were refused when they were to be written."""
    return run.lines.filter(Q(state=ImportLineState.ERROR) | Q(outcome=ImportOutcome.REFUSED)).order_by(
        "number"
    )


def good(run: ImportRun) -> int:
    """How many lines would be written."""
    return run.lines.filter(good_lines()).count()


def undecided(run: ImportRun) -> int:
    """How many lines in doubt nobody decided about."""
    return run.lines.filter(state=ImportLineState.DOUBT, choice="").count()


def samples(run: ImportRun) -> list[list[str]]:
    """For each title, the first texts below it."""
    first = list(run.lines.order_by("number").values_list("cells", flat=True)[:20])
    return [
        [cells[rank] for cells in first if rank < len(cells) and cells[rank]][:3]
        for rank in range(len(run.headers))
    ]
