"""Who gains by a plan, who is left, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from millecafes.siting.enums import EquityKind, Outcome
from millecafes.siting.models import CommuneOutcome, PlanRun
from millecafes.siting.queries.scenarios import area_names

MOST_FAR = 10


@dataclass(frozen=True)
class EquityLine:
    """One line of the table: people by what the plan does for them. None: too few to be told."""

    label: str
    people: int
    near: int | None
    gained: int | None
    left: int | None
    sites: int
    after: float | None

    @property
    def cells(self) -> list[tuple[str, int | None]]:
        """The columns of people, with their headings."""
        return [("Déjà assez près", self.near), ("Rapprochés", self.gained), ("Restent loin", self.left)]


@dataclass(frozen=True)
class EquityTable:
    """People of a plan by région, by age…"""

    kind: str
    title: str
    lines: list[EquityLine]


def tables_of(run: PlanRun) -> list[EquityTable]:
    """The tables of equity of a result (two queries)."""
    stored: list[dict[str, Any]] = run.equity
    keys = {f"{row['kind']}:{row['code']}" for row in stored if row["kind"] in {"region", "departement"}}
    names = area_names(keys)
    tables = []
    for kind in EquityKind:
        lines = [
            _line(row, names.get(f"{row['kind']}:{row['code']}", row["label"] or row["code"]))
            for row in stored
            if row["kind"] == kind
        ]
        if lines:
            tables.append(EquityTable(kind.value, str(kind.label), lines))
    return tables


def _line(row: dict[str, Any], label: str) -> EquityLine:
    near, gained, left = row["near"], row["gained"], row["left"]
    after = None
    if row["people"] and None not in (near, gained, left):
        after = 100 * (near + gained) / row["people"]
    return EquityLine(label, row["people"], near, gained, left, row["sites"], after)


def farthest(run: PlanRun) -> list[CommuneOutcome]:
    """The communes that stay the farthest from a café (one query); those that reach none come first."""
    rows = CommuneOutcome.objects.filter(run=run, outcome=Outcome.LEFT).select_related("commune__departement")
    unreached = list(
        rows.filter(after__isnull=True).order_by("-commune__population", "commune_id")[:MOST_FAR]
    )
    rest = MOST_FAR - len(unreached)
    if not rest:
        return unreached
    return [*unreached, *rows.filter(after__isnull=False).order_by("-after", "commune_id")[:rest]]


@dataclass(frozen=True)
class OutcomeLine:
    """How many people and communes get an outcome."""

    kind: int
    label: str
    people: int
    communes: int


def outcome_lines(run: PlanRun) -> list[OutcomeLine]:
    """People and communes by outcome, from what was kept."""
    stored = run.figures.get("outcomes", {})
    return [
        OutcomeLine(kind.value, str(kind.label), found["people"], found["communes"])
        for kind in Outcome
        if (found := stored.get(kind.name.lower()))
    ]
