"""Intensification: parts of the plan made again exactly, the rest being fixed (Pisinger & Ropke 2010)."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from millecafes.engines.location import programs
from millecafes.engines.location.arrays import Arrays, Floats, Plan
from millecafes.engines.location.problem import Ints
from millecafes.engines.location.record import Record


def pick_region(
    places: Floats, plan: Plan, core: Ints, rng: np.random.Generator, *, size: int, spots: int
) -> Ints:
    """Sites of a region: those of `core` and of the plan around `spots` places taken by chance.

    The region holds about `size` open sites; a site belongs to the open one nearest to it.
    """
    opened = plan.selected
    tree = cKDTree(places[opened])
    share = max(1, min(size // spots, opened.size))
    middles = rng.integers(opened.size, size=spots)
    _, around = tree.query(places[opened[middles]], k=share)
    near = np.zeros(opened.size, np.bool_)
    near[np.unique(around)] = True
    _, owner = tree.query(places[core])
    return np.union1d(core[near[owner]], opened[near])


def cut(places: Floats, plan: Plan, core: Ints, rng: np.random.Generator, *, size: int) -> list[Ints]:
    """Cut the plan into regions of `size` open sites or so, by halves across directions taken by chance."""
    opened = plan.selected
    parts = [np.arange(opened.size)]
    while parts[0].size > 1.5 * size:
        halves = []
        for part in parts:
            across = places[opened[part]] @ rng.normal(size=places.shape[1])
            order = np.argsort(across, kind="stable")
            middle = part.size // 2
            halves += [part[order[:middle]], part[order[middle:]]]
        parts = halves
    owner = np.empty(opened.size, np.int64)
    for number, part in enumerate(parts):
        owner[part] = number
    _, nearest = cKDTree(places[opened]).query(places[core])
    of_core = owner[nearest]
    return [np.union1d(core[of_core == k], opened[part]) for k, part in enumerate(parts)]


def remake(
    arrays: Arrays,
    plan: Plan,
    sites: Ints,
    *,
    unit: float,
    seconds: float,
    gap: float,
    seed: int,
    nodes: int | None = None,
    price: float | None = None,
    record: Record | None = None,
) -> bool:
    """Make a part of the plan again, never worse; returns whether it is better.

    With a `price` (gains), as many sites as are worth it; else as many as the count leaves. `record` hears
    the bound, when `sites` are all there are.
    """
    before, number = plan.value, plan.number
    kept = np.zeros(arrays.sites, np.bool_)
    kept[arrays.imposed] = True
    sites = sites[~kept[sites]]
    old = sites[plan.state[0][sites]]
    plan.remove(old)
    program = programs.write(arrays, sites, plan.state[3], unit, price or 0.0)
    programs.bind(program, arrays, plan, arrays.count - plan.number if price is None else sites.size)
    answer = programs.run(program, seconds=seconds, start=old, gap=gap, nodes=nodes, seed=seed)
    plan.add(old if answer is None else answer.sites)
    if record is not None and answer is not None:
        record.offer_sites(plan.selected, plan.value)
        record.hear(answer.bound * unit, proved=answer.proved)
    gained = plan.value - before - (price or 0.0) * (plan.number - number)
    if gained < 0 and answer is not None:
        plan.remove(answer.sites)
        plan.add(old)
    return gained > 0


def repair(arrays: Arrays, plan: Plan, core: Ints) -> None:
    """Bring the number of sites back to what is asked: the cheapest leave, the best enter."""
    least, counts, groups, kept = plan.limits[2], plan.limits[1], arrays.groups, plan.limits[8]
    while plan.number > arrays.count:
        opened = plan.selected
        inside = groups[opened]
        bound = ((inside >= 0) & (counts[inside] <= least[inside])).any(axis=1) if least.size else False
        loss = np.where(kept[opened] | bound, np.iinfo(np.int64).max, plan.state[5][opened])
        plan.remove(opened[[int(np.argmin(loss))]])
    plan.fill(core)
    plan.descend(core)
