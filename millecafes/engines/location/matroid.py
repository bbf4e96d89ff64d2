"""The best plan under laminar budgets when each site has a gain of its own: greedy, hence exact.

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
