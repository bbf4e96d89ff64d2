"""From what is asked to a plan: arrays, the engine, and what the plan does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from millecafes.siting.queries.sources import described
from millecafes.siting.rules import Parameters, Solved
from millecafes.siting.solving import engine
from millecafes.siting.solving.arrays import Land, Links, PlanError, load_land, load_links
from millecafes.siting.solving.results import (
    equity_of,
    figures_of,
    outcome_rows,
    outcomes_of,
    picks_of,
)

__all__ = ["Found", "PlanError", "Progress", "find"]


@dataclass(frozen=True)
class Progress:
    """How a computation goes: the best value so far, the bound, the seconds spent, what is retained.

    `gap`: share of the bound that may still be gained, 0 to 1; None before there is a bound.
    """

    value: float
    bound: float | None
    gap: float | None
    seconds: float
    chosen: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The same, as JSON keeps it."""
        return {
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
            "seconds": round(self.seconds, 1),
            "chosen": self.chosen,
        }


@dataclass(frozen=True)
class Found:
    """What a computation found, with what it is worth and who says so (see `PlanRun`)."""

    solved: Solved
    value: float
    bound: float
    bound_kind: str
    checked_bound: float | None
    gap: float
    proved: bool
    spent: float
    trace: list[list[float | None]]
    data: dict[str, Any]
    engine_version: str


def find(asked: Parameters, watch: Callable[[Progress], bool]) -> Found:
    """Compute a plan; `watch` is told how it goes, and says whether to go on.

    Raises
    ------
    PlanError
        When what is asked has no answer.
    """
    land = load_land(asked)
    links = load_links(land, asked)

    def tell(value: float, bound: float | None, gap: float | None, seconds: float, selected: Any) -> bool:
        return watch(Progress(value, bound, gap, seconds, codes_of(land, links, selected)))

    answer = engine.solve_links(land, links, asked, tell)
    return kept(land, links, asked, answer)


def codes_of(land: Land, links: Links, selected: Any) -> list[str]:
    """The codes of positions among candidates."""
    return [land.ground.codes[row] for row in links.site[np.asarray(selected, dtype=np.int64)]]


def kept(land: Land, links: Links, asked: Parameters, answer: engine.Answer) -> Found:
    """What is kept of the engine's answer, with what the plan does."""
    picks = picks_of(land, links, asked, answer.selected)
    outcome, after, place = outcomes_of(land, asked, links.site[answer.selected])
    unplaced = int((land.inside & ~land.demand & ~(land.people == 0) & (land.existing == 0)).sum())
    solved = Solved(
        picks=picks,
        outcomes=list(outcome_rows(land, outcome, after, place)),
        figures=figures_of(land, asked, outcome, after),
        equity=equity_of(land, asked, outcome, after),
        certificate=answer.certificate,
    )
    return Found(
        solved=solved,
        value=answer.value,
        bound=answer.bound,
        bound_kind=answer.bound_kind,
        checked_bound=answer.checked_bound,
        gap=answer.gap,
        proved=answer.proved,
        spent=answer.seconds,
        trace=answer.trace,
        data=described(asked, land.dataset, land.weighed, unplaced),
        engine_version=engine.VERSION,
    )
