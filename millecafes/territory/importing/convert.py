"""From a file's commune codes to today's communes (data guide, section 0).

Counts add up, rates are weighted, and what cannot be known is said to be unknown, never zero:
communes re-established since, merged communes with a part missing, communes outside the source.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from millecafes.territory.catalogue import FileRule, Reestablished, Source
from millecafes.territory.enums import ValueStatus
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers import Cell, Mapped
from millecafes.territory.indicators import INDICATORS

PARENTS = {
    **{f"75{n}": "75056" for n in range(101, 121)},
    **{f"132{n:02}": "13055" for n in range(1, 17)},
    **{f"6938{n}": "69123" for n in range(1, 10)},
}


@dataclass(frozen=True)
class Place:
    """What conversion needs to know of a commune of today."""

    departement: str
    overseas: bool


@dataclass(frozen=True)
class Territory:
    """Today's communes in the programme, and how former codes lead to them."""

    places: Mapping[str, Place]
    former: Mapping[str, str]  # codes that lead to several communes are left out
    re_established: tuple[Reestablished, ...] = ()
    merged: Mapping[str, tuple[tuple[str, dt.date], ...]] = field(default_factory=dict)  # current → (old, on)

    def resolve(self, code: str) -> str | None:
        """Today's commune of a code, or None."""
        if code in self.places:
            return code
        code = PARENTS.get(code, code)
        return code if code in self.places else self.former.get(code)


@dataclass
class Converted:
    """Figures by today's communes."""

    supply: dict[str, dict[str, int]] = field(default_factory=dict)
    values: dict[str, dict[str, Cell]] = field(default_factory=dict)
    unmatched: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # communes about which a list of places says nothing


def convert(mapped: Mapped, source: Source, rule: FileRule, territory: Territory) -> Converted:
    """Bring every figure of a file to today's communes."""
    result = Converted()
    codes = set().union(*mapped.supply.values(), *mapped.values.values())
    groups, result.unmatched = _groups(codes, territory)
    if codes and not groups:
        raise SourceError(mapped.file, f"des codes inconnus ({min(codes)}…)", "des codes de communes")
    for service, counts in mapped.supply.items():
        result.supply[service] = _counts(counts, groups)
    for indicator, cells in mapped.values.items():
        result.values[indicator] = _values(indicator, cells, groups, mapped.weights)
    since = _geography(mapped)
    late = [item for item in territory.re_established if item.on > since and item.code not in codes]
    if mapped.supply:
        result.unknown = sorted(item.code for item in late if item.code in territory.places)
    if mapped.values:
        _forget_partial_merges(result.values, codes, since, source, territory)
        _forget_splits(result.values, late, territory)
        _fill(result.values, source, rule, territory)
    return result


def _geography(mapped: Mapped) -> dt.date:
    """The date of the file's communes; without it, the earliest they can be."""
    return dt.date(int((mapped.geo_vintage or mapped.vintage)[:4]), 1, 1)


def _groups(codes: Iterable[str], territory: Territory) -> tuple[dict[str, list[str]], list[str]]:
    """Today's commune → the file's codes that make it up; and the codes that lead nowhere."""
    present = set(codes)
    groups: dict[str, list[str]] = defaultdict(list)
    unmatched = []
    for code in sorted(present):
        if PARENTS.get(code) in present:
            continue  # the whole city is in the file: its districts would count twice
        current = territory.resolve(code)
        if current is None:
            unmatched.append(code)
        else:
            groups[current].append(code)
    return dict(groups), unmatched


def _counts(counts: Mapping[str, float], groups: Mapping[str, list[str]]) -> dict[str, int]:
    summed = {current: int(sum(counts.get(code, 0.0) for code in codes)) for current, codes in groups.items()}
    return {code: count for code, count in summed.items() if count}


def _values(
    indicator: str, cells: Mapping[str, Cell], groups: Mapping[str, list[str]], weights: Mapping[str, float]
) -> dict[str, Cell]:
    kind = INDICATORS[indicator]
    result = {}
    for current, codes in groups.items():
        parts = {code: cells[code] for code in codes if code in cells}
        if len(parts) == 1:
            result[current] = next(iter(parts.values()))
        elif parts and kind.additive:
            result[current] = _total(list(parts.values()))
        elif parts and kind.categorical:
            same = set(parts.values())
            result[current] = same.pop() if len(same) == 1 else Cell(None, "", ValueStatus.ND)
        elif parts:
            result[current] = _mean(parts, weights)
    return result


def _total(parts: list[Cell]) -> Cell:
    missing = next((cell for cell in parts if cell.value is None), None)
    return Cell(None, "", missing.status) if missing else Cell(sum(cell.value or 0.0 for cell in parts))


def _mean(parts: Mapping[str, Cell], weights: Mapping[str, float]) -> Cell:
    """The weighted mean of rates; without weights for all of them nobody knows it."""
    missing = next((cell for cell in parts.values() if cell.value is None), None)
    if missing:
        return Cell(None, "", missing.status)
    total = sum(weights.get(code, 0.0) for code in parts)
    if not total or any(code not in weights for code in parts):
        return Cell(None, "", ValueStatus.ND)
    return Cell(sum((cell.value or 0.0) * weights[code] for code, cell in parts.items()) / total)


def _forget_partial_merges(
    values: dict[str, dict[str, Cell]], codes: set[str], since: dt.date, source: Source, territory: Territory
) -> None:
    """A commune merged since the file's geography, one part of which the file leaves out."""
    status = ValueStatus.SECRET if source.absent == "secret" else ValueStatus.ND
    for code, parts in territory.merged.items():
        current = territory.resolve(code) or code
        if any(on > since and old not in codes for old, on in parts):
            for indicator, cells in values.items():
                if current in cells and not INDICATORS[indicator].categorical:
                    cells[current] = Cell(None, "", status)


def _forget_splits(
    values: dict[str, dict[str, Cell]], late: list[Reestablished], territory: Territory
) -> None:
    """A commune re-established since, and the one it left: neither is the territory of the file."""
    for item in late:
        for code in (item.code, item.parent):
            current = territory.resolve(code)
            if current is None:
                continue
            for cells in values.values():
                cells[current] = Cell(None, "", ValueStatus.ND)


def _fill(values: dict[str, dict[str, Cell]], source: Source, rule: FileRule, territory: Territory) -> None:
    """Every commune gets an answer: out of scope, secret or not available when there is no figure."""
    outside = source.outside if rule.outside is None else rule.outside
    default = Cell(None, "", ValueStatus.SECRET if source.absent == "secret" else ValueStatus.ND)
    out_of_scope = Cell(None, "", ValueStatus.OUT_OF_SCOPE)
    for indicator, cells in values.items():
        applies = indicator not in rule.outside_except
        for code, place in territory.places.items():
            if applies and (place.departement in outside or (place.overseas and "drom" in outside)):
                cells[code] = out_of_scope
            elif code not in cells:
                cells[code] = default
