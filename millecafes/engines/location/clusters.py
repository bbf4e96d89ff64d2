"""A bound stronger than the linear relaxation: the plan cut into clusters, each solved exactly.

A demand that sees sites of several clusters keeps its price ``u_i`` and is worth ``gains - u_i`` in each; the
others keep their whole gains. Then no plan is better than ``sum of these u_i + price x count + sum over
clusters of max (value - price x sites)`` (Lagrangian relaxation with clusters: Senne, Lorena & Pereira 2005).
Each maximum is HiGHS's word: the bound is labelled so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from millecafes.engines.location import programs
from millecafes.engines.location.arrays import Arrays, Floats, Plan
from millecafes.engines.location.bounding import Dual
from millecafes.engines.location.problem import Ints


def partition(points: Floats, number: int) -> Ints:
    """Cluster of each point, by halves across the widest direction."""
    owner = np.zeros(len(points), np.int64)
    parts = [np.arange(len(points))]
    while len(parts) < number:
        largest = max(range(len(parts)), key=lambda k: parts[k].size)
        part = parts.pop(largest)
        spread = points[part] - points[part].mean(axis=0)
        _, axes = np.linalg.eigh(spread.T @ spread)
        order = np.argsort(spread @ axes[:, -1], kind="stable")
        parts += [part[order[: part.size // 2]], part[order[part.size // 2 :]]]
    for k, part in enumerate(parts):
        owner[part] = k
    return owner


def cluster_bound(
    arrays: Arrays,
    pool: Ints,
    places: Floats,
    dual: Dual,
    *,
    number: int,
    unit: float,
    seconds: Callable[[], float],
    seed: int,
) -> float:
    """The bound, in gains; infinite when time ran out. Only the count of sites binds.

    `pool`: sites that none dominates. `seconds()`: time that one cluster may take; 0 or less gives up.
    """
    owner = np.full(arrays.sites, -1, np.int64)
    owner[pool] = partition(places[pool], number)
    spread = _spans(arrays, owner)
    floor = np.where(spread, dual.prices, 0.0)
    total = float(floor.sum()) + dual.price * arrays.count
    for k in range(number):
        limit = seconds()
        if limit <= 0:
            return float("inf")
        sites = pool[owner[pool] == k]
        program = programs.write(arrays, sites, floor, unit, dual.price)
        program.constrain(
            list(range(sites.size)), [1.0] * sites.size, -programs.INFINITE, float(arrays.count)
        )
        answer = programs.run(program, seconds=limit, gap=1e-4, seed=seed)
        if answer is None or not np.isfinite(answer.bound):
            return float("inf")
        total += max(answer.bound, 0.0) * unit
    return total


def _spans(arrays: Arrays, owner: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Demands that see sites of more than one cluster."""
    cluster = owner[arrays.rows_site]
    row = np.repeat(np.arange(arrays.demands), np.diff(arrays.rows_start))
    known = cluster >= 0
    lowest = np.full(arrays.demands, np.iinfo(np.int64).max)
    highest = np.full(arrays.demands, -1)
    np.minimum.at(lowest, row[known], cluster[known])
    np.maximum.at(highest, row[known], cluster[known])
    spans: np.ndarray[tuple[int], np.dtype[np.bool_]] = highest > lowest
    return spans


def applies(arrays: Arrays, plan: Plan) -> bool:
    """Whether the bound is valid: nothing but the count binds, and every imposed site is free of cost."""
    return arrays.is_plain and not arrays.imposed.size and plan.number > 0
