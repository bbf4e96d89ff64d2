"""Small exact programs for HiGHS: a part of the sites, the rest of the plan being fixed.

The formulation is that of Elloumi (2010) with one step per distinct gain of a demand: ``z[i, k]`` says
that demand i gets its k-th gain or more, ``z[i, k] <= z[i, k - 1] + sum of y[j] at that gain``. Covering is
the case of one step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from millecafes.engines.location.arrays import Arrays, Floats
from millecafes.engines.location.problem import Ints

INFINITE = float("inf")


@dataclass
class Program:
    """A mixed program being written: columns (`profit`, whether whole) and rows of sparse terms."""

    sites: Ints
    profit: list[float]
    steps: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    indices: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)

    def constrain(self, indices: list[int], values: list[float], low: float, high: float) -> None:
        """Add ``low <= sum of values x <= high``."""
        self.indices += indices
        self.values += values
        self.starts.append(len(self.indices))
        self.lows.append(low)
        self.highs.append(high)


@dataclass(frozen=True)
class Answer:
    """What HiGHS found: sites taken, its bound (units of the program), whether it is proved."""

    sites: Ints
    bound: float
    proved: bool


def write(arrays: Arrays, sites: Ints, floor: Ints | Floats, unit: float, price: float = 0.0) -> Program:
    """The program of these sites, when each demand already has `floor` (gains); objective in `unit` gains.

    `price` (gains) is paid for each site taken. Demands that see the same sites are one.
    """
    place = np.full(arrays.sites, -1, np.int64)
    place[sites] = np.arange(sites.size)
    starts, ends = arrays.start[sites], arrays.start[sites + 1]
    touched = np.unique(arrays.row[_ranges(starts, ends)])
    lows, highs = arrays.rows_start[touched], arrays.rows_start[touched + 1]
    at = _ranges(lows, highs)
    owner = np.repeat(np.arange(touched.size), highs - lows)
    column = place[arrays.rows_site[at]]
    above = arrays.rows_value[at] - floor[touched][owner]
    keep = (column >= 0) & (above > 0)
    program = Program(sites, [-price / unit] * sites.size)
    _steps(program, owner[keep], column[keep], above[keep] / unit)
    return program


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """All positions from each start to its end."""
    length = ends - starts
    total = np.repeat(starts - np.concatenate(([0], np.cumsum(length)[:-1])), length)
    found: Ints = total + np.arange(int(length.sum()))
    return found


def _steps(program: Program, owner: Ints, column: Ints, above: Floats) -> None:
    """Demands as steps; those of one site alone go to its profit, equal ones are merged."""
    cuts = np.flatnonzero(np.diff(owner)) + 1
    merged: dict[tuple[tuple[int, ...], ...], list[float]] = {}
    columns, gains = column.tolist(), above.tolist()
    low = 0
    for high in [*cuts.tolist(), len(columns)]:
        if high == low:
            continue
        levels: list[list[int]] = []
        worth: list[float] = []
        for k in range(low, high):
            if worth and worth[-1] == gains[k]:
                levels[-1].append(columns[k])
            else:
                levels.append([columns[k]])
                worth.append(gains[k])
        low = high
        steps = [a - b for a, b in zip(worth, [*worth[1:], 0.0], strict=True)]
        key = tuple(tuple(sorted(level)) for level in levels)
        known = merged.get(key)
        merged[key] = steps if known is None else [a + b for a, b in zip(known, steps, strict=True)]
    for levels_of, steps in merged.items():
        _write_steps(program, levels_of, steps)


def _write_steps(program: Program, levels: tuple[tuple[int, ...], ...], steps: list[float]) -> None:
    if len(levels) == 1 and len(levels[0]) == 1:
        program.profit[levels[0][0]] += steps[0]
        return
    sites, last = program.sites.size, -1
    for level, step in zip(levels, steps, strict=True):
        if last < 0 and len(level) == 1:
            # The best site alone: its step is the site itself.
            program.profit[level[0]] += step
            last = level[0]
            continue
        number = sites + len(program.steps)
        program.steps.append(step)
        indices, values = [number, *level], [1.0, *([-1.0] * len(level))]
        if last >= 0:
            indices.append(last)
            values.append(-1.0)
        program.constrain(indices, values, -INFINITE, 0.0)
        last = number


def bind(program: Program, arrays: Arrays, plan: Any, most: int) -> None:
    """What the rest of the plan leaves to these sites: number, groups, purse, spacing."""
    sites = program.sites
    every = list(range(sites.size))
    program.constrain(every, [1.0] * sites.size, -INFINITE, float(most))
    opened, limits = plan.state[0], plan.limits
    groups, counts, least, highest = limits[:4]
    own = groups[sites]
    for group in np.unique(own[own >= 0]).tolist():
        inside = np.flatnonzero((own == group).any(axis=1)).tolist()
        low = float(max(0, least[group] - counts[group]))
        high = float(highest[group] - counts[group])
        program.constrain(inside, [1.0] * len(inside), low, high)
    if arrays.purse >= 0:
        left = float(arrays.purse - limits[7][1])
        program.constrain(every, arrays.cost[sites].astype(float).tolist(), -INFINITE, left)
    if arrays.near_start.size:
        _space(program, arrays, opened)


def _space(program: Program, arrays: Arrays, opened: Any) -> None:
    place = {int(j): k for k, j in enumerate(program.sites)}
    for j, k in place.items():
        for other in arrays.near[arrays.near_start[j] : arrays.near_start[j + 1]].tolist():
            if opened[other]:
                program.constrain([k], [1.0], 0.0, 0.0)
            elif other in place and j < other:
                program.constrain([k, place[other]], [1.0, 1.0], -INFINITE, 1.0)


def solver_of(program: Program, *, seconds: float, gap: float = 0.0, seed: int = 0) -> Any:
    """HiGHS holding the program, on one thread, without its presolve (the engine has its own)."""
    import highspy

    solver = highspy.Highs()
    solver.silent()
    for name, value in (
        ("threads", 1),
        ("presolve", "off"),
        ("time_limit", max(seconds, 0.01)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", max(gap, 1e-9)),
        ("random_seed", seed),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    return solver


def run(
    program: Program,
    *,
    seconds: float,
    start: Ints | None = None,
    gap: float = 0.0,
    nodes: int | None = None,
    seed: int = 0,
) -> Answer | None:
    """Give the program to HiGHS; `start` are sites of a known answer. None when nothing was found."""
    import highspy

    if not program.sites.size:
        return Answer(program.sites, 0.0, True)
    solver = solver_of(program, seconds=seconds, gap=gap, seed=seed)
    if nodes is not None:
        solver.setOptionValue("mip_max_nodes", nodes)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = values_of(program, start)
        solver.setSolution(given)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.kSolutionStatusFeasible:
        return None
    found = np.array(solver.getSolution().col_value[: program.sites.size])
    proved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Answer(program.sites[found > 0.5], float(info.mip_dual_bound), proved)


def values_of(program: Program, chosen: Ints) -> list[float]:
    """A whole solution from its sites: steps follow."""
    taken = np.isin(program.sites, chosen).astype(float)
    values = np.concatenate((taken, np.zeros(len(program.steps))))
    sites = program.sites.size
    step = 0
    for row in range(len(program.starts) - 1):
        low, high = program.starts[row], program.starts[row + 1]
        if high - low > 1 and program.indices[low] == sites + step and program.highs[row] == 0.0:
            values[sites + step] = min(1.0, sum(values[k] for k in program.indices[low + 1 : high]))
            step += 1
    return [float(v) for v in values]


def _model(program: Program) -> Any:
    import highspy

    model = highspy.HighsLp()
    sites, columns = program.sites.size, program.sites.size + len(program.steps)
    model.num_col_ = columns
    model.num_row_ = len(program.lows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate(
        (np.array(program.profit, dtype=float), np.array(program.steps, dtype=float))
    )
    model.col_lower_ = np.zeros(columns)
    model.col_upper_ = np.ones(columns)
    model.row_lower_ = np.array(program.lows, dtype=float)
    model.row_upper_ = np.array(program.highs, dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(program.starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(program.indices, dtype=np.int32)
    model.a_matrix_.value_ = np.array(program.values, dtype=float)
    whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * sites + [free] * (columns - sites)
    return model
