"""Benchmark instances: communes of a file as a problem, its answer as a file, without any database.

The rule of instances is simpler than the product's (`territory`): great-circle kilometres x 1.3 at 45 km/h.
Communes of 3,500 inhabitants and more have a café; the others are both candidates and demand.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from millecafes.engines.geo.distances import Floats, Ints, Points, great_circle_km, on_unit_sphere
from millecafes.engines.geo.neighbours import within_km
from millecafes.engines.location.certificate import certificate_of
from millecafes.engines.location.problem import (
    MILLIONTHS,
    InfeasibleError,
    Problem,
    budgets_of,
    coverage,
    gradual,
    gradual_scale,
    p_median,
)
from millecafes.engines.location.solution import Progress, Solution, Stop
from millecafes.engines.location.solve import solve

MINUTES_PER_KM = 1.3 / 45 * 60
SUPPLIED = 3500
FULL, ZERO = 10.0, 20.0
ARRAYS = ("code", "dep", "lon", "lat", "population")


class InstanceError(ValueError):
    """A file that cannot be used; the message says which field, in French."""


@dataclass(frozen=True)
class Instance:
    """Communes of a file (metropolitan ones when it says which): codes, départements, points, people."""

    codes: npt.NDArray[np.str_]
    departements: npt.NDArray[np.str_]
    points: Points
    people: Ints

    @property
    def small(self) -> Ints:
        """Candidates and demand."""
        return np.flatnonzero(self.people < SUPPLIED)

    @property
    def large(self) -> Ints:
        """Existing supply."""
        return np.flatnonzero(self.people >= SUPPLIED)


def read_instance(path: Path) -> Instance:
    """Read an `.npz`.

    Raises
    ------
    InstanceError
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            held = {name: data[name] for name in data.files}
    except (OSError, ValueError) as error:
        raise InstanceError(f"{path} : ce n’est pas un fichier .npz lisible ({error}).") from error
    lacking = [name for name in ARRAYS if name not in held]
    if lacking:
        raise InstanceError(f"{path} : tableaux manquants : {', '.join(lacking)}.")
    sizes = {name: len(held[name]) for name in ARRAYS}
    if len(set(sizes.values())) > 1:
        raise InstanceError(f"{path} : les tableaux n’ont pas la même longueur : {sizes}.")
    keep = held["metro"].astype(bool) if "metro" in held else np.ones(sizes["code"], dtype=bool)
    return _instance(path, {name: held[name][keep] for name in ARRAYS})


def _instance(path: Path, held: dict[str, Any]) -> Instance:
    codes = held["code"].astype(str)
    for name, limit in (("lon", 180), ("lat", 90)):
        bad = np.flatnonzero(~(np.abs(held[name].astype(float)) <= limit))
        if bad.size:
            raise InstanceError(
                f"{path} : {name} de {codes[bad[0]]} : un nombre de -{limit} à {limit} était attendu, "
                f"trouvé {held[name][bad[0]]}."
            )
    people = held["population"].astype(float)
    bad = np.flatnonzero(~(people >= 0))
    if bad.size:
        raise InstanceError(f"{path} : population de {codes[bad[0]]} : trouvé {people[bad[0]]}.")
    if np.unique(codes).size != codes.size:
        raise InstanceError(f"{path} : un même code de commune figure deux fois.")
    points = Points(held["lon"].astype(float), held["lat"].astype(float))
    return Instance(codes, held["dep"].astype(str), points, people.astype(np.int64))


def read_budget(path: Path) -> dict[str, int]:
    """Cafés at most by département, from a CSV file `dep,max`.

    Raises
    ------
    InstanceError
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InstanceError(f"{path} : fichier illisible ({error}).") from error
    budget: dict[str, int] = {}
    for number, line in enumerate(lines, 2):
        code, most = (line.get("dep") or "").strip(), (line.get("max") or "").strip()
        if not code or not most.isdecimal():
            raise InstanceError(
                f"{path}, ligne {number} : « dep » et « max » (un nombre entier) étaient attendus, "
                f"trouvé {dict(line)}."
            )
        if code in budget:
            raise InstanceError(f"{path}, ligne {number} : le département {code} figure deux fois.")
        budget[code] = int(most)
    if not budget:
        raise InstanceError(f"{path} : aucune ligne. Attendu : dep,max.")
    return budget


def problem_of(
    instance: Instance, *, objective: str, sites: int, minutes: float, budget: dict[str, int] | None = None
) -> tuple[Problem, Ints, int]:
    """The problem of an instance, the communes of its rows, and the value of its scale.

    Raises
    ------
    InstanceError, InfeasibleError
    """
    small = instance.small
    if not small.size:
        raise InfeasibleError("sites: there is no candidate (no commune under 3,500 inhabitants)")
    before = minutes_before(instance)
    if objective == "p-median" and not np.isfinite(before).all():
        raise InstanceError(
            "p-median : aucune commune de 3 500 habitants et plus : les minutes gagnées sont inconnues."
        )
    reach = {"coverage": minutes, "gradual": ZERO}.get(objective, float(before.max(initial=0.0)))
    points, people = instance.points.take(small), instance.people[small]
    times = _times(
        points, np.minimum(before, reach) if objective == "p-median" else np.full(small.size, reach)
    )
    gains, scale = _gains(objective, times, before, people, minutes)
    kept = np.flatnonzero(np.diff(gains.indptr) > 0)
    departements, group = np.unique(instance.departements[small], return_inverse=True)
    limits = {
        int(np.searchsorted(departements, code)): (0, most)
        for code, most in (budget or {}).items()
        if code in departements
    }
    problem = Problem(
        gains=csr_array(gains[kept]),
        count=sites,
        budgets=budgets_of(group.astype(np.int64), limits, departements.tolist()),
        places=on_unit_sphere(points),
        scale=scale,
        name=objective,
    )
    return problem, small[kept], scale


def _times(points: Points, reach: Floats) -> csr_array:
    """Minutes of every pair of communes, up to `reach` minutes from each (a little more is harmless)."""
    order = np.argsort(reach, kind="stable")
    parts: list[csr_array] = []
    for rows in np.array_split(order, min(order.size, 24)):
        km = min(float(reach[rows].max()) / MINUTES_PER_KM * (1 + 1e-9), 20015.0)
        near = within_km(points.take(rows), points, km=km)
        found = near.matrix()
        found.data *= MINUTES_PER_KM
        parts.append(found)
    every = csr_array(vstack(parts, format="csr"))
    back = np.empty(order.size, np.int64)
    back[order] = np.arange(order.size)
    return csr_array(every[back])


def minutes_before(instance: Instance) -> Floats:
    """Minutes of each small commune to the nearest large one; inf without any."""
    small, large = instance.small, instance.large
    if not large.size:
        return np.full(small.size, np.inf)
    tree = cKDTree(on_unit_sphere(instance.points.take(large)))
    _, near = tree.query(on_unit_sphere(instance.points.take(small)), k=min(3, large.size))
    near = near.reshape(small.size, -1)
    km = [
        great_circle_km(instance.points.take(small), instance.points.take(large[near[:, k]]))
        for k in range(near.shape[1])
    ]
    least: Floats = np.min(km, axis=0) * MINUTES_PER_KM
    return least


def _gains(
    objective: str, times: csr_array, before: Floats, people: Ints, minutes: float
) -> tuple[csr_array, int]:
    if objective == "coverage":
        return coverage(times, before, people, radius=minutes), 1
    if objective == "gradual":
        return gradual(times, before, people, full=FULL, zero=ZERO), gradual_scale(FULL, ZERO)
    if objective == "p-median":
        return p_median(times, before, people), MILLIONTHS
    raise InstanceError(f"objectif « {objective} » inconnu. Attendu : coverage, gradual ou p-median.")


@dataclass(frozen=True)
class Asked:
    """What is asked of an instance."""

    objective: str = "coverage"
    sites: int = 1000
    minutes: float = 15.0
    seed: int = 1
    workers: int = 2


def plan_instance(
    instance: Instance,
    asked: Asked,
    *,
    stop: Stop,
    budget: dict[str, int] | None = None,
    progress: Progress | None = None,
) -> tuple[Solution, dict[str, Any]]:
    """Solve an instance; the answer and its certificate.

    Raises
    ------
    InstanceError, InfeasibleError
    """
    problem, rows, _ = problem_of(
        instance, objective=asked.objective, sites=asked.sites, minutes=asked.minutes, budget=budget
    )
    solution = solve(problem, stop=stop, seed=asked.seed, progress=progress, workers=asked.workers)
    codes = instance.codes[instance.small].tolist()
    rule: dict[str, float | str] = {"objective": asked.objective}
    if asked.objective == "coverage":
        rule["minutes"] = asked.minutes
    if asked.objective == "gradual":
        rule |= {"full": FULL, "zero": ZERO}
    certificate = certificate_of(
        solution,
        rule=rule,
        count=asked.sites,
        sites=codes,
        demands=instance.codes[rows].tolist(),
        budget=budget or {},
    )
    return solution, certificate


def told(solution: Solution, certificate: dict[str, Any]) -> dict[str, Any]:
    """What the file of a plan says of it, but its time and its certificate."""
    return {
        "selected": certificate["selected"],
        "objective": solution.objective,
        "bound": solution.bound,
        "bound_kind": solution.bound_kind,
        "checked_bound": solution.checked_bound,
        "proved": solution.proved,
        "gap": solution.gap,
    }
