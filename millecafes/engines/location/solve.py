"""The best places: a plan, then a bound, then both made closer until told to stop."""

from __future__ import annotations

import numpy as np

from millecafes.engines.location import kernels, regions
from millecafes.engines.location.arrays import Arrays, Floats, arrays_of, first_plan
from millecafes.engines.location.bounding import improve, start_dual
from millecafes.engines.location.clusters import applies, cluster_bound
from millecafes.engines.location.exact import ExactThread
from millecafes.engines.location.problem import Ints, Problem
from millecafes.engines.location.record import Record
from millecafes.engines.location.solution import Clock, Progress, Solution, Stop

VERSION = "1"
# Each was tried on the national instance (docs/decisions/0023-location-engine.md).
FIRST_STEPS = 600
MORE_STEPS = 300
AGAIN = 0.3
CORE = 0.95
WIDE_CORE = 0.9
ANNEALING = 2_000_000
REGION = 30
SOLVER_SECONDS = 0.3
SOLVER_NODES = 200
CLUSTERS = ((6, 32), (16, 16), (30, 8))  # (round, number of clusters)
SMALL = 400  # sites: the whole problem is one program
SMALL_NODES = 1_000_000
WHOLE = 500_000  # pairs: more are too many for one program


def solve(
    problem: Problem, *, stop: Stop, seed: int = 1, progress: Progress | None = None, workers: int = 1
) -> Solution:
    """The best plan found, with what is proved of it.

    Parameters
    ----------
    problem : Problem
    stop : Stop
        With one worker and `rounds` alone, the answer depends on the problem and the seed only.
    seed : int
        0 to 2**31 - 1.
    progress : callable, optional
        Called at each better plan or bound, from any thread.
    workers : int
        1, or 2: an exact solver of the whole problem then works beside the search.

    Raises
    ------
    InfeasibleError
        When no plan respects what is asked.
    """
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed: expected from 0 to {2**31 - 1}, got {seed}")
    if workers not in {1, 2}:
        raise ValueError(f"workers: expected 1 or 2, got {workers}")
    search = Search(problem, Clock(stop), seed, progress)
    beside = search.beside() if workers == 2 and search.pairs <= WHOLE else None
    try:
        search.run()
    finally:
        if beside is not None:
            beside.finish()
    return search.record.solution()


class Search:
    """The steps of one search."""

    def __init__(self, problem: Problem, clock: Clock, seed: int, progress: Progress | None) -> None:
        self.problem, self.clock, self.seed = problem, clock, seed
        self.arrays = arrays_of(problem)
        self.rng = np.random.default_rng(seed)
        self.record = Record(problem, self.arrays, clock, progress)
        self.pool = undominated(self.arrays)
        self.pairs = int((self.arrays.start[self.pool + 1] - self.arrays.start[self.pool]).sum())
        self.places = problem.places if problem.places is not None else embed(self.arrays)
        self.unit = problem.scale
        # Whole people are told apart; smaller parts are near what HiGHS tells apart.
        self.tolerance = 0.99 if problem.scale == 1 else 1e-6
        self.timed = clock.stop.seconds is not None
        self.theta = 1.0
        self.plan = first_plan(self.arrays, self.pool)
        self.record.offer(self.plan)

    def beside(self) -> ExactThread:
        """The exact solver, started on the second core."""
        thread = ExactThread(self.arrays, self.pool, self.record, seed=self.seed)
        thread.start()
        return thread

    def run(self) -> None:
        """Everything, until told to stop."""
        record, plan = self.record, self.plan
        plan.descend(self.pool)
        record.offer(plan)
        self.dual = start_dual(self.arrays, plan.state[3])
        self.sharpen(FIRST_STEPS)
        if record.done() or not plan.number:
            return
        if self.pool.size <= SMALL and self.exactly():
            return
        self.price = self.dual.price
        plan.anneal(
            self.core(CORE),
            steps=self.steps(),
            hot=0.3 * self.heat(),
            cold=0.01 * self.heat(),
            seed=self.seed,
        )
        record.offer(plan)
        while not record.done() and (
            self.clock.stop.rounds is None or record.rounds < self.clock.stop.rounds
        ):
            self.round(record.rounds)
            record.rounds += 1

    def round(self, number: int) -> None:
        """One round of intensification, then of bounding."""
        wide = number % 4 == 3
        core = self.core(WIDE_CORE if wide else CORE)
        if number % 3 == 2 and number > 4:
            self.exchange(core)
        else:
            self.sweep(core, REGION if number % 2 else REGION * 2 // 3)
        if number < 4 or number % 4 == 0:
            self.sharpen(MORE_STEPS)
        for turn, clusters in CLUSTERS:
            if number == turn and applies(self.arrays, self.plan):
                self.bound(clusters)

    def sweep(self, core: Ints, size: int) -> None:
        """Every region made again at the price of a site, then the count repaired."""
        for sites in regions.cut(self.places, self.plan, core, self.rng, size=size):
            if self.record.done():
                break
            self.remake(sites, price=self.price)
        # A price that opens too few sites is too high.
        self.price *= 1 + 0.3 * (self.plan.number - self.arrays.count) / self.arrays.count
        regions.repair(self.arrays, self.plan, self.pool)
        self.keep()

    def exchange(self, core: Ints) -> None:
        """Pairs of regions made again together, at a constant number of sites."""
        for _ in range(20):
            if self.record.done():
                break
            self.remake(
                regions.pick_region(self.places, self.plan, core, self.rng, size=40, spots=2), price=None
            )
        self.keep()

    def keep(self) -> None:
        """Offer the plan; start again from the best one when this one is far behind, or over the count."""
        self.record.offer(self.plan)
        if self.plan.number > self.arrays.count or self.plan.value < 0.999 * self.record.value:
            self.plan.become(self.record.selected)

    def remake(self, sites: Ints, *, price: float | None) -> None:
        """One region made again."""
        regions.remake(
            self.arrays,
            self.plan,
            sites,
            unit=self.unit,
            seconds=min(SOLVER_SECONDS, max(self.clock.left, 0.01)) if self.timed else 1e6,
            nodes=SOLVER_NODES,
            gap=self.tolerance,
            seed=self.seed,
            price=price,
        )

    def sharpen(self, steps: int) -> None:
        """Lower the bound of the multipliers, from longer steps than the last ones."""
        self.dual.theta = max(self.dual.theta, AGAIN)
        self.dual = improve(
            self.arrays, self.dual, target=float(self.record.value), steps=steps, clock=self.clock
        )
        self.record.offer_prices(self.dual)

    def bound(self, clusters: int) -> None:
        """Lower the bound by clusters."""
        if clusters * 20 > self.arrays.count:
            clusters = max(2, self.arrays.count // 20)
        found = cluster_bound(
            *(self.arrays, self.pool, self.places, self.dual),
            number=clusters,
            unit=self.unit,
            seconds=lambda: min(self.clock.left, 60.0) if self.timed else 1e6,
            seed=self.seed,
        )
        if np.isfinite(found):
            self.record.offer_bound(found)

    def exactly(self) -> bool:
        """A small problem as one program; whether it is proved."""
        regions.remake(
            *(self.arrays, self.plan, self.pool),
            unit=self.unit,
            seconds=self.clock.left if self.timed else 1e6,
            nodes=SMALL_NODES,
            gap=self.tolerance,
            seed=self.seed,
            price=None,
            record=self.record,
        )
        self.record.offer(self.plan)
        return self.record.proved

    def core(self, share: float) -> Ints:
        """Sites whose reduced gain is at least this share of the price of a site."""
        floor = self.dual.price * share if self.arrays.is_plain else self.dual.price * share * share
        return np.union1d(self.pool[self.dual.gains[self.pool] > floor], self.arrays.imposed)

    def heat(self) -> float:
        """The scale of temperatures."""
        return max(self.dual.price, 1.0)

    def steps(self) -> int:
        """Steps of annealing."""
        return int(min(ANNEALING, 2_000 * self.arrays.count))


def undominated(arrays: Arrays) -> Ints:
    """Sites worth looking at: allowed, and replaced by none."""
    free = arrays.allowed.copy()
    free[arrays.imposed] = False
    group = arrays.groups[:, 0] if arrays.groups.shape[1] else np.full(arrays.sites, -1, np.int64)
    if arrays.near_start.size or (arrays.least > 0).any():
        lost = np.zeros(arrays.sites, np.bool_)
    else:
        cost = np.where(arrays.allowed, arrays.cost, np.iinfo(np.int64).max)
        lost = kernels.dominated(
            *(arrays.start, arrays.row, arrays.value, arrays.rows_start, arrays.rows_site, free, group, cost)
        )
    return np.flatnonzero(arrays.allowed & ~lost)


def embed(arrays: Arrays) -> Floats:
    """Places of sites when none is given: their order in a band form of who shares demands."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    ones = np.ones(arrays.row.size, np.int32)
    columns = csr_array((ones, arrays.row, arrays.start), shape=(arrays.sites, arrays.demands))
    order = reverse_cuthill_mckee(csr_array(columns @ columns.T), symmetric_mode=True)
    place = np.empty((arrays.sites, 1))
    place[order, 0] = np.arange(arrays.sites)
    return place
