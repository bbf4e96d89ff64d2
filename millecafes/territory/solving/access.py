"""Minutes to the nearest and second-nearest place of each service, from rows to rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from millecafes.engines.geo.distances import Floats, Ints, great_circle_km
from millecafes.engines.geo.nearest import NOWHERE, Nearest, nearest_two, nowhere
from millecafes.engines.geo.travel import FORMULA, FormulaTimes, TravelTimes
from millecafes.territory.enums import Service, SupplyBasis
from millecafes.territory.models import Dataset
from millecafes.territory.queries.access import stored_seconds
from millecafes.territory.queries.datasets import supply_unknown
from millecafes.territory.rules import ELIGIBLE_POPULATION
from millecafes.territory.solving.ground import NO_POINT, Ground, load_ground, supply_counts
from millecafes.territory.solving.travel import travel_times

ROW_COLUMNS = (
    "commune_id",
    "service",
    "minutes",
    "low",
    "high",
    "nearest_id",
    "second_minutes",
    "second_low",
    "second_high",
    "second_id",
    "provenance",
    "basis",
    "terrain",
    "computed_at",
)
Mask = npt.NDArray[np.bool_]

# A distance and the reach compared with it come from different roundings.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Supplied:
    """Places of one service per commune of the ground, and what that rests on.

    `unknown`: communes of which the source says nothing; neither a place nor the lack of one.
    """

    service: Service
    counts: Ints
    unknown: Mask
    basis: SupplyBasis


def supplied(
    ground: Ground, service: Service, dataset: Dataset | None, unsaid: dict[Service, frozenset[str]]
) -> Supplied:
    """What is known of a service, else the assumption that 3,500 inhabitants and more have it.

    A declared place may already be in the dataset: a commune has the larger of the two counts,
    never their sum, so that the second-nearest place is not invented.
    """
    loaded, declared = supply_counts(ground, service, dataset.pk if dataset else None)
    if dataset is None:
        loaded = (ground.population >= ELIGIBLE_POPULATION).astype(np.int64)
    basis = SupplyBasis.LOADED if dataset else SupplyBasis.ASSUMED
    counts = np.maximum(loaded, declared)
    silent = np.zeros(len(ground), dtype=np.bool_)
    silent[[ground.index[code] for code in unsaid.get(service, ()) if code in ground.index]] = True
    return Supplied(service, counts, silent & (counts == 0), basis)


def nearest_places(ground: Ground, supply: Supplied, times: TravelTimes, rows: Ints) -> Nearest:
    """Nearest and second place of the communes at `rows`; places are positions in the ground.

    Nobody crosses the sea: each landmass is solved apart. A commune without a point is reached by
    nobody and reaches nobody; it only has what stands in it. Where the source says nothing of the
    commune itself, its minutes are unknown: the service may be on the spot.
    """
    counts = supply.counts
    answer = nowhere(len(rows))
    alone = (ground.landmass[rows] == NO_POINT) & (counts[rows] > 0)
    answer.on_the_spot(alone, rows, second=False)
    answer.on_the_spot(alone & (counts[rows] > 1), rows, second=True)
    landmass = np.where(supply.unknown[rows], NO_POINT, ground.landmass[rows])
    for group in np.unique(landmass[landmass != NO_POINT]):
        chosen = landmass == group
        places = np.flatnonzero((ground.landmass == group) & (counts > 0))
        own = np.full(len(ground), NOWHERE)
        own[places] = np.arange(places.size)
        found = nearest_two(
            ground.points.take(rows[chosen]),
            ground.points.take(places),
            counts[places],
            own=own[rows[chosen]],
            times=times,
        )
        _fill(answer, chosen, found, places)
    return answer


def _fill(answer: Nearest, chosen: Mask, part: Nearest, places: Ints) -> None:
    """Write one landmass; `places` are the positions in the ground of its supply."""
    for field in fields(Nearest):
        value = getattr(part, field.name)
        if places.size and field.name in {"place", "second"}:
            value = np.where(value >= 0, places[value], NOWHERE)
        getattr(answer, field.name)[chosen] = value


def access_rows(
    ground: Ground, supply: Supplied, found: Nearest, rows: Ints, stamp: Any
) -> Iterator[tuple[Any, ...]]:
    """One tuple per commune, in the order of `ROW_COLUMNS`."""
    codes = np.array([*ground.codes, None], dtype=object)  # position -1: nowhere
    terrain = np.maximum(ground.points.terrain[rows], ground.points.terrain[found.place])
    terrain = np.where(found.place >= 0, terrain, ground.points.terrain[rows])
    provenance = np.where(found.provenance == "", FORMULA, found.provenance)
    n = len(rows)
    return zip(
        codes[rows].tolist(),
        [supply.service.value] * n,
        _numbers(found.minutes),
        _numbers(found.low),
        _numbers(found.high),
        codes[found.place].tolist(),
        _numbers(found.second_minutes),
        _numbers(found.second_low),
        _numbers(found.second_high),
        codes[found.second].tolist(),
        provenance.tolist(),
        [supply.basis.value] * n,
        FormulaTimes().factor(terrain).tolist(),
        [stamp] * n,
        strict=True,
    )


def _numbers(values: Floats) -> list[float | None]:
    """Floats with None for nan."""
    if not np.isnan(values).any():
        plain: list[float | None] = values.tolist()
        return plain
    mixed = values.astype(object)
    mixed[np.isnan(values)] = None
    return list(mixed)


def solve_services(
    datasets: dict[Service, Dataset | None], services: Sequence[Service], stamp: Any
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Rows of every commune of the programme, service by service."""
    ground, times, unsaid = load_ground(), travel_times(), supply_unknown()
    everyone = np.arange(len(ground))
    for service in services:
        supply = supplied(ground, service, datasets[service], unsaid)
        found = nearest_places(ground, supply, times, everyone)
        yield access_rows(ground, supply, found, everyone, stamp)


def solve_change(
    dataset: Dataset | None, service: Service, changed: str, stamp: Any
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Codes and rows of the communes whose minutes may change with the supply of one commune.

    Those are the commune itself and those from which it is no farther than the reach of the
    second-nearest place of today: nobody else has it, or could have it, among the first two.
    """
    ground, times = load_ground(), travel_times()
    at = ground.index[changed]
    second_minutes = np.full(len(ground), np.inf)
    affected = np.zeros(len(ground), dtype=np.bool_)
    affected[at] = True
    for code, minutes in stored_seconds(service):
        if minutes is not None and code in ground.index:
            second_minutes[ground.index[code]] = minutes
    if ground.landmass[at] != NO_POINT:
        reach = times.reach_km(second_minutes, ground.points)
        km = great_circle_km(ground.points, ground.points.take(np.full(len(ground), at)))
        affected |= (ground.landmass == ground.landmass[at]) & (km <= reach * _ROUNDING)
    rows = np.flatnonzero(affected)
    supply = supplied(ground, service, dataset, supply_unknown())
    found = nearest_places(ground, supply, times, rows)
    return [ground.codes[i] for i in rows], access_rows(ground, supply, found, rows, stamp)
