"""The arrays of a scenario as a problem of the engine, and its answer."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from millecafes.engines.geo.distances import on_unit_sphere
from millecafes.engines.location.certificate import certificate_of
from millecafes.engines.location.problem import Budget, InfeasibleError, Problem
from millecafes.engines.location.solution import Solution, Stop
from millecafes.engines.location.solve import VERSION, solve
from millecafes.siting.enums import BudgetKind, Objective
from millecafes.siting.rules import Parameters
from millecafes.siting.solving.arrays import Ints, Land, Links, PlanError
from millecafes.territory.services import travel

__all__ = ["VERSION", "Answer", "solve_links"]

# Scores become whole numbers: people are, what is weighted or shared is counted in thousandths.
FINE = 1_000
# More pairs than this are left to one process: the exact solver would take the memory of a small server.
PAIRS_FOR_TWO = 100_000
Tell = Callable[[float, "float | None", "float | None", float, Any], bool]


@dataclass(frozen=True)
class Answer:
    """What the engine found: positions among candidates, and what it is worth."""

    selected: Ints
    value: float
    bound: float
    bound_kind: str = ""
    checked_bound: float | None = None
    gap: float = 0.0
    proved: bool = False
    seconds: float = 0.0
    trace: list[list[float | None]] = field(default_factory=list)
    certificate: bytes = b"{}"


def solve_links(land: Land, links: Links, asked: Parameters, tell: Tell) -> Answer:
    """The best plan found in the time asked; `tell` hears how it goes and says whether to go on.

    Raises
    ------
    PlanError
        When nothing respects all that is asked.
    """
    watch = _Watch(tell)
    two = (os.cpu_count() or 1) > 1 and links.row.size <= PAIRS_FOR_TWO
    try:
        problem = _problem(land, links, asked)
        stop = Stop(seconds=float(asked.seconds), asked=watch.is_over)
        solution = solve(problem, stop=stop, seed=asked.seed, progress=watch.hear, workers=2 if two else 1)
    except InfeasibleError as error:
        raise PlanError(_words(str(error), asked, len(links.site))) from error
    return Answer(
        selected=solution.selected,
        value=solution.objective,
        bound=solution.bound,
        bound_kind=solution.bound_kind,
        checked_bound=solution.checked_bound,
        gap=solution.gap,
        proved=solution.proved,
        seconds=solution.trace[-1].seconds if solution.trace else 0.0,
        trace=[[moment.seconds, moment.value, moment.bound] for moment in solution.trace],
        certificate=_certificate(land, links, asked, solution),
    )


class _Watch:
    """Plans come from any thread of the engine; they are told from the one that asked, which may stop it."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.owner, self.started = tell, threading.get_ident(), time.monotonic()
        self.heard: tuple[float, float, float, float, Any] | None = None
        self.over = False

    def hear(self, value: float, bound: float, gap: float, seconds: float, selected: Ints) -> None:
        """A better plan, or a better bound."""
        self.heard = (value, bound, gap, seconds, selected)

    def is_over(self) -> bool:
        """Whether to stop; told what is new on the way."""
        if threading.get_ident() == self.owner and self.heard is not None and not self.over:
            value, bound, gap, _, selected = self.heard
            self.over = not self.tell(value, bound, gap, time.monotonic() - self.started, selected)
        return self.over


def _problem(land: Land, links: Links, asked: Parameters) -> Problem:
    whole = asked.objective == Objective.COVERAGE and not asked.is_weighted
    scale = 1 if whole else FINE
    gains = csr_array(
        (np.rint(links.score * scale).astype(np.int64), (links.row, links.column)),
        shape=(len(links.demand), len(links.site)),
    )
    gains.sort_indices()
    codes = {land.ground.codes[row]: place for place, row in enumerate(links.site.tolist())}
    return Problem(
        gains=gains,
        count=asked.sites,
        imposed=np.array([codes[code] for code in asked.imposed], dtype=np.int64),
        budgets=_budgets(land, links, asked),
        spacing=_spacing(land, links, asked),
        scale=scale,
        places=on_unit_sphere(land.ground.points.take(links.site)),
        name=asked.objective,
    )


def _budgets(land: Land, links: Links, asked: Parameters) -> tuple[Budget, ...]:
    made = []
    for budget in asked.budgets:
        by_departement = budget.kind == BudgetKind.DEPARTEMENT
        names, place = (
            (land.departements, land.departement) if by_departement else (land.regions, land.region)
        )
        inside = place[links.site] == (names.index(budget.code) if budget.code in names else -2)
        made.append(Budget(np.flatnonzero(inside), budget.least, budget.most, budget.code))
    return tuple(made)


def _spacing(land: Land, links: Links, asked: Parameters) -> csr_array | None:
    if not asked.spacing:
        return None
    row, column, minutes = travel.within(land.ground, links.site, links.site, minutes=asked.spacing)
    near = (row != column) & (minutes < asked.spacing)
    ones = np.ones(int(near.sum()), dtype=np.int8)
    return csr_array((ones, (row[near], column[near])), shape=(len(links.site), len(links.site)))


def _certificate(land: Land, links: Links, asked: Parameters, solution: Solution) -> bytes:
    """Codes and whole multipliers, with all that was asked: who has the same data recomputes both."""
    codes = land.ground.codes
    held = certificate_of(
        solution,
        rule={"objective": asked.objective},
        count=asked.sites,
        sites=[codes[row] for row in links.site.tolist()],
        demands=[codes[row] for row in links.demand.tolist()],
        budget={},
    )
    return json.dumps({**held, "asked": asked.as_dict(), "engine": VERSION}, ensure_ascii=False).encode()


def _words(problem: str, asked: Parameters, candidates: int) -> str:
    """What cannot be, in the user's words."""
    if problem.startswith("count"):
        return f"Nombre de cafés : {asked.sites} demandés, pour {candidates} communes candidates."
    if problem.startswith("imposed"):
        return (
            f"Communes à retenir d’office : {len(asked.imposed)} consignes ne tiennent pas dans le nombre de "
            f"cafés ({asked.sites}) ou dans les budgets."
        )
    return (
        "Budgets : aucun plan ne les respecte tous, avec ce nombre de cafés, ces communes candidates et cet "
        "espacement. Baissez un minimum ou augmentez le nombre de cafés."
    )
