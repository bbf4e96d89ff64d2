"""Nearest and second-nearest place of a service, exactly, for any provider of travel times.

A k-d tree on the unit sphere proposes the k places closest as the crow flies (chords and
great-circle arcs order points alike). The answer is final once no place farther than the k-th can
be reached sooner than the second-best found (`TravelTimes.reach_km`); else k doubles, for the
origins still open only. With the formula, an origin in a massif closes at once (every journey
from it has the mountain factor) and one in the plain too, unless a massif is near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from millecafes.engines.geo.distances import Floats, Ints, Points, chord_to_km, on_unit_sphere
from millecafes.engines.geo.travel import ON_SITE, Labels, Minutes, TravelTimes

NOWHERE = -1
Mask = npt.NDArray[np.bool_]
_ROUNDING = 1 + 1e-9  # arcs and powers come back to within a few 1e-15


@dataclass(frozen=True)
class Nearest:
    """The two nearest places of n origins; places are counted, so both may be in one spot.

    Parameters
    ----------
    place, second : int array, shape (n,)
        Positions in the supply, `NOWHERE` when there is none.
    minutes, low, high, second_minutes, second_low, second_high : float array, shape (n,)
        Minutes and their band; nan when there is no place. 0 where the origin has the place itself.
    provenance : str array, shape (n,)
        Where `minutes` come from; empty when there is no place.
    """

    place: Ints
    minutes: Floats
    low: Floats
    high: Floats
    second: Ints
    second_minutes: Floats
    second_low: Floats
    second_high: Floats
    provenance: Labels

    def on_the_spot(self, chosen: Mask, place: Ints, *, second: bool) -> None:
        """Say that the chosen origins have the place themselves."""
        target, numbers = self._columns(second=second)
        target[chosen] = place[chosen]
        for column in numbers:
            column[chosen] = 0.0
        if not second:
            self.provenance[chosen] = ON_SITE

    def write(self, rows: Ints, found: Ints, minutes: Minutes, at: Ints, *, second: bool) -> None:
        """Write journeys `at` to the places `found[at]` in these rows."""
        target, numbers = self._columns(second=second)
        target[rows] = found[at]
        for column, values in zip(numbers, (minutes.value, minutes.low, minutes.high), strict=True):
            column[rows] = values[at]
        if not second:
            self.provenance[rows] = minutes.provenance[at]

    def _columns(self, *, second: bool) -> tuple[Ints, tuple[Floats, Floats, Floats]]:
        if second:
            return self.second, (self.second_minutes, self.second_low, self.second_high)
        return self.place, (self.minutes, self.low, self.high)


def nowhere(n: int) -> Nearest:
    """The answer of n origins that reach no place at all."""
    places = (np.full(n, NOWHERE, dtype=np.int64) for _ in range(2))
    numbers = (np.full(n, np.nan) for _ in range(6))
    return Nearest(
        place=next(places),
        minutes=next(numbers),
        low=next(numbers),
        high=next(numbers),
        second=next(places),
        second_minutes=next(numbers),
        second_low=next(numbers),
        second_high=next(numbers),
        provenance=np.full(n, "", dtype="<U8"),
    )


def nearest_two(origins: Points, supply: Points, counts: Ints, *, own: Ints, times: TravelTimes) -> Nearest:
    """Nearest and second-nearest place of each origin.

    Parameters
    ----------
    origins : Points
        n origins.
    supply : Points
        m spots where the service exists.
    counts : int array, shape (m,)
        How many places each spot has, 1 or more.
    own : int array, shape (n,)
        The position in the supply of the spot that is the origin itself, else `NOWHERE`.
    times : TravelTimes
        The provider of minutes.

    Returns
    -------
    Nearest
        Exact as far as `times.reach_km` tells the truth.
    """
    counts, own = _checked(origins, supply, counts, own)
    answer = nowhere(len(origins))
    here = own >= 0
    answer.on_the_spot(here, own, second=False)
    if not len(supply):
        return answer
    answer.on_the_spot(here & (counts[own] >= 2), own, second=True)
    search = _Search(origins, supply, counts, own, times)
    still, k = np.flatnonzero(answer.second < 0), 2
    while still.size:
        still, k = still[~search.look(answer, still, min(k, len(supply)))], 2 * k
    return answer


def _checked(origins: Points, supply: Points, counts: Ints, own: Ints) -> tuple[Ints, Ints]:
    counts, own = np.asarray(counts, dtype=np.int64), np.asarray(own, dtype=np.int64)
    if counts.shape != (len(supply),) or (counts < 1).any():
        raise ValueError(f"counts (places): expected {len(supply)} whole numbers, 1 or more")
    if own.shape != (len(origins),) or (own < NOWHERE).any() or (own >= len(supply)).any():
        raise ValueError(f"own: expected {len(origins)} positions from -1 to {len(supply) - 1}")
    return counts, own


class _Search:
    """The k-d tree of a supply, asked for more and more candidates."""

    def __init__(self, origins: Points, supply: Points, counts: Ints, own: Ints, times: TravelTimes) -> None:
        self.origins, self.supply, self.counts, self.own, self.times = origins, supply, counts, own, times
        self.sphere = on_unit_sphere(origins)
        self.tree = cKDTree(on_unit_sphere(supply))

    def look(self, answer: Nearest, rows: Ints, k: int) -> Mask:
        """Write the answer of the rows that k candidates settle; which ones they are."""
        one = np.arange(rows.size)
        closest = self.tree.query(self.sphere[rows], k=range(1, k + 1))
        found: Ints = np.asarray(closest[1], dtype=np.int64)
        origins = self.origins.take(rows)
        minutes = self.times.times(origins.take(np.repeat(one, k)), self.supply.take(found.ravel()))
        # The origin's own spot is already the first place: what is sought is the best of the others.
        mine = self.own[rows] >= 0
        value = np.where(found == self.own[rows][:, None], np.inf, minutes.value.reshape(-1, k))
        first = value.argmin(axis=1)
        first_value = value[one, first]
        value[one, first] = np.inf
        then = value.argmin(axis=1)
        alone = mine | (self.counts[found[one, first]] >= 2)
        second = np.where(alone, first, then)
        second_value = np.where(alone, first_value, value[one, then])
        reach = self.times.reach_km(second_value, origins)
        closed: Mask = chord_to_km(np.asarray(closest[0])[:, -1]) * _ROUNDING >= reach
        closed |= k == len(self.supply)
        flat = one * k
        away = closed & ~mine
        answer.write(rows[away], found.ravel(), minutes, (flat + first)[away], second=False)
        there = closed & np.isfinite(second_value)
        answer.write(rows[there], found.ravel(), minutes, (flat + second)[there], second=True)
        return closed
