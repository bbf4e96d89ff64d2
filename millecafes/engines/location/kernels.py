"""Hot loops of the search, compiled by numba and cached: plain arrays in, arrays changed in place.

A plan is kept as in the fast interchange of Resende & Werneck (2007): for each demand its best and second
best open sites (`first`, `second`, -1: none) and what they bring (`best`, `next_best`); for each open site
what closing it would lose (`loss`). Gains are stored twice: by columns (sites), and by rows with the
largest first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, nogil=True)


@_compiled
def second_of(i: Any, best: Any, rows: Any, opened: Any) -> Any:
    """The best open site of a demand but `best`, and what it brings (-1, 0: none)."""
    start, site, value = rows
    for k in range(start[i], start[i + 1]):
        j = site[k]
        if opened[j] and j != best:
            return j, value[k]
    return -1, 0


@_compiled
def open_site(j: Any, columns: Any, plan: Any) -> Any:
    """Open a site; returns what it gains."""
    start, row, value = columns
    opened, first, second, best, next_best, loss = plan
    opened[j] = True
    total = 0
    for k in range(start[j], start[j + 1]):
        i, v = row[k], value[k]
        if v > best[i]:
            if first[i] >= 0:
                loss[first[i]] -= best[i] - next_best[i]
            total += v - best[i]
            second[i], next_best[i] = first[i], best[i]
            first[i], best[i] = j, v
            loss[j] += v - next_best[i]
        elif v > next_best[i] or second[i] < 0:
            if first[i] >= 0:
                loss[first[i]] -= v - next_best[i]
            second[i], next_best[i] = j, v
    return total


@_compiled
def close_site(r: Any, columns: Any, rows: Any, plan: Any) -> Any:
    """Close a site; returns what it loses."""
    start, row, _ = columns
    opened, first, second, best, next_best, loss = plan
    opened[r] = False
    total = loss[r]
    loss[r] = 0
    for k in range(start[r], start[r + 1]):
        i = row[k]
        if first[i] == r:
            first[i], best[i] = second[i], next_best[i]
        elif second[i] != r:
            continue
        elif first[i] >= 0:
            loss[first[i]] -= best[i] - next_best[i]
        second[i], next_best[i] = second_of(i, first[i], rows, opened)
        if first[i] >= 0:
            loss[first[i]] += best[i] - next_best[i]
    return total


@_compiled
def may_enter(j: Any, r: Any, opened: Any, limits: Any) -> Any:
    """Whether j may be opened while r is closed (r = -1: nothing is)."""
    groups, counts, least, most, near_start, near, cost, purse, kept = limits
    if r >= 0 and kept[r]:
        return False
    if purse[0] >= 0:
        spent = purse[1] + cost[j]
        if r >= 0:
            spent -= cost[r]
        if spent > purse[0]:
            return False
    for d in range(groups.shape[1]):
        entered = groups[j, d]
        left = groups[r, d] if r >= 0 else -1
        if entered == left:
            continue
        if entered >= 0 and counts[entered] >= most[entered]:
            return False
        if left >= 0 and counts[left] <= least[left]:
            return False
    if near_start.size:
        for k in range(near_start[j], near_start[j + 1]):
            if opened[near[k]] and near[k] != r:
                return False
    return True


@_compiled
def count_site(j: Any, sign: Any, limits: Any) -> None:
    """Keep the counts of groups and the money spent."""
    groups, counts, cost, purse = limits[0], limits[1], limits[6], limits[7]
    for d in range(groups.shape[1]):
        if groups[j, d] >= 0:
            counts[groups[j, d]] += sign
    if purse[0] >= 0:
        purse[1] += sign * cost[j]


@_compiled
def gain_without(j: Any, r: Any, columns: Any, plan: Any) -> Any:
    """What opening j would gain if r were closed first."""
    start, row, value = columns
    first, best, next_best = plan[1], plan[3], plan[4]
    total = 0
    for k in range(start[j], start[j + 1]):
        i = row[k]
        had = next_best[i] if first[i] == r and r >= 0 else best[i]
        if value[k] > had:
            total += value[k] - had
    return total


@_compiled
def fill_greedily(
    chosen: Any, number: Any, count: Any, pool: Any, columns: Any, plan: Any, limits: Any
) -> Any:
    """Open the site of `pool` that gains the most, again and again; lazy evaluation (Minoux 1978).

    `chosen[:number]` are open; returns the new number, `count` at most. Stops when nothing is gained.
    """
    bound = np.empty(pool.size, np.float64)
    for k in range(pool.size):
        bound[k] = -1.0 if plan[0][pool[k]] else float(gain_without(pool[k], -1, columns, plan))
    order = np.argsort(-bound, kind="mergesort")
    # A binary heap of places in `pool`, the largest bound on top; equal ones by their place.
    heap = [(-bound[k], k) for k in order if bound[k] > 0]
    while number < count and len(heap):
        gain, k = heap[0]
        j = pool[k]
        if plan[0][j] or not may_enter(j, -1, plan[0], limits):
            pop(heap)
            continue
        now = float(gain_without(j, -1, columns, plan))
        if now <= 0:
            pop(heap)
        elif now < -gain:
            heap[0] = (-now, k)
            sift(heap)
        else:
            pop(heap)
            open_site(j, columns, plan)
            count_site(j, 1, limits)
            chosen[number] = j
            number += 1
    return number


@_compiled
def pop(heap: Any) -> None:
    """Drop the top of a heap."""
    last = heap.pop()
    if len(heap):
        heap[0] = last
        sift(heap)


@_compiled
def sift(heap: Any) -> None:
    """Bring the top of a heap down to its place."""
    k, n = 0, len(heap)
    while True:
        child = 2 * k + 1
        if child >= n:
            return
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[k] <= heap[child]:
            return
        heap[k], heap[child] = heap[child], heap[k]
        k = child


@_compiled
def best_exit(j: Any, chosen: Any, number: Any, columns: Any, plan: Any, limits: Any, saved: Any) -> Any:
    """The open site whose exchange with j gains the most: its place in `chosen`, and the gain."""
    start, row, value = columns
    opened, first, _, best, next_best, loss = plan
    gain = 0
    for k in range(start[j], start[j + 1]):
        i, v = row[k], value[k]
        if v > best[i]:
            gain += v - best[i]
        if first[i] >= 0:
            saved[first[i]] += min(v, best[i]) - next_best[i] if v > next_best[i] else 0
    place, most = -1, -1
    if gain > 0 or number:
        for k in range(number):
            r = chosen[k]
            delta = gain - loss[r] + saved[r]
            if delta > most and delta > 0 and may_enter(j, r, opened, limits):
                place, most = k, delta
    for k in range(start[j], start[j + 1]):
        if first[row[k]] >= 0:
            saved[first[row[k]]] = 0
    return place, most


@_compiled
def cheapest(chosen: Any, number: Any, loss: Any, kept: Any) -> Any:
    """The place of the open site that loses the least when closed (-1: none may be)."""
    place = -1
    for k in range(number):
        if not kept[chosen[k]] and (place < 0 or loss[chosen[k]] < loss[chosen[place]]):
            place = k
    return place


@_compiled
def descend(chosen: Any, number: Any, pool: Any, columns: Any, rows: Any, plan: Any, limits: Any) -> Any:
    """Exchange sites one for one until nothing is gained; returns the total gain (Whitaker 1983)."""
    saved = np.zeros(plan[0].size, np.int64)
    total, since, k = 0, 0, 0
    spare = cheapest(chosen, number, plan[5], limits[8])
    while since < pool.size:
        j = pool[k]
        k = (k + 1) % pool.size
        since += 1
        if plan[0][j]:
            continue
        # What an exchange gains is at most this: no site loses less than the cheapest one.
        most = gain_without(j, -1, columns, plan) + touched_loss(j, columns, plan)
        if spare < 0 or most <= plan[5][chosen[spare]]:
            continue
        place, delta = best_exit(j, chosen, number, columns, plan, limits, saved)
        if place >= 0:
            exchange(j, place, chosen, columns, rows, plan, limits)
            spare = cheapest(chosen, number, plan[5], limits[8])
            total += delta
            since = 0
    return total


@_compiled
def touched_loss(j: Any, columns: Any, plan: Any) -> Any:
    """An upper bound of what closing a site may save for the demands that j serves."""
    start, row, value = columns
    first, best, next_best = plan[1], plan[3], plan[4]
    total = 0
    for k in range(start[j], start[j + 1]):
        i = row[k]
        if first[i] >= 0 and value[k] > next_best[i]:
            total += min(value[k], best[i]) - next_best[i]
    return total


@_compiled
def exchange(j: Any, place: Any, chosen: Any, columns: Any, rows: Any, plan: Any, limits: Any) -> None:
    """Close `chosen[place]` and open j in its place."""
    r = chosen[place]
    close_site(r, columns, rows, plan)
    count_site(r, -1, limits)
    open_site(j, columns, plan)
    count_site(j, 1, limits)
    chosen[place] = j


@_compiled
def draw_exit(j: Any, number: Any, place: Any, columns: Any, plan: Any) -> Any:
    """Place of an open site taken by chance; half of the time one that serves a demand of j."""
    start, row, _ = columns
    if np.random.random() < 0.5 and start[j] < start[j + 1]:
        met = plan[1][row[np.random.randint(start[j], start[j + 1])]]
        if met >= 0 and place[met] >= 0:
            return place[met]
    return np.random.randint(number)


@_compiled
def anneal(chosen: Any, number: Any, pool: Any, schedule: Any, seed: Any, held: Any) -> Any:
    """Simulated annealing by exchanges (Kirkpatrick et al. 1983); returns the best plan met and its gain.

    `schedule`: steps, then temperatures from hot to cold (gains), geometrically. `held`: columns, rows, plan
    and limits.
    """
    steps, hot, cold = schedule
    columns, rows, plan, limits = held
    np.random.seed(seed)
    place = np.full(plan[0].size, -1, np.int64)
    for k in range(number):
        place[chosen[k]] = k
    kept = chosen[:number].copy()
    now, record, heat = 0, 0, hot
    cooling = (cold / hot) ** (256.0 / max(steps, 256))
    for step in range(steps):
        if step % 256 == 255:
            heat *= cooling
        j = pool[np.random.randint(pool.size)]
        if plan[0][j]:
            continue
        k = draw_exit(j, number, place, columns, plan)
        r = chosen[k]
        delta = gain_without(j, r, columns, plan) - plan[5][r]
        if delta < 0 and np.random.random() >= np.exp(delta / heat):
            continue
        if not may_enter(j, r, plan[0], limits):
            continue
        exchange(j, k, chosen, columns, rows, plan, limits)
        place[r], place[j] = -1, k
        now += delta
        if now > record:
            record = now
            kept[:] = chosen[:number]
    return kept, record


@_compiled
def dominated(
    start: Any, row: Any, value: Any, rows_start: Any, rows_site: Any, free: Any, group: Any, cost: Any
) -> Any:
    """Sites that another one replaces without any loss, for every demand, in the same groups, for no more."""
    sites = start.size - 1
    lost = np.zeros(sites, np.bool_)
    at = np.full(rows_start.size - 1, -1, np.int64)
    for j in range(sites):
        low, high = start[j], start[j + 1]
        if not free[j]:
            continue
        if low == high:
            lost[j] = True
            continue
        rarest, fewest = row[low], rows_start[row[low] + 1] - rows_start[row[low]]
        for k in range(low, high):
            at[row[k]] = k
            length = rows_start[row[k] + 1] - rows_start[row[k]]
            if length < fewest:
                rarest, fewest = row[k], length
        for q in range(rows_start[rarest], rows_start[rarest + 1]):
            c = rows_site[q]
            if c == j or lost[c] or group[c] != group[j] or cost[c] > cost[j]:
                continue
            if start[c + 1] - start[c] < high - low:
                continue
            held, strict = 0, start[c + 1] - start[c] > high - low or cost[c] < cost[j]
            for k in range(start[c], start[c + 1]):
                own = at[row[k]]
                if own >= 0:
                    if value[k] < value[own]:
                        break
                    held += 1
                    strict = strict or value[k] > value[own]
            if held == high - low and (strict or c < j):
                lost[j] = True
                break
        for k in range(low, high):
            at[row[k]] = -1
    return lost
