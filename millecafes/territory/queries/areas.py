"""Lists of areas as the pages and the exports show them: filtered, sorted, one page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.common.matching import fold
from millecafes.territory.catalogue import PACKAGE_SOURCES, SOURCES
from millecafes.territory.enums import AreaKind, ValueStatus
from millecafes.territory.indicators import AREA_INDICATORS, AreaIndicator
from millecafes.territory.models import Commune, Dataset, Departement, Region
from millecafes.territory.queries.datasets import current_datasets
from millecafes.territory.queries.statistics import AreaRow, Cell, area_rows

NAME = "nom"
NOT_LOADED = "donnée non chargée"
NO_COMMUNE = "sans objet"  # no commune of the area is concerned
_PACKAGE = "decoupage_administratif"


@dataclass(frozen=True)
class AreaFilter:
    """What is asked: the kind, what to keep and the order (`-key` for the largest first)."""

    kind: AreaKind
    text: str = ""
    region: str = ""
    departement: str = ""
    sort: str = NAME

    @property
    def key(self) -> str:
        """The column that orders the rows."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest come first."""
        return self.sort.startswith("-")


@dataclass(frozen=True)
class Sourced:
    """An indicator with its source and date; `loaded` is False when the source is not loaded."""

    indicator: AreaIndicator
    source: str
    vintage: str
    loaded: bool

    def word(self, cell: Cell | None) -> str:
        """Why a value is missing, in words; empty when it is known."""
        if cell is not None and cell.value is not None:
            return ""
        if not self.loaded:
            return NOT_LOADED
        if cell is not None and cell.total == 0:
            return NO_COMMUNE
        if cell is None or cell.status in {ValueStatus.OK, ValueStatus.ND}:
            return "inconnu"
        return str(cell.status.label)


def sourced_indicators() -> list[Sourced]:
    """The indicators of areas, in order, each with its source as loaded (one query)."""
    datasets = current_datasets()
    return [_sourced(indicator, datasets) for indicator in AREA_INDICATORS.values()]


def _sourced(indicator: AreaIndicator, datasets: dict[str, Dataset]) -> Sourced:
    keys = [key.strip() for key in indicator.source.split(",") if key.strip()] or [_PACKAGE]
    catalogue = {**PACKAGE_SOURCES, **SOURCES}
    loaded = [key for key in keys if key in datasets]
    return Sourced(
        indicator,
        " ; ".join(f"{catalogue[key].publisher}, {catalogue[key].title}" for key in keys),
        " ; ".join(datasets[key].vintage for key in loaded),
        bool(loaded),
    )


def filtered_areas(asked: AreaFilter) -> list[AreaRow]:
    """Every area that answers, in the order asked; unknown values come last in both directions."""
    rows = area_rows(asked.kind, codes=_codes(asked))
    if asked.text:
        wanted = fold(asked.text)
        code = asked.text.upper()
        rows = [row for row in rows if row.code == code or (wanted and wanted in fold(row.name))]
    if asked.key == NAME:
        return sorted(rows, key=lambda row: (fold(row.name), row.code), reverse=asked.descending)
    known = [row for row in rows if _value(row, asked.key) is not None]
    unknown = [row for row in rows if _value(row, asked.key) is None]
    known.sort(key=lambda row: _value(row, asked.key) or 0.0, reverse=asked.descending)
    return known + unknown


def _value(row: AreaRow, key: str) -> float | None:
    cell = row.values.get(key)
    return cell.value if cell else None


def _codes(asked: AreaFilter) -> list[str] | None:
    """Codes of the areas inside the région or the département asked; None for all of them."""
    if asked.kind is AreaKind.DEPARTEMENT and asked.region:
        return list(Departement.objects.filter(region_id=asked.region).values_list("code", flat=True))
    if asked.kind is AreaKind.EPCI and asked.departement:
        return list(
            Commune.objects.filter(departement_id=asked.departement, epci__isnull=False)
            .order_by()
            .values_list("epci_id", flat=True)
            .distinct()
        )
    return None


def parents(kind: AreaKind) -> list[tuple[str, str]]:
    """Code and name of the areas by which a kind is filtered (one query, or none)."""
    if kind is AreaKind.DEPARTEMENT:
        return list(Region.objects.order_by("name").values_list("code", "name"))
    if kind is AreaKind.EPCI:
        return list(departements())
    return []


def departements() -> list[tuple[str, str]]:
    """Code and name of the départements of the programme, by code (one query)."""
    return list(Departement.objects.filter(region__isnull=False).order_by("code").values_list("code", "name"))
