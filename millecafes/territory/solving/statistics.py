"""Figures of areas and distributions of communes, from stored rows to rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millecafes.territory.enums import BASIC_SERVICES, AreaKind, Density, Service, ValueStatus
from millecafes.territory.indicators import (
    AREA_INDICATORS,
    CENSUS_POOLING_POPULATION,
    INDICATORS,
    RATIOS,
    Ratio,
)
from millecafes.territory.queries.access import service_datasets, supply_rows
from millecafes.territory.queries.datasets import supply_unknown
from millecafes.territory.queries.statistics import (
    FRANCE,
    indicator_rows,
    membership_rows,
    minutes_key,
    minutes_rows,
)
from millecafes.territory.ratios import QUANTILE_DECIMALS
from millecafes.territory.rules import ELIGIBLE_POPULATION

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

AREA_COLUMNS = ("kind", "code", "indicator", "value", "status", "known", "total", "computed_at")
DISTRIBUTION_COLUMNS = ("indicator", "density", "count", "quantiles")
_STEPS = np.linspace(0, 1, 101)
# Numbers, and the two categories that figures are made of.
USED = [
    key for key, indicator in INDICATORS.items() if not indicator.categorical or key in {"density", "frr"}
]


@dataclass(frozen=True)
class Areas:
    """The areas of one kind, and the position of each commune's area (-1: none)."""

    kind: AreaKind
    codes: list[str]
    of: Ints


@dataclass(frozen=True)
class Figures:
    """What is known of each commune of the programme, as arrays in one order; nan is unknown.

    `lacking` is 1 for communes without the service and 0 for others, and absent when its source is
    not loaded; `minutes` likewise leaves out what rests on the assumption.
    """

    population: Floats
    areas: list[Areas]
    values: dict[str, Floats]
    datasets: dict[str, Ints]
    minutes: dict[Service, Floats]
    lacking: dict[Service, Floats]

    @property
    def eligible(self) -> Mask:
        """Communes known to be under 3,500 inhabitants."""
        mask: Mask = self.population < ELIGIBLE_POPULATION
        return mask

    def ratio(self, ratio: Ratio) -> tuple[Floats, Floats]:
        """Numerator and denominator of the communes where one dataset gives both; nan elsewhere."""
        top, bottom = self.values[ratio.numerator], self.values[ratio.denominator]
        same = self.datasets[ratio.numerator] == self.datasets[ratio.denominator]
        known = same & ~np.isnan(top) & (bottom > 0)
        return np.where(known, top, np.nan), np.where(known, bottom, np.nan)


def load_figures() -> Figures:
    """Read everything the figures need."""
    rows = membership_rows()
    index = {row[0]: i for i, row in enumerate(rows)}
    n = len(rows)
    values, datasets = {}, {}
    for key in USED:
        values[key], datasets[key] = _column(indicator_rows(key), index, n)
    minutes = {
        service: _column([(code, value, 0) for code, value in minutes_rows(service)], index, n)[0]
        for service in BASIC_SERVICES
    }
    lacking, unsaid = {}, supply_unknown()
    for service, dataset in service_datasets().items():
        if dataset:
            without = np.ones(n)
            without[[index[code] for code, _ in supply_rows(service, dataset.pk)[0] if code in index]] = 0
            without[[index[code] for code in unsaid.get(service, ()) if code in index]] = np.nan
            lacking[service] = without
    return Figures(
        population=np.array([np.nan if row[1] is None else row[1] for row in rows], dtype=np.float64),
        areas=[
            _areas(AreaKind.FRANCE, [FRANCE] * n),
            _areas(AreaKind.DEPARTEMENT, [row[2] for row in rows]),
            _areas(AreaKind.REGION, [row[3] for row in rows]),
            _areas(AreaKind.EPCI, [row[4] for row in rows]),
        ],
        values=values,
        datasets=datasets,
        minutes={service: known for service, known in minutes.items() if not np.isnan(known).all()},
        lacking=lacking,
    )


def _column(rows: list[tuple[str, float | None, int]], index: dict[str, int], n: int) -> tuple[Floats, Ints]:
    """Rows (code, value, dataset) as two arrays over the communes."""
    value, dataset = np.full(n, np.nan), np.full(n, -1)
    if rows:
        codes, numbers, sources = zip(*rows, strict=True)
        at = np.array([index.get(code, -1) for code in codes])
        value[at[at >= 0]] = np.array(numbers, dtype=np.float64)[at >= 0]
        dataset[at[at >= 0]] = np.array(sources)[at >= 0]
    return value, dataset


def _areas(kind: AreaKind, membership: list[str | None]) -> Areas:
    codes = sorted({code for code in membership if code is not None})
    place = {code: i for i, code in enumerate(codes)}
    return Areas(kind, codes, np.array([place[code] if code is not None else -1 for code in membership], int))


Aggregate = tuple[Floats, Ints, Ints]
"""For each area: value (nan when nothing is known), communes known, communes concerned."""


def _sums(weights: Floats | Mask, areas: Areas) -> Floats:
    inside = areas.of >= 0
    sums = np.bincount(areas.of[inside], weights[inside].astype(np.float64), len(areas.codes))
    return sums.astype(np.float64)


def _counts(mask: Mask, areas: Areas) -> Ints:
    return _sums(mask, areas).astype(np.int64)


def _quotient(top: Floats, bottom: Floats, areas: Areas, concerned: Mask) -> Aggregate:
    """100 x sum of tops / sum of bottoms, over communes where both are known."""
    known = concerned & ~np.isnan(top) & ~np.isnan(bottom)
    below = _sums(np.where(known, bottom, 0.0), areas)
    above = _sums(np.where(known, top, 0.0), areas)
    share = np.divide(100 * above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return share, _counts(known, areas), _counts(concerned, areas)


def weighted_medians(values: Floats, weights: Floats, areas: Areas) -> Floats:
    """For each area, the least value that half of the weight does not exceed (nan when empty)."""
    medians = np.full(len(areas.codes), np.nan)
    keep = ~np.isnan(values) & (weights > 0) & (areas.of >= 0)
    value, weight, area = values[keep], weights[keep], areas.of[keep]
    order = np.lexsort((value, area))
    value, weight, area = value[order], weight[order], area[order]
    total = np.bincount(area, weight, len(areas.codes))
    before = np.concatenate(([0.0], np.cumsum(total)[:-1])) if total.size else total
    reached = np.cumsum(weight) - before[area] >= total[area] / 2
    which, first = np.unique(area[reached], return_index=True)
    medians[which] = value[reached][first]
    return medians


def _everyone(figures: Figures) -> Mask:
    return np.ones(figures.population.size, dtype=np.bool_)


def _unknown(figures: Figures, areas: Areas) -> Aggregate:
    n = len(areas.codes)
    return np.full(n, np.nan), np.zeros(n, dtype=np.int64), _counts(figures.eligible, areas)


def _lacking(service: Service) -> Callable[[Figures, Areas], Aggregate]:
    def aggregate(figures: Figures, areas: Areas) -> Aggregate:
        if service not in figures.lacking:
            return _unknown(figures, areas)
        without = figures.lacking[service]
        return _quotient(without, np.ones(without.size), areas, figures.eligible)

    return aggregate


def _median_minutes(service: Service) -> Callable[[Figures, Areas], Aggregate]:
    def aggregate(figures: Figures, areas: Areas) -> Aggregate:
        if service not in figures.minutes:
            return _unknown(figures, areas)
        minutes = np.where(figures.eligible, figures.minutes[service], np.nan)
        known = _counts(~np.isnan(minutes), areas)
        return (
            weighted_medians(minutes, figures.population, areas),
            known,
            _counts(figures.eligible, areas),
        )

    return aggregate


def _share_of(key: str) -> Callable[[Figures, Areas], Aggregate]:
    def aggregate(figures: Figures, areas: Areas) -> Aggregate:
        return _quotient(*figures.ratio(RATIOS[key]), areas, _everyone(figures))

    return aggregate


def _communes(figures: Figures, areas: Areas) -> Aggregate:
    total = _counts(_everyone(figures), areas)
    return total.astype(np.float64), total, total


def _eligible(figures: Figures, areas: Areas) -> Aggregate:
    known = _counts(~np.isnan(figures.population), areas)
    value = _sums(figures.eligible, areas)
    return np.where(known > 0, value, np.nan), known, _counts(_everyone(figures), areas)


def _population(figures: Figures, areas: Areas) -> Aggregate:
    known = _counts(~np.isnan(figures.population), areas)
    value = _sums(np.nan_to_num(figures.population), areas)
    return np.where(known > 0, value, np.nan), known, _counts(_everyone(figures), areas)


def _population_eligible(figures: Figures, areas: Areas) -> Aggregate:
    inside = np.where(np.isnan(figures.population), np.nan, figures.population * figures.eligible)
    return _quotient(inside, figures.population, areas, _everyone(figures))


def _frr(figures: Figures, areas: Areas) -> Aggregate:
    level = figures.values["frr"]
    classed = np.where(np.isnan(level), np.nan, level > 0)
    return _quotient(classed, np.ones(classed.size), areas, figures.eligible)


AGGREGATES: dict[str, Callable[[Figures, Areas], Aggregate]] = {
    "communes": _communes,
    "communes_eligible": _eligible,
    "population": _population,
    "population_eligible_share": _population_eligible,
    "no_drinks_share": _lacking(Service.DRINKS),
    "no_food_share": _lacking(Service.FOOD),
    "minutes_drinks": _median_minutes(Service.DRINKS),
    "minutes_grocery": _median_minutes(Service.GROCERY),
    "frr_share": _frr,
    "share_60_plus": _share_of("share_60_plus"),
    "share_second_homes": _share_of("share_second_homes"),
    "share_vacant": _share_of("share_vacant"),
}


def area_rows(figures: Figures, stamp: Any) -> Iterator[tuple[Any, ...]]:
    """One tuple per area and indicator, in the order of `AREA_COLUMNS`."""
    for areas in figures.areas:
        for key in AREA_INDICATORS:
            value, known, total = AGGREGATES[key](figures, areas)
            for i, code in enumerate(areas.codes):
                unknown = bool(np.isnan(value[i]))
                yield (
                    areas.kind.value,
                    code,
                    key,
                    None if unknown else float(value[i]),
                    (ValueStatus.ND if unknown else ValueStatus.OK).value,
                    int(known[i]),
                    int(total[i]),
                    stamp,
                )


def distribution_rows(figures: Figures) -> Iterator[tuple[Any, ...]]:
    """One tuple per indicator and density level where something is known (`DISTRIBUTION_COLUMNS`)."""
    level = figures.values["density"]
    groups = [(0, figures.eligible), *((density.value, level == density.value) for density in Density)]
    for key, values in _distributed(figures):
        known = ~np.isnan(values)
        for density, inside in groups:
            chosen = values[known & inside]
            if chosen.size:
                quantiles = np.round(np.quantile(chosen, _STEPS), QUANTILE_DECIMALS).tolist()
                yield key, density, int(chosen.size), json.dumps(quantiles)


def _distributed(figures: Figures) -> Iterator[tuple[str, Floats]]:
    """Every indicator that has a distribution, with its values by commune.

    Census shares of the smallest communes are noise, and are not shown: they are left out.
    """
    for key, indicator in INDICATORS.items():
        if not indicator.categorical:
            yield key, figures.values[key]
    for key, ratio in RATIOS.items():
        top, bottom = figures.ratio(ratio)
        share = ratio.factor * top / bottom
        small = figures.population < CENSUS_POOLING_POPULATION
        yield key, np.where(small, np.nan, share) if ratio.census else share
    for service, minutes in figures.minutes.items():
        yield minutes_key(service), minutes
