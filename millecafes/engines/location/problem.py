"""Which sites to open: one sparse form for every objective.

Every objective of the engine reads: maximise, over sets S of at most `count` sites,
``sum over demands i of max over j in S of gains[i, j]``, gains 0 or more, 0 where nothing is stored.

- maximal covering (Church & ReVelle 1974): ``gains[i, j] = w_i`` when j is within the radius of i;
- gradual covering (Berman, Krass & Drezner 2003): ``w_i f(t_ij)``, above what i already has;
- p-median (Hakimi 1964) with existing supply: ``w_i (t0_i - t_ij)`` where positive. The nearest existing
  place truncates it, so that few pairs count, and nothing is approximated.

Gains are whole numbers (minutes are counted in millionths), so that values and bounds are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MILLIONTHS = 1_000_000
# Sums of gains stay exact in double precision too.
LARGEST = 2**53


class InfeasibleError(ValueError):
    """No set of sites respects all that is asked; the message says what cannot be."""


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Budget:
    """How many sites of a group are opened.

    Parameters
    ----------
    sites : int array
        Positions of the sites of the group.
    at_least, at_most : int
        Number of sites, 0 or more; `at_most` None: no limit.
    label : str
        How messages name the group.
    """

    sites: Ints
    at_least: int = 0
    at_most: int | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if self.at_least < 0:
            raise ValueError(f"at_least (sites) of {self.label!r}: expected 0 or more, got {self.at_least}")
        if self.at_most is not None and self.at_most < self.at_least:
            raise InfeasibleError(
                f"budget of {self.label!r} (sites): at least {self.at_least}, at most {self.at_most}"
            )


@dataclass(frozen=True)
class Problem:
    """Sites to choose.

    Parameters
    ----------
    gains : csr_array of int64, shape (demands, sites)
        What demand i gains when the best site for it is j, 0 or more.
    count : int
        Sites to open at most, 1 to the number of sites, imposed ones included.
    imposed, forbidden : int array
        Positions of sites that are opened in any case, and never.
    budgets : sequence of Budget
        Groups are disjoint or nested (départements within régions).
    spacing : csr_array of shape (sites, sites), or None
        Stored (j, k): j and k are too near each other to be both opened (imposed ones are, all the same).
    costs : int array of shape (sites,), or None
        Cost of each site, 0 or more, in any unit, under `total_cost`.
    total_cost : int or None
    scale : int
        Gains per unit of the objective: a value of `scale` is one person, or one person-minute.
    places : float array of shape (sites, k), or None
        Where sites are, in any coordinates in which near is near: only used to cut the search into regions.
    name : str
        `coverage`, `gradual`, `p-median`, or any other.
    """

    gains: csr_array
    count: int
    imposed: Ints = field(default_factory=_none)
    forbidden: Ints = field(default_factory=_none)
    budgets: tuple[Budget, ...] = ()
    spacing: csr_array | None = None
    costs: Ints | None = None
    total_cost: int | None = None
    scale: int = 1
    places: Floats | None = None
    name: str = ""

    def __post_init__(self) -> None:
        sites = self.gains.shape[1]
        if self.gains.dtype != np.int64:
            raise ValueError(f"gains: expected whole numbers (int64), got {self.gains.dtype}")
        if self.gains.nnz and self.gains.data.min() < 0:
            raise ValueError(f"gains: expected 0 or more, got {self.gains.data.min()}")
        _verify_sum(self.gains)
        if not sites:
            raise InfeasibleError("sites: there is no candidate")
        if not 1 <= self.count <= sites:
            raise InfeasibleError(f"count (sites): expected from 1 to {sites}, got {self.count}")
        if self.scale < 1:
            raise ValueError(f"scale (gains per unit): expected 1 or more, got {self.scale}")
        self._verify_sets(sites)
        self._verify_groups(sites)
        self._verify_costs(sites)

    def _verify_sets(self, sites: int) -> None:
        for name, group in (("imposed", self.imposed), ("forbidden", self.forbidden)):
            if group.size and not 0 <= group.min() <= group.max() < sites:
                raise ValueError(f"{name}: expected positions from 0 to {sites - 1}")
        both = np.intersect1d(self.imposed, self.forbidden)
        if both.size:
            raise InfeasibleError(f"imposed and forbidden: site {both[0]} is both")
        imposed = np.unique(self.imposed).size
        if imposed > self.count:
            raise InfeasibleError(f"imposed: {imposed} sites, more than count ({self.count})")
        if self.places is not None and self.places.shape[0] != sites:
            raise ValueError(f"places: expected {sites} rows, got {self.places.shape[0]}")
        if self.places is not None and not np.isfinite(self.places).all():
            raise ValueError("places: expected numbers, got nan or inf")
        if self.spacing is not None and self.spacing.shape != (sites, sites):
            raise ValueError(f"spacing: expected a shape of ({sites}, {sites}), got {self.spacing.shape}")

    def _verify_groups(self, sites: int) -> None:
        inside: list[Mask] = []
        for budget in sorted(self.budgets, key=lambda one: one.sites.size):
            if budget.sites.size and not 0 <= budget.sites.min() <= budget.sites.max() < sites:
                raise ValueError(f"budget of {budget.label!r}: expected positions from 0 to {sites - 1}")
            mask = np.zeros(sites, dtype=np.bool_)
            mask[budget.sites] = True
            for smaller in inside:
                shared = int((mask & smaller).sum())
                if 0 < shared < int(smaller.sum()):
                    raise ValueError(f"budget of {budget.label!r}: groups must be disjoint or nested")
            inside.append(mask)

    def _verify_costs(self, sites: int) -> None:
        if (self.costs is None) != (self.total_cost is None):
            raise ValueError("costs, total_cost: expected both or neither")
        if self.costs is None or self.total_cost is None:
            return
        if self.costs.shape != (sites,) or (self.costs < 0).any():
            raise ValueError(f"costs: expected {sites} values, 0 or more")
        spent = int(self.costs[np.unique(self.imposed)].sum())
        if spent > self.total_cost:
            raise InfeasibleError(f"imposed: they cost {spent}, more than total_cost ({self.total_cost})")

    @property
    def is_plain(self) -> bool:
        """Whether only the number of sites binds (besides imposed and forbidden ones)."""
        return not self.budgets and self.spacing is None and self.costs is None

    def allowed(self) -> Mask:
        """Sites that may be opened."""
        mask = np.ones(self.gains.shape[1], dtype=np.bool_)
        mask[self.forbidden] = False
        return mask

    def value(self, selected: Ints) -> int:
        """The objective of a set of sites, in gains: recomputed from scratch."""
        if not len(selected):
            return 0
        part = self.gains[:, np.asarray(selected, dtype=np.int64)].max(axis=1)
        dense = part.toarray() if hasattr(part, "toarray") else np.asarray(part)
        return int(dense.astype(np.int64).sum())


def _verify_sum(gains: csr_array) -> None:
    if not gains.nnz:
        return
    rows = np.diff(gains.indptr) > 0
    largest = np.maximum.reduceat(gains.data, gains.indptr[:-1][rows])
    if float(largest.astype(np.float64).sum()) >= LARGEST:
        raise ValueError(f"gains: their sum must stay under {LARGEST}; use a smaller scale")


def _pairs(minutes: csr_array, weights: Ints) -> tuple[Ints, Ints, Ints]:
    """Row of each stored pair, its minutes in millionths, and the weight of its demand."""
    if minutes.shape[0] != weights.shape[0]:
        raise ValueError(f"weights: expected {minutes.shape[0]} values, got {weights.shape[0]}")
    if weights.size and weights.min() < 0:
        raise ValueError(f"weights (people): expected 0 or more, got {weights.min()}")
    if not np.isfinite(minutes.data).all() or (minutes.data < 0).any():
        raise ValueError("minutes (minutes): expected numbers, 0 or more")
    row = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    return row, np.rint(minutes.data * MILLIONTHS).astype(np.int64), weights[row]


def _matrix(minutes: csr_array, gains: Ints) -> csr_array:
    made = csr_array((gains, minutes.indices.copy(), minutes.indptr.copy()), shape=minutes.shape)
    made.eliminate_zeros()
    made.sort_indices()
    return made


def coverage(minutes: csr_array, before: Floats, weights: Ints, *, radius: float) -> csr_array:
    """Gains of maximal covering: people within `radius` minutes of a new site and of none before.

    Parameters
    ----------
    minutes : csr_array, shape (demands, sites)
        Minutes of every pair up to `radius` at least; a stored 0 is a site on the spot.
    before : float array, shape (demands,)
        Minutes to the nearest existing place, inf when there is none.
    weights : int array, shape (demands,)
        People of each demand, 0 or more.
    radius : float
        Minutes, more than 0.
    """
    if not radius > 0:
        raise ValueError(f"radius (minutes): expected more than 0, got {radius}")
    row, time, weight = _pairs(minutes, weights)
    limit = round(radius * MILLIONTHS)
    served = np.rint(np.minimum(before, 1e6) * MILLIONTHS) <= limit
    return _matrix(minutes, np.where((time <= limit) & ~served[row], weight, 0))


def gradual(minutes: csr_array, before: Floats, weights: Ints, *, full: float, zero: float) -> csr_array:
    """Gains of gradual covering: weight 1 up to `full` minutes, linear to 0 at `zero`, above what exists.

    One person is worth ``(zero - full)`` in millionths of a minute: that is the scale of the problem
    (`gradual_scale`). Other parameters as in `coverage`.
    """
    if not 0 <= full < zero:
        raise ValueError(f"full, zero (minutes): expected 0 <= full < zero, got {full} and {zero}")
    row, time, weight = _pairs(minutes, weights)
    span, end = gradual_scale(full, zero), round(zero * MILLIONTHS)
    had = np.clip(end - np.rint(np.minimum(before, 1e6) * MILLIONTHS).astype(np.int64), 0, span)
    return _matrix(minutes, weight * np.maximum(np.clip(end - time, 0, span) - had[row], 0))


def gradual_scale(full: float, zero: float) -> int:
    """Gains per person of gradual covering."""
    return round(zero * MILLIONTHS) - round(full * MILLIONTHS)


def p_median(
    minutes: csr_array, before: Floats, weights: Ints, *, farthest: float | None = None
) -> csr_array:
    """Gains of the p-median: person-minutes saved against the nearest existing place.

    One person-minute is worth `MILLIONTHS`: that is the scale of the problem.

    `minutes` must hold every pair nearer than `before`; where `before` is infinite, `farthest` minutes
    stand for it (it must then be given). Other parameters as in `coverage`.
    """
    if not np.isfinite(before).all() and farthest is None:
        raise ValueError("farthest (minutes): expected a number, since some demand reaches no place")
    limit = np.inf if farthest is None else farthest
    row, time, weight = _pairs(minutes, weights)
    had = np.rint(np.minimum(before, limit) * MILLIONTHS).astype(np.int64)
    return _matrix(minutes, weight * np.maximum(had[row] - time, 0))


def budgets_of(
    group: Ints, limits: Mapping[int, tuple[int, int | None]], labels: Sequence[str]
) -> tuple[Budget, ...]:
    """Budgets of groups, from the number of each site's group (-1: none): ``limits[g] = (least, most)``."""
    return tuple(
        Budget(np.flatnonzero(group == number), least, most, labels[number])
        for number, (least, most) in sorted(limits.items())
    )
