"""The engine of places against every plan there is, on problems small enough to try them all."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from millecafes.engines.location.problem import (
    Budget,
    InfeasibleError,
    Problem,
    coverage,
    gradual,
    gradual_scale,
    p_median,
)
from millecafes.engines.location.solution import Solution, Stop
from millecafes.engines.location.solve import solve

STOP = Stop(rounds=3)
SITES = 11


def village(seed: int, objective: str, **bound: Any) -> Problem:
    """Eleven villages on a plane, a café far on one side, twenty minutes across."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 20, (SITES, 2))
    minutes = csr_array(np.hypot(*(at[:, None] - at[None]).T))
    minutes.setdiag(0.0)
    before = np.hypot(*(at - [30, 10]).T)
    people = rng.integers(50, 900, SITES)
    gains, scale = {
        "coverage": lambda: (coverage(minutes, before, people, radius=6), 1),
        "gradual": lambda: (gradual(minutes, before, people, full=3, zero=9), gradual_scale(3, 9)),
        "p-median": lambda: (p_median(minutes, before, people), 1_000_000),
    }[objective]()
    return Problem(gains=gains, scale=scale, name=objective, **{"count": 3, **bound})


def allowed(problem: Problem, sites: tuple[int, ...]) -> bool:
    """Whether a plan respects all that is asked, read from the problem as a person would."""
    chosen = set(sites)
    imposed = set(problem.imposed.tolist())
    if not imposed <= chosen or chosen & set(problem.forbidden.tolist()):
        return False
    for budget in problem.budgets:
        inside = len(chosen & set(budget.sites.tolist()))
        if inside < budget.at_least or (budget.at_most is not None and inside > budget.at_most):
            return False
    total = problem.total_cost
    if problem.costs is not None and total is not None and problem.costs[list(sites)].sum() > total:
        return False
    if problem.spacing is not None:
        near = problem.spacing.toarray()
        pairs = [(j, k) for j, k in itertools.combinations(sites, 2) if not {j, k} <= imposed]
        return not any(near[j, k] or near[k, j] for j, k in pairs)
    return True


def best_of_all(problem: Problem) -> int | None:
    """The value of the best plan, every one being tried (None: there is none)."""
    dense = problem.gains.toarray()
    values = [
        int(dense[:, list(sites)].max(axis=1).sum()) if sites else 0
        for size in range(problem.count + 1)
        for sites in itertools.combinations(range(problem.gains.shape[1]), size)
        if allowed(problem, sites)
    ]
    return max(values, default=None)


def near_pairs(distance: float, seed: int) -> csr_array:
    at = np.random.default_rng(seed).uniform(0, 20, (SITES, 2))
    near = np.hypot(*(at[:, None] - at[None]).T) < distance
    np.fill_diagonal(near, False)
    return csr_array(near.astype(np.int8))


def bounds(seed: int) -> dict[str, dict[str, Any]]:
    """Each kind of constraint, alone and together."""
    everybody = np.arange(SITES)
    departements = (
        Budget(everybody[:4], 0, 1, "a"),
        Budget(everybody[4:8], 1, 2, "b"),
        Budget(everybody[:8], 2, 2, "ab"),
    )
    costs = {"costs": np.random.default_rng(seed + 99).integers(1, 9, SITES), "total_cost": 11}
    return {
        "free": {},
        "one": {"count": 1},
        "all": {"count": SITES},
        "imposed": {"imposed": np.array([2, 7])},
        "forbidden": {"forbidden": np.array([0, 1, 2, 3, 4])},
        "budgets": {"budgets": departements},
        "spacing": {"spacing": near_pairs(7, seed), "count": 4},
        "costs": {**costs, "count": 5},
        "imposed and budgets": {"imposed": np.array([5]), "budgets": departements, "count": 4},
    }


def verify(problem: Problem, found: Solution) -> None:
    """What is true of any answer."""
    best = best_of_all(problem)
    assert best is not None
    sites = tuple(sorted(found.selected.tolist()))
    assert len(set(sites)) == len(sites) <= problem.count
    assert allowed(problem, sites)
    assert found.value == problem.value(found.selected)
    assert found.checked >= best
    assert found.bound * problem.scale >= best * (1 - 1e-9)
    assert found.value == best
    assert found.proved


@pytest.mark.parametrize("objective", ["coverage", "gradual", "p-median"])
@pytest.mark.parametrize("kind", list(bounds(0)))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_plan_is_the_best_of_all_plans(objective: str, kind: str, seed: int) -> None:
    problem = village(seed, objective, **bounds(seed)[kind])
    verify(problem, solve(problem, stop=STOP, seed=seed))


@pytest.mark.parametrize("objective", ["coverage", "gradual", "p-median"])
@pytest.mark.parametrize("kind", ["free", "imposed", "budgets", "spacing", "costs"])
def test_two_workers_find_the_same(objective: str, kind: str) -> None:
    problem = village(4, objective, **bounds(4)[kind])
    verify(problem, solve(problem, stop=STOP, seed=1, workers=2))


def large(seed: int, sites: int = 1_500, **bound: Any) -> Problem:
    """More sites than one program holds: the search is used."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 100, (sites, 2))
    near = np.hypot(*(at[:, None] - at[None]).T) < 4
    gains = csr_array(np.where(near, rng.integers(50, 900, (sites, 1)), 0).astype(np.int64))
    return Problem(gains=gains, places=at, **{"count": 90, **bound})


def exact_value(problem: Problem) -> float:
    """The optimum by the classic program of maximal covering (Church & ReVelle), through SciPy."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import eye_array, hstack, vstack

    gains = problem.gains
    demands, sites = gains.shape
    people = gains.max(axis=1).toarray().ravel()
    cover = hstack([csr_array((gains > 0).astype(float)), -eye_array(demands)])
    count = csr_array(np.concatenate((np.ones(sites), np.zeros(demands)))[None])
    lines, low, high = [cover, count], [np.zeros(demands), [0.0]], [np.full(demands, np.inf), [problem.count]]
    for budget in problem.budgets:
        row = np.zeros(sites + demands)
        row[budget.sites] = 1
        lines.append(csr_array(row[None]))
        low.append([float(budget.at_least)])
        high.append([np.inf if budget.at_most is None else float(budget.at_most)])
    found = milp(
        np.concatenate((np.zeros(sites), -people)),
        constraints=LinearConstraint(vstack(lines), np.concatenate(low), np.concatenate(high)),
        integrality=np.concatenate((np.ones(sites), np.zeros(demands))),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0
    return float(-found.fun)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("with_budgets", [False, True])
def test_a_search_ends_on_the_optimum_and_is_bounded_by_it(seed: int, with_budgets: bool) -> None:
    groups = tuple(Budget(np.arange(k, 1_500, 5), 10, 20, str(k)) for k in range(5)) if with_budgets else ()
    problem = large(seed, budgets=groups)
    best = round(exact_value(problem))
    found = solve(problem, stop=Stop(rounds=12), seed=1)
    assert found.checked >= best
    assert found.bound >= best
    assert best * 0.999 <= found.value <= best
    both = solve(problem, stop=Stop(rounds=1_000_000), seed=1, workers=2)
    assert both.proved
    assert both.value == best


def test_a_seed_and_rounds_decide_of_everything() -> None:
    problem = large(7)
    one, same = (solve(problem, stop=Stop(rounds=2), seed=5) for _ in range(2))
    assert one.selected.tolist() == same.selected.tolist()
    assert one.checked == same.checked
    assert one.rounds == 2


def test_it_stops_when_asked_with_the_best_plan_so_far() -> None:
    found = solve(large(8), stop=Stop(seconds=60, asked=lambda: True), seed=1)
    assert found.rounds == 0
    assert 0 < found.value <= found.checked
    assert not found.proved


def test_it_stops_at_the_gap_asked() -> None:
    found = solve(large(9), stop=Stop(rounds=50, gap=0.05), seed=1)
    assert found.gap <= 0.05
    assert found.rounds < 50


def test_progress_is_told_and_only_gets_better() -> None:
    told: list[tuple[float, float]] = []
    found = solve(
        large(10), stop=Stop(rounds=2), progress=lambda value, bound, *_: told.append((value, bound))
    )
    assert [value for value, _ in told] == sorted(value for value, _ in told)
    assert [bound for _, bound in told] == sorted((bound for _, bound in told), reverse=True)
    assert told[-1][0] == found.objective


@given(seed=st.integers(0, 10_000), data=st.data())
@settings(max_examples=25)
def test_the_order_of_sites_changes_nothing_and_one_more_never_harms(seed: int, data: st.DataObject) -> None:
    problem = village(seed, data.draw(st.sampled_from(["coverage", "gradual", "p-median"])))
    value = solve(problem, stop=STOP).value
    order = np.array(data.draw(st.permutations(range(SITES))))
    turned = Problem(gains=csr_array(problem.gains[:, order]), count=3, scale=problem.scale)
    assert solve(turned, stop=STOP).value == value
    more = Problem(gains=problem.gains, count=4, scale=problem.scale)
    assert solve(more, stop=STOP).value >= value


def test_demands_that_nobody_reaches_and_sites_that_serve_nobody_are_left() -> None:
    gains = csr_array(np.array([[5, 0, 0], [0, 0, 0], [0, 7, 0]], dtype=np.int64))
    found = solve(Problem(gains=gains, count=3), stop=STOP)
    assert sorted(found.selected.tolist()) == [0, 1]
    assert found.value == 12
    assert found.proved


def test_nothing_to_gain_is_a_plan_of_nothing() -> None:
    found = solve(Problem(gains=csr_array((4, 3), dtype=np.int64), count=2), stop=STOP)
    assert found.selected.size == 0
    assert found.proved
    assert found.gap == 0


def test_sites_on_one_spot_are_alike() -> None:
    gains = csr_array(np.array([[9, 9, 0], [4, 4, 0], [0, 0, 3]], dtype=np.int64))
    found = solve(Problem(gains=gains, count=2), stop=STOP)
    assert found.value == 16
    assert 2 in found.selected


GAINS = csr_array(np.ones((3, 3), dtype=np.int64))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"count": 4}, r"count \(sites\): expected from 1 to 3, got 4"),
        ({"count": 0}, r"count \(sites\)"),
        ({"gains": csr_array((3, 0), dtype=np.int64)}, "there is no candidate"),
        ({"gains": csr_array(np.full((3, 3), -1))}, "gains: expected 0 or more"),
        ({"gains": csr_array(np.ones((3, 3)))}, "whole numbers"),
        ({"gains": csr_array(np.full((3, 3), 2**52))}, "smaller scale"),
        ({"imposed": np.array([3])}, "imposed: expected positions"),
        ({"imposed": np.array([0, 1]), "count": 1}, "more than count"),
        ({"imposed": np.array([0]), "forbidden": np.array([0])}, "is both"),
        ({"places": np.full((3, 2), np.nan)}, "places: expected numbers"),
        ({"costs": np.ones(3, np.int64)}, "both or neither"),
        ({"costs": np.full(3, 9), "total_cost": 5, "imposed": np.array([0])}, "more than total_cost"),
        (
            {"budgets": (Budget(np.array([0, 1]), label="a"), Budget(np.array([1, 2]), label="b"))},
            "disjoint or nested",
        ),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Problem(**{"gains": GAINS, "count": 2, **changed})


def test_budgets_that_cannot_be_met_are_told() -> None:
    with pytest.raises(InfeasibleError, match="at least 3, at most 2"):
        Budget(np.arange(3), 3, 2, "Tarn")
    minimum = Problem(gains=GAINS, count=1, budgets=(Budget(np.arange(3), 2, None, "Tarn"),))
    with pytest.raises(InfeasibleError, match="at least 2"):
        solve(minimum, stop=STOP)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seconds": -1.0}, "seconds"),
        ({"rounds": -1}, "rounds"),
        ({"gap": 1.5}, "gap"),
        ({}, "expected seconds"),
    ],
)
def test_a_stop_that_makes_no_sense_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Stop(**changed)


def test_minutes_that_are_no_numbers_are_refused() -> None:
    minutes = csr_array(np.array([[1.0, np.nan], [1.0, 1.0]]))
    with pytest.raises(ValueError, match=r"minutes \(minutes\)"):
        coverage(minutes, np.array([9.0, 9.0]), np.array([5, 5]), radius=3)
    with pytest.raises(ValueError, match="farthest"):
        p_median(csr_array(np.ones((2, 2))), np.array([np.inf, 9.0]), np.array([5, 5]))
