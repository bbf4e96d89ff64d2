"""What a search knows so far: its best plan, its bounds, and the story of both; shared by two threads."""

from __future__ import annotations

import threading

import numpy as np

from millecafes.engines.location.arrays import Arrays, Plan
from millecafes.engines.location.bounding import Dual, checked_bound, whole_prices
from millecafes.engines.location.problem import Ints, Problem
from millecafes.engines.location.solution import MULTIPLIERS, SOLVER, Clock, Progress, Solution, Trace

UNTOLD = 1e-6  # share of a value that the exact solver does not tell from nothing


class Record:
    """The best plan and the best bounds, in whole gains."""

    def __init__(self, problem: Problem, arrays: Arrays, clock: Clock, progress: Progress | None) -> None:
        self.problem, self.arrays, self.clock, self.progress = problem, arrays, clock, progress
        self.lock = threading.Lock()
        self.value = -1
        self.selected: Ints = np.empty(0, np.int64)
        self.prices: Ints = np.zeros(arrays.demands, np.int64)
        self.parts = 1
        self.checked = checked_bound(arrays, self.prices, self.parts)
        self.solver = self.checked
        self.trace: list[Trace] = []
        self.rounds = 0

    @property
    def bound(self) -> int:
        """The best bound, whoever says it."""
        return max(min(self.checked, self.solver), self.value)

    @property
    def gap(self) -> float:
        """Share of the bound, 0 to 1."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0

    @property
    def proved(self) -> bool:
        """Whether nothing is better."""
        return self.bound <= self.value

    def done(self) -> bool:
        """Whether the search may stop."""
        return (
            self.clock.over() or self.proved or (self.clock.stop.gap > 0 and self.gap <= self.clock.stop.gap)
        )

    def offer(self, plan: Plan) -> None:
        """A plan, kept when it is better and within the count."""
        if plan.number <= self.arrays.count:
            self.offer_sites(plan.selected, plan.value)

    def offer_sites(self, selected: Ints, value: int) -> None:
        """The same from its sites."""
        with self.lock:
            if value <= self.value:
                return
            self.value, self.selected = value, selected
        self._tell()

    def offer_prices(self, dual: Dual) -> None:
        """Prices of demands, whose bound is computed again in whole numbers."""
        prices, parts = whole_prices(self.arrays, dual)
        bound = checked_bound(self.arrays, prices, parts)
        with self.lock:
            if bound >= self.checked:
                return
            self.checked, self.prices, self.parts = bound, prices, parts
        self._tell()

    def offer_bound(self, bound: float) -> None:
        """A bound on the word of the exact solver, in gains; values are whole."""
        self._lower(int(np.floor(bound * (1 + 1e-12) + 1e-6 * self.problem.scale)))

    def hear(self, bound: float, *, proved: bool) -> None:
        """The bound of the exact solver on the whole problem; once it has proved, the best plan's value.

        Its arithmetic is in double precision: what it cannot tell from the best is the best, on its word.
        """
        if proved and bound - self.value <= UNTOLD * max(bound, 1.0):
            self._lower(self.value)
        else:
            self.offer_bound(bound)

    def _lower(self, whole: int) -> None:
        with self.lock:
            if whole >= self.solver:
                return
            self.solver = whole
        self._tell()

    def _tell(self) -> None:
        if self.value < 0:
            return
        scale = self.problem.scale
        now = Trace(
            self.clock.seconds, self.value / scale, self.bound / scale, self.checked / scale, self.gap
        )
        self.trace.append(now)
        if self.progress is not None:
            self.progress(now.value, now.bound, now.gap, now.seconds, self.selected)

    def solution(self) -> Solution:
        """The answer, its sites in the order in which they bring the most."""
        scale = self.problem.scale
        kind = MULTIPLIERS if self.checked <= self.solver else SOLVER
        return Solution(
            selected=in_order(self.arrays, self.selected),
            value=self.value,
            objective=self.value / scale,
            bound=self.bound / scale,
            bound_kind=kind,
            checked_bound=self.checked / scale,
            checked=self.checked,
            gap=self.gap,
            proved=self.proved,
            multipliers=self.prices,
            parts=self.parts,
            trace=tuple(self.trace),
            rounds=self.rounds,
        )


def in_order(arrays: Arrays, selected: Ints) -> Ints:
    """Imposed sites first, then the one that adds the most to those before it, and so on."""
    imposed = np.intersect1d(arrays.imposed, selected)
    plan = Plan(arrays)
    plan.add(imposed)
    plan.limits[3][:] = np.iinfo(np.int64).max
    plan.fill(np.sort(selected))
    rest = np.setdiff1d(selected, plan.selected)
    return np.concatenate((plan.selected, rest))
