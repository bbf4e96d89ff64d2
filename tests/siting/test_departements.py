"""The plan of a département, from real coordinates, against HiGHS on the classic programs written apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from millecafes.engines.location.solution import Stop
from millecafes.siting.solving.instance import Asked, Instance, plan_instance, read_instance

pytestmark = pytest.mark.national

Floats = npt.NDArray[np.float64]
# Each objective, with and without budgets, on four départements.
DEPARTEMENTS = (
    *("01", "03", "04", "05", "07", "08", "09", "10", "11", "12", "15", "16"),
    *("18", "19", "23", "32", "36", "40", "43", "46", "48", "58", "65", "70"),
)
OBJECTIVES = ("coverage", "gradual", "p-median")
CASES = [(dep, OBJECTIVES[k % 3], k % 2 == 1) for k, dep in enumerate(DEPARTEMENTS)]
SITES = 12


@pytest.fixture(scope="module")
def france(shared_dir: Path) -> Instance:
    return read_instance(shared_dir / "instances" / "siting_france_2026_baseline.npz")


def minutes_between(lon: Floats, lat: Floats, others: tuple[Floats, Floats]) -> Floats:
    """Great-circle kilometres by the law of cosines on unit vectors, a detour of 1.3, 45 km/h."""

    def vectors(x: Floats, y: Floats) -> Floats:
        x, y = np.radians(x), np.radians(y)
        return np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)

    chord = np.linalg.norm(vectors(lon, lat)[:, None] - vectors(*others)[None], axis=2)
    found: Floats = 2 * 6371.0088 * np.arcsin(np.clip(chord / 2, 0, 1)) * 1.3 / 45 * 60
    return found


def worth(objective: str, minutes: Floats, before: Floats) -> Floats:
    """What a place so many minutes away adds for one person, above what they have."""
    if objective == "coverage":
        return ((minutes <= 15) & (before > 15)).astype(float)
    if objective == "gradual":
        share = [np.clip((20 - time) / 10, 0, 1) for time in (minutes, before)]
        return np.maximum(share[0] - share[1], 0)
    return np.maximum(before - minutes, 0)


def optimum(gain: Floats, groups: list[tuple[npt.NDArray[np.bool_], int]]) -> float:
    """Each demand is served once, by an open site: the assignment program (Balinski 1965)."""
    row, column = np.nonzero(gain)
    pairs, sites = row.size, gain.shape[1]
    every = np.arange(pairs)
    served = coo_array((np.ones(pairs), (row, every)), shape=(gain.shape[0], pairs + sites))
    at = (np.tile(every, 2), np.append(every, pairs + column))
    signs = np.repeat([1.0, -1.0], pairs)
    opened = coo_array((signs, at), shape=(pairs, pairs + sites))
    limits = [(np.ones(sites, dtype=bool), SITES), *groups]
    counts = np.array([np.concatenate((np.zeros(pairs), mask)) for mask, _ in limits])
    found = milp(
        np.concatenate((-gain[row, column], np.zeros(sites))),
        constraints=LinearConstraint(
            csr_array(vstack([served, opened, csr_array(counts)])),
            -np.inf,
            np.concatenate((np.ones(gain.shape[0]), np.zeros(pairs), [most for _, most in limits])),
        ),
        integrality=np.concatenate((np.zeros(pairs), np.ones(sites))),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0
    return float(-found.fun)


@pytest.mark.parametrize(("dep", "objective", "with_budgets"), CASES)
def test_a_departement_has_the_best_plan(
    france: Instance, dep: str, objective: str, with_budgets: bool
) -> None:
    here = np.flatnonzero(france.departements == dep)
    # Budgets: the north of the département gets a third at most, as if it were another one.
    half = np.where(france.points.lat[here] > np.median(france.points.lat[here]), "north", "south")
    cut = Instance(france.codes[here], half, france.points.take(here), france.people[here])
    budget = {"north": SITES // 3} if with_budgets else {}
    asked = Asked(objective, SITES, 15.0, 1, workers=1)
    found, certificate = plan_instance(cut, asked, stop=Stop(rounds=20), budget=budget)

    lon, lat, people = cut.points.lon, cut.points.lat, cut.people
    small, large = people < 3500, people >= 3500
    before = minutes_between(lon[small], lat[small], (lon[large], lat[large])).min(axis=1)
    between = minutes_between(lon[small], lat[small], (lon[small], lat[small]))
    gain = people[small][:, None] * worth(objective, between, before[:, None])
    groups: list[Any] = [(half[small] == "north", most) for most in budget.values()]
    best = optimum(gain, groups)
    chosen = np.isin(cut.codes[small], certificate["selected"])
    assert gain[:, chosen].max(axis=1).sum() == pytest.approx(found.objective, rel=1e-7)
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert found.proved
    assert found.checked_bound >= best * (1 - 1e-7)  # minutes are counted in millionths
    assert all((half[small] == "north")[chosen].sum() <= most for most in budget.values())
