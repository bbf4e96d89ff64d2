"""Random points, supplies and an exhaustive reference for the property tests of engines.geo."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from millecafes.engines.geo.distances import MOUNTAIN, PLAIN, UNKNOWN, Points
from millecafes.engines.geo.travel import TravelTimes


@st.composite
def points(draw: st.DrawFn, *, smallest: int = 0, largest: int = 12, spread: float = 1.5) -> Points:
    """A few points around the Massif central, on a grid so that some coincide."""
    n = draw(st.integers(smallest, largest))
    # A grid of 0.01 degree: points often share a place, as town halls do.
    cell = st.integers(0, int(spread * 100))
    lon = draw(arrays(np.int64, n, elements=cell)) / 100 + 2.0
    lat = draw(arrays(np.int64, n, elements=cell)) / 100 + 44.0
    terrain = draw(arrays(np.float64, n, elements=st.sampled_from([PLAIN, UNKNOWN, MOUNTAIN])))
    return Points(lon, lat, terrain)


def every_minute(origins: Points, sites: Points, times: TravelTimes) -> np.ndarray:
    """Minutes of every pair, shape (n, m), one by one."""
    table = np.empty((len(origins), len(sites)))
    for j in range(len(sites)):
        table[:, j] = times.times(origins, sites.take(np.full(len(origins), j))).value
    return table
