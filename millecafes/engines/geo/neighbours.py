"""Who is within reach of whom, as a sparse (CSR) structure: what covering models work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from millecafes.engines.geo.distances import (
    EARTH_RADIUS_KM,
    Floats,
    Ints,
    Points,
    great_circle_km,
    km_to_chord,
    on_unit_sphere,
)
from millecafes.engines.geo.travel import TravelTimes

HALF_TURN_KM = float(np.pi * EARTH_RADIUS_KM)
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Neighbours:
    """Sites within a radius of each origin, row by row.

    Parameters
    ----------
    indptr : int array, shape (n + 1,)
        Row i holds `indices[indptr[i]:indptr[i + 1]]`.
    indices : int array, shape (nnz,)
        Positions of sites, ascending in each row.
    weight : float array, shape (nnz,)
        Minutes or kilometres from the origin to the site, 0 or more.
    sites : int
        Number of sites (columns), 0 or more.
    """

    indptr: Ints
    indices: Ints
    weight: Floats
    sites: int

    def __post_init__(self) -> None:
        if self.indptr.ndim != 1 or self.indptr.size == 0 or (np.diff(self.indptr) < 0).any():
            raise ValueError("indptr: expected n + 1 positions that never decrease")
        if not self.indices.shape == self.weight.shape == (int(self.indptr[-1]),):
            raise ValueError(f"indices, weight: expected {int(self.indptr[-1])} values each")
        if self.indices.size and not 0 <= self.indices.min() <= self.indices.max() < self.sites:
            raise ValueError(f"indices: expected positions from 0 to {self.sites - 1}")
        if not (self.weight >= 0).all():
            raise ValueError("weight (minutes or km): expected 0 or more")

    def __len__(self) -> int:
        return int(self.indptr.size - 1)

    def row(self, origin: int) -> Ints:
        """Sites within reach of one origin."""
        return self.indices[self.indptr[origin] : self.indptr[origin + 1]]

    def matrix(self) -> csr_array:
        """The same as a SciPy sparse array; a weight of 0 (the site is on the spot) stays stored."""
        return csr_array((self.weight, self.indices, self.indptr), shape=(len(self), self.sites))


def within_km(origins: Points, sites: Points, *, km: float) -> Neighbours:
    """Sites at most `km` great-circle kilometres from each origin (0 to half a turn)."""
    if not 0 <= km <= HALF_TURN_KM:
        raise ValueError(f"km (kilometres): expected from 0 to {HALF_TURN_KM:.0f}, got {km}")
    row, col = _pairs(origins, sites, km)
    weight = great_circle_km(origins.take(row), sites.take(col))
    return _assembled(row, col, weight, weight <= km, len(origins), len(sites))


def within_minutes(origins: Points, sites: Points, *, minutes: float, times: TravelTimes) -> Neighbours:
    """Sites at most `minutes` by car from each origin, according to `times` (0 to 600 minutes)."""
    if not 0 <= minutes <= 600:
        raise ValueError(f"minutes (minutes): expected from 0 to 600, got {minutes}")
    reach = times.reach_km(np.full(len(origins), float(minutes)), origins)
    row, col = _pairs(origins, sites, float(reach.max(initial=0.0)))
    weight = times.times(origins.take(row), sites.take(col)).value
    return _assembled(row, col, weight, weight <= minutes, len(origins), len(sites))


def _pairs(origins: Points, sites: Points, km: float) -> tuple[Ints, Ints]:
    """Positions of every pair at most a hair more than `km` apart."""
    if not len(origins) or not len(sites):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # The chord is widened by a millimetre and a hair: the exact test comes after.
    radius = km_to_chord(km * _ROUNDING + 1e-6) * _ROUNDING
    found = cKDTree(on_unit_sphere(origins)).sparse_distance_matrix(
        cKDTree(on_unit_sphere(sites)), radius, output_type="ndarray"
    )
    return found["i"].astype(np.int64), found["j"].astype(np.int64)


def _assembled(
    row: Ints,
    col: Ints,
    weight: Floats,
    keep: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    n: int,
    m: int,
) -> Neighbours:
    row, col, weight = row[keep], col[keep], weight[keep]
    order = np.lexsort((col, row))
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=n)))).astype(np.int64)
    return Neighbours(indptr, col[order], weight[order], m)
