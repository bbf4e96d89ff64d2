"""From rows to the arrays of a problem: who lives where, where cafés are and may be, who reaches whom."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millecafes.siting.enums import Objective, SupplyChoice
from millecafes.siting.queries.ground import (
    desert_rows,
    indicator_values,
    membership_rows,
    network_communes,
)
from millecafes.siting.rules import FARTHEST_MINUTES, NETWORK, Parameters
from millecafes.territory.enums import Service
from millecafes.territory.models import Dataset
from millecafes.territory.rules import ELIGIBLE_POPULATION
from millecafes.territory.services import travel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class PlanError(ValueError):
    """A computation that makes no sense, in the user's words."""


@dataclass(frozen=True)
class Land:
    """The communes of the programme for one scenario, in the order of the ground.

    `departement` and `region` are positions in their lists of codes (-1: none). `before`: minutes to the
    nearest café of today, inf when nobody reaches one, nan where nobody knows. `weight` is what one
    inhabitant counts for, 1 or more.
    """

    ground: Any
    departements: list[str]
    departement: Ints
    regions: list[str]
    region: Ints
    inside: Mask
    existing: Ints
    candidate: Mask
    weight: Floats
    before: Floats
    dataset: Dataset | None
    weighed: dict[str, int]

    @property
    def people(self) -> Floats:
        """Municipal population; nan unknown."""
        population: Floats = self.ground.population
        return population

    @property
    def demand(self) -> Mask:
        """Communes whose people are looked after: inside, with a point, known."""
        placed = self.ground.landmass >= 0
        mask: Mask = self.inside & placed & (self.people > 0) & ~np.isnan(self.before)
        return mask


def load_land(asked: Parameters) -> Land:
    """Read what a scenario needs (eight queries at most)."""
    ground = travel.ground()
    rows = membership_rows()
    departements, departement = _positions([row[2] for row in rows])
    regions, region = _positions([row[3] for row in rows])
    inside = _inside(asked.area, departements, departement, regions, region)
    existing, unknown, dataset = _existing(asked, ground)
    before, _ = travel.nearest_place(ground, existing, unknown)
    silent = unknown & (existing == 0)
    before = np.where(np.isnan(before) & ~silent & (ground.landmass >= 0), np.inf, before)
    weight, weighed = _weights(asked, ground)
    population = ground.population
    candidate = inside & (ground.landmass >= 0) & (existing == 0)
    candidate &= (population >= asked.least_population) & (population <= asked.most_population)
    imposed, forbidden = (_rows(ground, codes) for codes in (asked.imposed, asked.forbidden))
    candidate[forbidden] = False
    _verify_imposed(ground, inside, imposed)
    candidate[imposed] = True
    return Land(
        *(ground, departements, departement, regions, region, inside, existing, candidate),
        weight=weight,
        before=before,
        dataset=dataset,
        weighed=weighed,
    )


def _positions(names: list[str | None]) -> tuple[list[str], Ints]:
    codes = sorted({name for name in names if name is not None})
    place = {code: i for i, code in enumerate(codes)}
    return codes, np.array([-1 if name is None else place[name] for name in names], dtype=np.int64)


def _inside(area: str, departements: list[str], departement: Ints, regions: list[str], region: Ints) -> Mask:
    """Communes of the area asked for.

    Raises
    ------
    PlanError
    """
    if area == NETWORK:
        return np.ones(len(departement), dtype=np.bool_)
    kind, _, code = area.partition(":")
    codes, place = (departements, departement) if kind == "departement" else (regions, region)
    if code not in codes:
        raise PlanError(
            f"Territoire « {area} » : aucune commune chargée. Attendu : une région ou un département."
        )
    mask: Mask = place == codes.index(code)
    return mask


def _existing(asked: Parameters, ground: Any) -> tuple[Ints, Mask, Dataset | None]:
    """Cafés of today by commune, where nobody knows, and which dataset says so."""
    counts, unknown = np.zeros(len(ground), dtype=np.int64), np.zeros(len(ground), dtype=np.bool_)
    dataset = None
    if asked.supply == SupplyChoice.LOADED:
        counts, unknown, dataset = travel.supply_of(ground, Service.DRINKS)
        if dataset is None:
            raise PlanError(
                "Cafés et bars recensés : cette source n’est pas chargée. Choisissez l’hypothèse des "
                "communes de 3 500 habitants et plus, ou demandez le chargement des données ouvertes."
            )
    elif asked.supply == SupplyChoice.ASSUMED:
        counts = (ground.population >= ELIGIBLE_POPULATION).astype(np.int64)
    if asked.with_network or asked.supply == SupplyChoice.NETWORK:
        counts = np.maximum(counts, ground.counts(network_communes()))
    return counts, unknown, dataset


def _weights(asked: Parameters, ground: Any) -> tuple[Floats, dict[str, int]]:
    """What one inhabitant of each commune counts for, and of how many communes that could be said.

    Where the index or the class is unknown, somebody counts for 1.
    """
    weight, known = np.ones(len(ground)), {}
    if asked.frr_percent:
        classed = _column(ground, indicator_values("frr")["frr"])
        known["frr"] = int((~np.isnan(classed)).sum())
        weight *= 1 + asked.frr_percent / 100 * (np.nan_to_num(classed) > 0)
    if asked.desert_percent:
        index = _column(ground, desert_rows())
        known["desert"] = int((~np.isnan(index)).sum())
        weight *= 1 + asked.desert_percent / 100 * np.nan_to_num(index) / 100
    return weight, known


def _column(ground: Any, rows: list[tuple[str, float]]) -> Floats:
    """Rows (code, value) over the ground; nan where there is none."""
    values = np.full(len(ground), np.nan)
    at = [(ground.index[code], value) for code, value in rows if code in ground.index]
    if at:
        place, value = zip(*at, strict=True)
        values[np.array(place)] = value
    return values


def _rows(ground: Any, codes: tuple[str, ...]) -> Ints:
    return np.array([ground.index[code] for code in codes if code in ground.index], dtype=np.int64)


def _verify_imposed(ground: Any, inside: Mask, imposed: Ints) -> None:
    wrong = [ground.codes[row] for row in imposed if ground.landmass[row] < 0 or not inside[row]]
    if wrong:
        raise PlanError(
            f"Communes à retenir d’office : {', '.join(wrong)} sans coordonnées, ou hors du territoire."
        )


@dataclass(frozen=True)
class Links:
    """Who gains what from whom: positions of demand and candidate rows of the ground, and pairs of them.

    Pair k: the people of `demand[row[k]]`, `minutes[k]` from `site[column[k]]`, for whom it would be worth
    `score[k]` (in the unit of the objective: weighted people, or person-minutes saved).
    """

    demand: Ints
    site: Ints
    row: Ints
    column: Ints
    minutes: Floats
    score: Floats


def load_links(land: Land, asked: Parameters) -> Links:
    """Pairs with something to gain, for the objective asked.

    Raises
    ------
    PlanError
        When there is no candidate.
    """
    site = np.flatnonzero(land.candidate)
    if not site.size:
        raise PlanError(
            "Aucune commune candidate : élargissez le territoire ou les nombres d’habitants, "
            "ou levez des consignes."
        )
    demand = np.flatnonzero(land.demand & (land.before > _least_before(asked)))
    row, column, minutes = _pairs(land, asked, demand, site)
    count = (land.people * land.weight)[demand]
    gain = _worth(asked, minutes) - _worth(asked, land.before[demand])[row]
    score = count[row] * gain
    keep = score > 0
    return Links(demand, site, row[keep], column[keep], minutes[keep], score[keep])


def _least_before(asked: Parameters) -> float:
    """Whoever has a café at most that far has nothing to gain."""
    if asked.objective == Objective.COVERAGE:
        return asked.minutes
    return asked.full_minutes if asked.objective == Objective.GRADUAL else 0.0


def _worth(asked: Parameters, minutes: Floats) -> Floats:
    """What a café that far is worth to one person: 1 or a share of it, or minutes not driven."""
    if asked.objective == Objective.COVERAGE:
        return (minutes <= asked.minutes).astype(np.float64)
    if asked.objective == Objective.GRADUAL:
        span = asked.zero_minutes - asked.full_minutes
        return np.clip((asked.zero_minutes - minutes) / span, 0.0, 1.0)
    return FARTHEST_MINUTES - np.minimum(minutes, FARTHEST_MINUTES)


def _pairs(land: Land, asked: Parameters, demand: Ints, site: Ints) -> tuple[Ints, Ints, Floats]:
    """Pairs near enough to gain something; p-median looks as far as each one's café of today."""
    if asked.objective != Objective.P_MEDIAN:
        reach = asked.minutes if asked.objective == Objective.COVERAGE else asked.zero_minutes
        return travel.within(land.ground, demand, site, minutes=reach)
    farthest = np.minimum(land.before[demand], FARTHEST_MINUTES)
    rows, columns, found = [], [], []
    steps = [0.0, 5.0, 8.0, 11.0, 15.0, 20.0, 30.0, FARTHEST_MINUTES]
    for low, high in itertools.pairwise(steps):
        part = np.flatnonzero((farthest > low) & (farthest <= high))
        if part.size:
            row, column, minutes = travel.within(land.ground, demand[part], site, minutes=high)
            keep = minutes < farthest[part][row]
            rows.append(part[row[keep]])
            columns.append(column[keep])
            found.append(minutes[keep])
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(found)
