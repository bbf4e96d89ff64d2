"""Compile the hot loops before anybody waits for them; numba keeps what it compiled beside the code."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from millecafes.engines.location.problem import Budget, Problem
from millecafes.engines.location.solution import Stop
from millecafes.engines.location.solve import SMALL, solve


def warm() -> None:
    """Solve a small invented problem through every loop (some twenty seconds the first time)."""
    sites = SMALL + 100
    rng = np.random.default_rng(1)
    gains = csr_array(np.where(rng.random((sites, sites)) < 0.02, rng.integers(1, 9, (sites, 1)), 0))
    halves = (Budget(np.arange(sites // 2), 1, 20, "a"), Budget(np.arange(sites), 0, 30, "b"))
    for budgets in ((), halves):
        problem = Problem(gains=csr_array(gains.astype(np.int64)), count=25, budgets=budgets)
        solve(problem, stop=Stop(rounds=2), seed=1)
