"""What a plan does: the order of its communes, who is near enough, who is left, and where."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

import numpy as np

from millecafes.siting.enums import EquityKind, Outcome
from millecafes.siting.queries.ground import indicator_values
from millecafes.siting.rules import Parameters
from millecafes.siting.solving.arrays import Floats, Ints, Land, Links, Mask
from millecafes.territory.enums import Density
from millecafes.territory.services import travel

# Cells of fewer people than this are not told, in any format.
SMALLEST = 5
AGES = {
    "age_0_14": "moins de 15 ans",
    "age_60_plus": "60 ans et plus",
    "age_75_plus": "75 ans et plus",
}
Pick = tuple[str, int, float, float, bool]
OutcomeRow = tuple[str, int, float | None, float | None, str | None]


def in_order(links: Links, chosen: Ints) -> list[tuple[int, float]]:
    """The chosen sites (positions among candidates), each after those that bring more, with their gains.

    Lazy greedy: a gain only gets smaller as others come before (Minoux 1978).
    """
    place = np.full(len(links.site), -1)
    place[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(place[links.column] >= 0)
    kept = kept[np.argsort(place[links.column[kept]], kind="stable")]
    ends = np.concatenate(([0], np.cumsum(np.bincount(place[links.column[kept]], minlength=len(chosen)))))
    parts = [kept[ends[i] : ends[i + 1]] for i in range(len(chosen))]
    best = np.zeros(len(links.demand))

    def gain(i: int) -> float:
        return float(np.maximum(links.score[parts[i]] - best[links.row[parts[i]]], 0.0).sum())

    heap = [(-gain(i), i) for i in range(len(chosen))]
    heapq.heapify(heap)
    order: list[tuple[int, float]] = []
    while heap:
        stale, i = heapq.heappop(heap)
        now = gain(i)
        if now < -stale and heap and now < -heap[0][0]:
            heapq.heappush(heap, (-now, i))
            continue
        order.append((int(chosen[i]), now))
        at = links.row[parts[i]]
        best[at] = np.maximum(best[at], links.score[parts[i]])
    return order


def picks_of(land: Land, links: Links, asked: Parameters, chosen: Ints) -> list[Pick]:
    """Code, rank, people newly near enough at this rank, gain of the objective, imposed or not."""
    order = in_order(links, chosen)
    sites = links.site[[site for site, _ in order]] if order else np.empty(0, np.int64)
    far = np.flatnonzero(land.demand & (land.before > asked.minutes))
    row, column, _ = travel.within(land.ground, far, sites, minutes=asked.minutes)
    first = np.full(len(far), len(sites))
    np.minimum.at(first, row, column)
    served = first < len(sites)
    people = np.bincount(first[served], land.people[far][served], minlength=len(sites))
    imposed = set(asked.imposed)
    codes = land.ground.codes
    return [
        (codes[site], rank, float(people[rank - 1]), gain, codes[site] in imposed)
        for rank, (site, (_, gain)) in enumerate(zip(sites, order, strict=True), 1)
    ]


def outcomes_of(land: Land, asked: Parameters, sites: Ints) -> tuple[Ints, Floats, Ints]:
    """For every commune: what the plan does for it, minutes after, row of what serves it (-1)."""
    counts = np.zeros(len(land.ground), dtype=np.int64)
    counts[sites] = 1
    minutes, place = travel.nearest_place(land.ground, counts)
    minutes = np.where(np.isnan(minutes), np.inf, minutes)
    nearer = minutes < np.where(np.isnan(land.before), np.inf, land.before)
    after = np.where(nearer, minutes, land.before)
    outcome = np.full(len(land.ground), int(Outcome.LEFT))
    outcome[after <= asked.minutes] = Outcome.COVERED
    outcome[land.before <= asked.minutes] = Outcome.ALREADY
    outcome[np.isnan(land.before) | np.isnan(land.people) | (land.ground.landmass < 0)] = Outcome.UNKNOWN
    outcome[land.existing > 0] = Outcome.EXISTING
    outcome[sites] = Outcome.CHOSEN
    return outcome, after, np.where(nearer, place, -1)


def outcome_rows(land: Land, outcome: Ints, after: Floats, place: Ints) -> Iterator[OutcomeRow]:
    """One tuple by commune of the area: code, outcome, minutes before and after, what serves it."""
    codes = land.ground.codes
    for i in np.flatnonzero(land.inside):
        site = codes[place[i]] if place[i] >= 0 else None
        yield codes[i], int(outcome[i]), _minutes(land.before[i]), _minutes(after[i]), site


def _minutes(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None


def figures_of(land: Land, asked: Parameters, outcome: Ints, after: Floats) -> dict[str, Any]:
    """Totals of the area: people and communes by outcome, and the mean minutes before and after."""
    inside = land.inside & (land.people > 0)
    people = np.nan_to_num(land.people)
    totals = {
        str(Outcome(kind).name).lower(): {
            "people": int(people[inside & (outcome == kind)].sum()),
            "communes": int((land.inside & (outcome == kind)).sum()),
        }
        for kind in Outcome.values
    }
    newly = inside & (land.before > asked.minutes) & (after <= asked.minutes)
    known = inside & np.isfinite(land.before) & np.isfinite(after)
    return {
        "outcomes": totals,
        "people": int(people[land.inside].sum()),
        "gained": int(people[newly].sum()),
        "minutes_before": _mean(land.before, people, known),
        "minutes_after": _mean(after, people, known),
        "unreached": int(people[inside & np.isinf(land.before)].sum()),
        "weighed": land.weighed,
    }


def _mean(minutes: Floats, people: Floats, known: Mask) -> float | None:
    total = people[known].sum()
    return round(float((minutes[known] * people[known]).sum() / total), 2) if total else None


def equity_of(land: Land, asked: Parameters, outcome: Ints, after: Floats) -> list[dict[str, Any]]:
    """People near enough before, newly near enough, and left, by région, département, density, FRR, age."""
    values = indicator_values("density", "frr", *AGES)
    people = np.nan_to_num(land.people)
    rows: list[dict[str, Any]] = []
    for kind, codes, of in (
        (EquityKind.REGION, land.regions, land.region),
        (EquityKind.DEPARTEMENT, land.departements, land.departement),
    ):
        for number, code in enumerate(codes):
            rows += _line(land, asked, outcome, after, people, of == number, kind, code, "")
    density = _known(land, values["density"])
    for level in Density:
        mask = density == level.value
        rows += _line(
            land, asked, outcome, after, people, mask, EquityKind.DENSITY, str(level.value), level.label
        )
    frr = _known(land, values["frr"])
    for code, label, mask in (
        ("1", "classées, en tout ou en partie", frr > 0),
        ("0", "non classées", frr == 0),
    ):
        rows += _line(land, asked, outcome, after, people, mask, EquityKind.FRR, code, label)
    for key, label in AGES.items():
        counted = np.nan_to_num(_known(land, values[key]))
        rows += _line(land, asked, outcome, after, counted, counted > 0, EquityKind.AGE, key, label)
    return rows


def _known(land: Land, rows: list[tuple[str, float]]) -> Floats:
    column = np.full(len(land.ground), np.nan)
    for code, value in rows:
        if code in land.ground.index:
            column[land.ground.index[code]] = value
    return column


def _line(
    land: Land,
    asked: Parameters,
    outcome: Ints,
    after: Floats,
    people: Floats,
    mask: Mask,
    kind: EquityKind,
    code: str,
    label: str,
) -> list[dict[str, Any]]:
    """One line of the table, or nothing when nobody is concerned. A cell of 1 to 4 people is not told."""
    mask = mask & land.inside
    if not mask.any():
        return []
    unknown = mask & (outcome == Outcome.UNKNOWN)
    near = mask & ~unknown & (land.before <= asked.minutes)
    newly = mask & ~unknown & ~near & (after <= asked.minutes)
    left = mask & ~unknown & ~near & ~newly
    cells = {
        name: round(float(people[part].sum()))
        for name, part in (("near", near), ("gained", newly), ("left", left), ("unknown", unknown))
    }
    small = sorted(name for name, value in cells.items() if 0 < value < SMALLEST)
    if len(small) == 1:
        # One alone would be found again from the total: the next smallest is withheld with it.
        others = {name: value for name, value in cells.items() if name not in small and value}
        small += [min(others, key=others.__getitem__)] if others else []
    told = {name: None if name in small else value for name, value in cells.items()}
    return [
        {
            "kind": kind.value,
            "code": code,
            "label": str(label),
            "people": round(float(people[mask].sum())),
            **told,
            "sites": int((mask & (outcome == Outcome.CHOSEN)).sum()),
        }
    ]
