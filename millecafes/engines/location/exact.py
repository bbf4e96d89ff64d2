"""The whole problem given to HiGHS on the second core, sharing plans and bounds with the search."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from millecafes.engines.location import programs
from millecafes.engines.location.arrays import Arrays, Plan
from millecafes.engines.location.problem import Ints
from millecafes.engines.location.record import Record


class ExactThread(threading.Thread):
    """HiGHS at work beside the search: own presolve before, none of its own, plans of the search injected."""

    def __init__(self, arrays: Arrays, pool: Ints, record: Record, *, seed: int) -> None:
        super().__init__(name="location-exact", daemon=True)
        self.arrays, self.pool, self.record, self.seed = arrays, pool, record, seed
        self.stopped = threading.Event()
        self.given = -1
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Solve, until told to stop."""
        try:
            self._solve()
        except Exception as failure:
            self.failure = failure

    def _solve(self) -> None:
        import highspy

        unit = self.record.problem.scale
        nobody = np.zeros(self.arrays.demands, np.int64)
        self.program = programs.write(self.arrays, self.pool, nobody, unit)
        programs.bind(self.program, self.arrays, Plan(self.arrays), self.arrays.count)
        for site in self.arrays.imposed.tolist():
            place = int(np.searchsorted(self.pool, site))
            self.program.constrain([place], [1.0], 1.0, 1.0)
        solver = programs.solver_of(
            self.program,
            seconds=min(self.record.clock.left, 1e7),
            gap=0.999 if unit == 1 else 1e-6,
            seed=self.seed,
        )
        solver.setOptionValue("mip_heuristic_run_feasibility_jump", False)
        solver.cbMipInterrupt.subscribe(self._interrupt)
        solver.cbSimplexInterrupt.subscribe(self._interrupt)
        solver.cbMipUserSolution.subscribe(self._give)
        solver.cbMipImprovingSolution.subscribe(self._take)
        if not self.stopped.is_set():
            solver.run()
        status = solver.getModelStatus()
        proved = status == highspy.HighsModelStatus.kOptimal
        if proved:
            self._keep(np.array(solver.getSolution().col_value))
        if proved or status == highspy.HighsModelStatus.kInterrupt:
            self._hear(float(solver.getInfo().mip_dual_bound), proved=proved)

    def _hear(self, bound: float, *, proved: bool = False) -> None:
        if np.isfinite(bound) and bound > 0:
            self.record.hear(bound * self.record.problem.scale, proved=proved)

    def _interrupt(self, event: Any) -> None:
        self._hear(float(event.data_out.mip_dual_bound))
        if self.stopped.is_set() or self.record.done():
            event.interrupt()

    def _give(self, event: Any) -> None:
        """A better plan of the search, when there is one."""
        if self.record.value > self.given:
            self.given = self.record.value
            values = programs.values_of(self.program, self._undominated(self.record.selected))
            event.data_in.setSolution(np.array(values))

    def _undominated(self, selected: Ints) -> Ints:
        return np.intersect1d(selected, self.pool)

    def _take(self, event: Any) -> None:
        """A plan that HiGHS found."""
        self._keep(np.asarray(event.data_out.mip_solution))

    def _keep(self, values: Any) -> None:
        selected = self.pool[values[: self.pool.size] > 0.5]
        if selected.size <= self.arrays.count:
            self.record.offer_sites(selected, self.record.problem.value(selected))

    def finish(self) -> None:
        """Ask it to stop, and wait for it."""
        self.stopped.set()
        self.join()
        if self.failure is not None:
            raise self.failure
