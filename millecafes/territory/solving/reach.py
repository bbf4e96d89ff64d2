"""Who is how far from whom on the ground, for rooms above: each landmass apart, by the one provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from millecafes.engines.geo.distances import Floats, Ints
from millecafes.engines.geo.nearest import Nearest
from millecafes.engines.geo.neighbours import Neighbours, within_minutes
from millecafes.engines.geo.travel import TravelTimes
from millecafes.territory.enums import Service, SupplyBasis
from millecafes.territory.solving.access import Supplied, nearest_places
from millecafes.territory.solving.ground import NO_POINT, Ground

if TYPE_CHECKING:
    Mask = npt.NDArray[np.bool_]


def nearest_of(ground: Ground, counts: Ints, unknown: Mask, times: TravelTimes) -> Nearest:
    """Nearest and second-nearest place of every commune, for places counted by commune.

    `unknown`: communes of which nobody knows whether they have a place; their minutes are nan.
    """
    supply = Supplied(Service.DRINKS, counts, unknown & (counts == 0), SupplyBasis.LOADED)
    return nearest_places(ground, supply, times, np.arange(len(ground)))


def within(
    ground: Ground, origins: Ints, sites: Ints, *, minutes: float, times: TravelTimes
) -> tuple[Ints, Ints, Floats]:
    """Pairs (position among `origins`, position among `sites`, minutes) at most `minutes` apart.

    `origins` and `sites` are rows of the ground. Nobody crosses the sea; who has no point reaches nobody.
    Pairs are sorted by origin, then by site.
    """
    rows, columns, found = [], [], []
    for group in np.unique(ground.landmass[origins]):
        if group == NO_POINT:
            continue
        here = np.flatnonzero(ground.landmass[origins] == group)
        there = np.flatnonzero(ground.landmass[sites] == group)
        part: Neighbours = within_minutes(
            ground.points.take(origins[here]),
            ground.points.take(sites[there]),
            minutes=minutes,
            times=times,
        )
        rows.append(np.repeat(here, np.diff(part.indptr)))
        columns.append(there[part.indices])
        found.append(part.weight)
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    row, column = np.concatenate(rows), np.concatenate(columns)
    order = np.argsort(row, kind="stable")
    return row[order], column[order], np.concatenate(found)[order]
