"""Hot loops of the prices: reduced gains, subgradients, and the best plan when each site has its own gain.

Plans under nested limits "at most" are the independent sets of a laminar matroid, for which taking the best
sites first is exact (Edmonds 1971). Limits "at least" are met first, from the smallest groups to the largest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from millecafes.engines.location.kernels import _compiled


@_compiled
def greedy_basis(
    order: Any, gains: Any, allowed: Any, imposed: Any, count: Any, groups: Any, least: Any, most: Any
) -> Any:
    """Mask of the sites taken; `order` sorts them by gain, the largest first.

    Groups are numbered from the smallest to the largest; `groups[j]` likewise, -1 where there is none.
    """
    taken = np.zeros(gains.size, np.bool_)
    counts = np.zeros(least.size, np.int64)
    number = 0
    for j in imposed:
        taken[j] = True
        number += 1
        for d in range(groups.shape[1]):
            if groups[j, d] >= 0:
                counts[groups[j, d]] += 1
    for g in range(least.size + 1):
        last = g == least.size
        if not last and counts[g] >= least[g]:
            continue
        for j in order:
            if number >= count or (not last and counts[g] >= least[g]) or (last and gains[j] <= 0):
                break
            if taken[j] or not allowed[j]:
                continue
            room, inside = True, last
            for d in range(groups.shape[1]):
                h = groups[j, d]
                if h >= 0:
                    room = room and counts[h] < most[h]
                    inside = inside or h == g
            if room and inside:
                taken[j] = True
                number += 1
                for d in range(groups.shape[1]):
                    if groups[j, d] >= 0:
                        counts[groups[j, d]] += 1
    return taken


@_compiled
def reduced_gains(start: Any, row: Any, value: Any, prices: Any, gains: Any) -> None:
    """What each site brings above the prices of its demands (float arrays)."""
    for j in range(gains.size):
        total = 0.0
        for k in range(start[j], start[j + 1]):
            total += max(value[k] - prices[row[k]], 0.0)
        gains[j] = total


@_compiled
def serve(sites: Any, start: Any, row: Any, value: Any, prices: Any, slack: Any) -> None:
    """Subgradient of the dual: 1 minus how many of `sites` serve each demand above its price."""
    slack[:] = 1.0
    for j in sites:
        for k in range(start[j], start[j + 1]):
            if value[k] > prices[row[k]]:
                slack[row[k]] -= 1.0


@_compiled
def aim(prices: Any, slack: Any, direction: Any, deflection: Any, ceiling: Any) -> Any:
    """Turn the direction towards the subgradient, less what would leave 0 to `ceiling`; its squared norm."""
    norm = 0.0
    for i in range(prices.size):
        pull = slack[i]
        if (pull > 0.0 and prices[i] <= 0.0) or (pull < 0.0 and prices[i] >= ceiling[i]):
            pull = 0.0
        direction[i] = deflection * direction[i] + pull
        norm += direction[i] * direction[i]
    return norm


@_compiled
def move(prices: Any, direction: Any, step: Any, ceiling: Any) -> None:
    """Prices one step further, kept between 0 and `ceiling`."""
    for i in range(prices.size):
        prices[i] = min(max(prices[i] - step * direction[i], 0.0), ceiling[i])
