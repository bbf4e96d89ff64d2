"""A problem as the arrays that the compiled loops work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from millecafes.engines.location import kernels
from millecafes.engines.location.problem import InfeasibleError, Ints, Mask, Problem

Floats = npt.NDArray[np.float64]
NO_LIMIT = 2**60


@dataclass(frozen=True)
class Arrays:
    """Gains by columns and by rows (largest first), and what binds the sites.

    `groups[j]` are the groups of site j from the smallest to the largest (-1: none); `ranked` the groups from
    the smallest to the largest; `purse` is the total cost, or -1.
    """

    count: int
    start: Ints
    row: Ints
    value: Ints
    rows_start: Ints
    rows_site: Ints
    rows_value: Ints
    groups: Ints
    least: Ints
    most: Ints
    near_start: Ints
    near: Ints
    cost: Ints
    purse: int
    imposed: Ints
    allowed: Mask

    @property
    def sites(self) -> int:
        """Number of sites."""
        return int(self.start.size - 1)

    @property
    def demands(self) -> int:
        """Number of demands."""
        return int(self.rows_start.size - 1)

    @property
    def columns(self) -> tuple[Ints, Ints, Ints]:
        """Start, row and gain of each column."""
        return self.start, self.row, self.value

    @property
    def rows(self) -> tuple[Ints, Ints, Ints]:
        """Start, site and gain of each row, the largest gain first."""
        return self.rows_start, self.rows_site, self.rows_value

    @property
    def is_plain(self) -> bool:
        """Whether only the number of sites binds."""
        return not self.groups.shape[1] and not self.near_start.size and self.purse < 0


def arrays_of(problem: Problem) -> Arrays:
    """Lay a problem out for the loops."""
    groups, least, most = _groups(problem)
    spacing = problem.spacing
    near_start, near = np.empty(0, np.int64), np.empty(0, np.int64)
    if spacing is not None:
        both = csr_array(spacing.astype(np.int8) + spacing.T.astype(np.int8))
        both.setdiag(0)
        both.eliminate_zeros()
        near_start, near = both.indptr.astype(np.int64), both.indices.astype(np.int64)
    sites = problem.gains.shape[1]
    return _laid(
        problem.gains,
        count=problem.count,
        groups=groups,
        least=least,
        most=most,
        near_start=near_start,
        near=near,
        cost=np.zeros(sites, np.int64) if problem.costs is None else problem.costs.astype(np.int64),
        purse=-1 if problem.total_cost is None else int(problem.total_cost),
        imposed=np.unique(problem.imposed).astype(np.int64),
        allowed=problem.allowed(),
    )


def _laid(gains: csr_array, **bound: Any) -> Arrays:
    columns = csc_array(gains)
    columns.sort_indices()
    row = np.repeat(np.arange(gains.shape[0]), np.diff(gains.indptr))
    order = np.lexsort((gains.indices, -gains.data, row))
    return Arrays(
        start=columns.indptr.astype(np.int64),
        row=columns.indices.astype(np.int64),
        value=columns.data.astype(np.int64),
        rows_start=gains.indptr.astype(np.int64),
        rows_site=gains.indices[order].astype(np.int64),
        rows_value=gains.data[order].astype(np.int64),
        **bound,
    )


def _groups(problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Groups of each site, from the smallest to the largest, and their limits."""
    sites = problem.gains.shape[1]
    ranked = sorted(problem.budgets, key=lambda budget: budget.sites.size)
    least = np.array([budget.at_least for budget in ranked], dtype=np.int64)
    most = np.array(
        [NO_LIMIT if budget.at_most is None else budget.at_most for budget in ranked], dtype=np.int64
    )
    depth = np.zeros(sites, dtype=np.int64)
    for budget in ranked:
        depth[np.unique(budget.sites)] += 1
    groups = np.full((sites, int(depth.max(initial=0))), -1, dtype=np.int64)
    depth[:] = 0
    for number, budget in enumerate(ranked):
        own = np.unique(budget.sites)
        groups[own, depth[own]] = number
        depth[own] += 1
    return groups, least, most


class Plan:
    """A set of open sites with what each demand gets from it."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        sites, demands = arrays.sites, arrays.demands
        self.state = (
            np.zeros(sites, np.bool_),
            np.full(demands, -1, np.int64),
            np.full(demands, -1, np.int64),
            np.zeros(demands, np.int64),
            np.zeros(demands, np.int64),
            np.zeros(sites, np.int64),
        )
        kept = np.zeros(sites, np.bool_)
        kept[arrays.imposed] = True
        self.limits = (
            arrays.groups,
            np.zeros(arrays.least.size, np.int64),
            arrays.least,
            arrays.most,
            arrays.near_start,
            arrays.near,
            arrays.cost,
            np.array([arrays.purse, 0], np.int64),
            kept,
        )
        self.chosen = np.empty(sites, np.int64)  # priced rounds may go over the count for a while
        self.number = 0
        self.value = 0

    @property
    def selected(self) -> Ints:
        """Open sites."""
        return self.chosen[: self.number].copy()

    def add(self, sites: Ints) -> None:
        """Open sites whatever binds them."""
        for j in sites.tolist():
            self.value += int(kernels.open_site(j, self.arrays.columns, self.state))
            kernels.count_site(j, 1, self.limits)
            self.chosen[self.number] = j
            self.number += 1

    def remove(self, sites: Ints) -> None:
        """Close sites whatever binds them."""
        gone = set(sites.tolist())
        for j in sites.tolist():
            self.value -= int(kernels.close_site(j, self.arrays.columns, self.arrays.rows, self.state))
            kernels.count_site(j, -1, self.limits)
        left = [j for j in self.chosen[: self.number].tolist() if j not in gone]
        self.number = len(left)
        self.chosen[: self.number] = left

    def become(self, sites: Ints) -> None:
        """Open these sites and close the others."""
        now = self.chosen[: self.number]
        self.remove(np.setdiff1d(now, sites))
        self.add(np.setdiff1d(sites, now))

    def fill(self, pool: Ints) -> None:
        """Open greedily, within the limits, while something is gained."""
        before = self.number
        self.number = int(
            kernels.fill_greedily(
                *(self.chosen, self.number, self.arrays.count, pool),
                *(self.arrays.columns, self.state, self.limits),
            )
        )
        if self.number > before:
            self.value = int(self.state[3].sum())

    def descend(self, pool: Ints) -> None:
        """Exchange until nothing is gained."""
        if self.number:
            self.value += int(
                kernels.descend(
                    *(self.chosen, self.number, pool),
                    *(self.arrays.columns, self.arrays.rows, self.state, self.limits),
                )
            )

    def anneal(self, pool: Ints, *, steps: int, hot: float, cold: float, seed: int) -> None:
        """Simulated annealing, ending on the best plan met."""
        if not self.number or not pool.size:
            return
        held = (self.arrays.columns, self.arrays.rows, self.state, self.limits)
        kept, gain = kernels.anneal(self.chosen, self.number, pool, (steps, hot, cold), seed, held)
        record = self.value + int(gain)
        self.value = int(self.state[3].sum())
        self.become(kept)
        if self.value != record:
            raise AssertionError(f"annealing: {self.value} instead of {record}")


def first_plan(arrays: Arrays, pool: Ints) -> Plan:
    """Imposed sites, then what groups need at least, then the greedy plan among `pool`.

    Raises
    ------
    InfeasibleError
        When imposed sites or minima cannot be respected.
    """
    plan = Plan(arrays)
    plan.add(arrays.imposed)
    _verify_imposed(plan)
    for group in range(arrays.least.size):
        _meet(plan, group)
    plan.fill(pool)
    return plan


def _verify_imposed(plan: Plan) -> None:
    counts, most = plan.limits[1], plan.limits[3]
    over = np.flatnonzero(counts > most)
    if over.size:
        group = int(over[0])
        raise InfeasibleError(f"imposed: {counts[group]} sites in a group of at most {most[group]}")


def _meet(plan: Plan, group: int) -> None:
    """Open what a group lacks, the best first; what gains nothing too, since it is asked for."""
    arrays = plan.arrays
    inside = np.flatnonzero((arrays.groups == group).any(axis=1) & arrays.allowed)
    while plan.limits[1][group] < arrays.least[group]:
        ways = [
            (int(kernels.gain_without(j, -1, arrays.columns, plan.state)), -j)
            for j in inside.tolist()
            if not plan.state[0][j] and kernels.may_enter(j, -1, plan.state[0], plan.limits)
        ]
        if not ways or plan.number >= arrays.count:
            raise InfeasibleError(
                f"budgets (sites): a group asks for at least {arrays.least[group]}, "
                f"and {plan.limits[1][group]} can be opened"
            )
        plan.add(np.array([-max(ways)[1]]))
