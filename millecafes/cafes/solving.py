"""Rows to arrays, arrays to engines: which places of OpenStreetMap stand around which cafés."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millecafes.engines.geo.neighbours import Neighbours

Point = tuple[float, float]  # latitude, longitude (degrees, WGS 84)


def _around(cafes: Sequence[Point], places: Sequence[Point], km: float) -> Neighbours:
    import numpy as np

    from millecafes.engines.geo.distances import Points
    from millecafes.engines.geo.neighbours import within_km

    one, other = (
        Points(lon=np.array([lon for _, lon in rows]), lat=np.array([lat for lat, _ in rows]))
        for rows in (cafes, places)
    )
    return within_km(one, other, km=km)


def pairs_within(
    cafes: Sequence[Point], places: Sequence[Point], *, km: float
) -> Iterator[tuple[int, int, float]]:
    """Every café and place at most `km` kilometres apart as the crow flies: ranks, and that distance."""
    if not cafes or not places:
        return
    found = _around(cafes, places, km)
    for rank in range(len(cafes)):
        start, end = int(found.indptr[rank]), int(found.indptr[rank + 1])
        for place, distance in zip(found.indices[start:end], found.weight[start:end], strict=True):
            yield rank, int(place), float(distance)


def ranks_near(cafes: Sequence[Point], places: Sequence[Point], *, km: float) -> set[int]:
    """The ranks of the cafés that have one of these places at most `km` kilometres away."""
    if not cafes or not places:
        return set()
    indptr = _around(cafes, places, km).indptr
    return {rank for rank in range(len(cafes)) if indptr[rank + 1] > indptr[rank]}
