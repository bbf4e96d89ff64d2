"""Upper bounds by Lagrangian relaxation of the assignment, and their exact integer value.

With a price ``u_i >= 0`` on each demand, no plan is better than ``sum u_i + max over allowed plans of
sum over its sites of rho_j``, ``rho_j = sum over i of max(0, gains[i, j] - u_i)`` (Cornuéjols, Fisher &
Nemhauser 1977). The inner problem is greedy: budgets are laminar, so their plans are the bases of a matroid.
Spacing is left out of the bound, costs enter by a fractional knapsack: both keep it valid. Prices move by
deflected subgradient with Polyak's step (Camerini, Fratta & Maffioli 1975).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from millecafes.engines.location import pricing
from millecafes.engines.location.arrays import Arrays, Floats
from millecafes.engines.location.problem import Ints, Mask
from millecafes.engines.location.solution import Clock

DEFLECTION = 0.7
PATIENCE = 12
SHRINK = 0.8
FINEST = 1_000
EXACT = 2.0**52


@dataclass
class Dual:
    """Prices of demands and what they bound.

    `bound` is the smallest seen, with `prices`; `gains` are the reduced gains at these prices, and `price` is
    what the last site taken brings above them: the price of one more site.
    """

    prices: Floats
    bound: float
    gains: Floats
    price: float
    theta: float = 1.5


def inner(arrays: Arrays, gains: Floats) -> tuple[Ints, float]:
    """The sites of the inner problem and their sum, for these reduced gains."""
    taken = np.flatnonzero(_basis(arrays, gains)) if arrays.groups.shape[1] else _top(arrays, gains)
    total = float(gains[taken].sum())
    if arrays.purse >= 0:
        bought, worth = _knapsack(arrays, gains)
        if worth < total:
            return bought, worth
    return taken, total


def _basis(arrays: Arrays, gains: Floats) -> Mask:
    order = np.argsort(-gains, kind="stable")
    taken: Mask = pricing.greedy_basis(
        *(order, gains, arrays.allowed, arrays.imposed, arrays.count),
        *(arrays.groups, arrays.least, arrays.most),
    )
    return taken


def _top(arrays: Arrays, gains: Floats) -> Ints:
    room = arrays.count - arrays.imposed.size
    free = gains
    if arrays.imposed.size or not arrays.allowed.all():
        free = np.where(arrays.allowed, gains, 0.0)
        free[arrays.imposed] = 0.0
    floor = max(float(np.partition(free, -room)[-room]), 0.0) if 0 < room < free.size else 0.0
    best = np.flatnonzero(free > floor)
    equal = np.flatnonzero(free == floor)[: room - best.size] if floor > 0 else best[:0]
    return np.concatenate((arrays.imposed, best[:room], equal))


def _knapsack(arrays: Arrays, gains: Floats) -> tuple[Ints, float]:
    """Fractional knapsack over what imposed sites leave of the purse."""
    left = float(arrays.purse - arrays.cost[arrays.imposed].sum())
    free = np.flatnonzero(arrays.allowed & (gains > 0))
    free = np.setdiff1d(free, arrays.imposed, assume_unique=True)
    cost = arrays.cost[free].astype(np.float64)
    order = np.argsort(-gains[free] / np.maximum(cost, 1e-9), kind="stable")
    spent = np.cumsum(cost[order])
    whole = spent <= left
    bought = free[order[whole]]
    total = float(gains[arrays.imposed].sum() + gains[bought].sum())
    if not whole.all():
        broken = order[int(whole.sum())]
        room = left - (spent[int(whole.sum()) - 1] if whole.any() else 0.0)
        total += float(gains[free[broken]] * room / max(cost[broken], 1e-9))
    return np.concatenate((arrays.imposed, bought)), total


def restrict(arrays: Arrays, pool: Ints) -> Arrays:
    """The same demands with the sites of `pool` alone (ascending, imposed ones among them)."""
    length = arrays.start[pool + 1] - arrays.start[pool]
    start = np.concatenate(([0], np.cumsum(length)))
    at = np.repeat(arrays.start[pool] - start[:-1], length) + np.arange(int(length.sum()))
    return replace(
        arrays,
        start=start,
        row=arrays.row[at],
        value=arrays.value[at],
        groups=arrays.groups[pool],
        cost=arrays.cost[pool],
        allowed=arrays.allowed[pool],
        imposed=np.searchsorted(pool, arrays.imposed),
    )


def ceilings(arrays: Arrays) -> Floats:
    """The largest gain of each demand: no price needs to be higher."""
    some = np.diff(arrays.rows_start) > 0
    ceiling = np.zeros(arrays.demands)
    ceiling[some] = arrays.rows_value[arrays.rows_start[:-1][some]]
    return ceiling


def start_dual(arrays: Arrays, served: Ints) -> Dual:
    """Prices to start from: half of what each demand gets from a plan."""
    prices = 0.5 * served.astype(np.float64)
    return Dual(prices, np.inf, np.zeros(arrays.sites), 0.0)


def improve(arrays: Arrays, dual: Dual, *, target: float, steps: int, clock: Clock) -> Dual:
    """Lower the bound by at most `steps` subgradient steps towards `target`, the value of a plan."""
    theta = dual.theta
    value = arrays.value.astype(np.float64)
    ceiling = ceilings(arrays)
    prices = dual.prices.copy()
    best = dual
    direction, slack = np.zeros_like(prices), np.empty_like(prices)
    gains, stalled = np.empty(arrays.sites), 0
    for step in range(steps):
        pricing.reduced_gains(arrays.start, arrays.row, value, prices, gains)
        taken, total = inner(arrays, gains)
        bound = float(prices.sum()) + total
        if bound < best.bound:
            stalled = 0
            best = Dual(prices.copy(), bound, gains.copy(), _least(gains, taken))
        else:
            stalled += 1
        if stalled > PATIENCE:
            theta, stalled = theta * SHRINK, 0
        if bound - target < 0.5 or theta < 1e-5 or (step % 16 == 0 and clock.over()):
            break
        pricing.serve(taken, arrays.start, arrays.row, value, prices, slack)
        norm = float(pricing.aim(prices, slack, direction, DEFLECTION, ceiling))
        if norm == 0.0:
            break
        pricing.move(prices, direction, theta * max(bound - target, 1.0) / norm, ceiling)
    best.theta = theta
    return best


def _least(gains: Floats, taken: Ints) -> float:
    return float(gains[taken].min()) if taken.size else 0.0


def fineness(arrays: Arrays) -> int:
    """How many whole parts a gain is cut into for prices: 1,000, or less where sums would pass 2**52."""
    total = float(ceilings(arrays).sum())
    parts = 1
    while parts < FINEST and total * parts * 10 < EXACT:
        parts *= 10
    return parts


def whole_prices(arrays: Arrays, dual: Dual) -> tuple[Ints, int]:
    """Prices as whole numbers, and how many of their parts make a gain: what the certificate holds."""
    parts = fineness(arrays)
    return np.rint(dual.prices * parts).astype(np.int64), parts


def checked_bound(arrays: Arrays, prices: Ints, parts: int) -> int:
    """The bound of whole prices in gains, exact: gains are whole, so it is rounded down."""
    above = np.maximum(arrays.value * parts - prices[arrays.row], 0)
    total = np.concatenate(([0], np.cumsum(above)))
    gains = total[arrays.start[1:]] - total[arrays.start[:-1]]
    _, worth = inner(arrays, gains.astype(np.float64))
    # Sums of whole numbers under 2**53 are exact in double precision; a broken knapsack item rounds up.
    return (int(prices.sum()) + int(np.ceil(worth - 1e-6))) // parts
