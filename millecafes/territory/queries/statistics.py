"""Figures of areas, national key figures, and where a commune stands among comparable ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from millecafes.territory.catalogue import SOURCES
from millecafes.territory.enums import AreaKind, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.indicators import AREA_INDICATORS
from millecafes.territory.models import (
    AccessTime,
    AreaStatistic,
    Commune,
    Departement,
    Distribution,
    Epci,
    IndicatorValue,
    Region,
)
from millecafes.territory.queries.datasets import current_datasets

FRANCE = "FR"
ALL_UNDER_3500 = 0
"""The density level under which the distribution of all communes under 3,500 inhabitants is kept."""

# The source of figures that rest on the packages alone.
_PACKAGE = "decoupage_administratif"
_PACKAGE_SOURCE = "INSEE, populations municipales et code officiel géographique"

NATIONAL_KEYS = (
    "communes_eligible",
    "population_eligible_share",
    "no_drinks_share",
    "no_food_share",
)


@dataclass(frozen=True)
class Cell:
    """One aggregated value: None when unknown, and how many of the communes concerned it rests on."""

    value: float | None
    status: ValueStatus
    known: int
    total: int


@dataclass(frozen=True)
class AreaRow:
    """One area with the value of each indicator asked for."""

    code: str
    name: str
    values: dict[str, Cell]


@dataclass(frozen=True)
class Figure:
    """A national key figure with what it takes to quote it. `value` None: unknown, never zero."""

    key: str
    label: str
    value: float | None
    unit: str
    decimals: int
    definition: str
    source: str
    vintage: str

    @property
    def known(self) -> bool:
        """Whether there is a figure to show."""
        return self.value is not None


def minutes_key(service: Service) -> str:
    """The key of the distribution of minutes to a service."""
    return f"minutes:{service.value}"


def distributions(density: int | None, indicators: Collection[str]) -> dict[str, Distribution]:
    """Distributions among the communes of a density level, by indicator (one query).

    Without a level (grid not loaded): among all communes under 3,500 inhabitants.
    """
    rows = Distribution.objects.filter(density=density or ALL_UNDER_3500, indicator__in=indicators)
    return {row.indicator: row for row in rows}


def national_figures() -> list[Figure]:
    """The key figures of the programme for France, each with definition, source and date (two queries)."""
    stored = {
        row.indicator: row
        for row in AreaStatistic.objects.filter(
            kind=AreaKind.FRANCE, code=FRANCE, indicator__in=NATIONAL_KEYS
        )
    }
    datasets = current_datasets()
    figures = []
    for key in NATIONAL_KEYS:
        indicator, row = AREA_INDICATORS[key], stored.get(key)
        dataset = datasets.get(indicator.source or _PACKAGE)
        source = SOURCES.get(indicator.source)
        figures.append(
            Figure(
                key=key,
                label=indicator.label,
                value=row.value if row else None,
                unit=indicator.unit,
                decimals=indicator.decimals,
                definition=indicator.definition,
                source=f"{source.publisher}, {source.title}" if source else _PACKAGE_SOURCE,
                vintage=dataset.vintage if dataset else "",
            )
        )
    return figures


def area_names(kind: AreaKind) -> dict[str, str]:
    """Names of the areas of a kind, by code."""
    if kind is AreaKind.FRANCE:
        return {FRANCE: "France"}
    managers = {
        AreaKind.REGION: Region.objects,
        AreaKind.DEPARTEMENT: Departement.objects,
        AreaKind.EPCI: Epci.objects,
    }
    return dict(managers[kind].values_list("pk", "name"))


def area_rows(
    kind: AreaKind, *, indicators: Collection[str] | None = None, codes: Collection[str] | None = None
) -> list[AreaRow]:
    """The areas of a kind, by name, with the value of each indicator (two queries at most).

    `codes` keeps some areas only; an indicator never computed is absent from `values`.
    """
    kind = AreaKind(kind)
    rows = AreaStatistic.objects.filter(kind=kind)
    if indicators is not None:
        rows = rows.filter(indicator__in=indicators)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    values: dict[str, dict[str, Cell]] = {}
    for code, key, value, status, known, total in rows.values_list(
        "code", "indicator", "value", "status", "known", "total"
    ):
        values.setdefault(code, {})[key] = Cell(value, ValueStatus(status), known, total)
    names = area_names(kind)
    found = [AreaRow(code, names.get(code, code), cells) for code, cells in values.items()]
    return sorted(found, key=lambda row: (row.name, row.code))


def membership_rows() -> list[tuple[str, int | None, str, str | None, str | None]]:
    """Code, population, département, région and EPCI of every commune of the programme, by code."""
    return list(
        Commune.objects.exclude(zone=Zone.COM)
        .order_by("code")
        .values_list("code", "population", "departement_id", "departement__region_id", "epci_id")
    )


def indicator_rows(key: str) -> list[tuple[str, float | None, int]]:
    """Commune, value and dataset of one indicator where it is known."""
    return list(
        IndicatorValue.objects.filter(indicator=key, status=ValueStatus.OK, value__isnull=False).values_list(
            "commune_id", "value", "dataset_id"
        )
    )


def minutes_rows(service: Service) -> list[tuple[str, float | None]]:
    """Commune and minutes to a service, where its source is loaded."""
    return list(
        AccessTime.objects.filter(
            service=service, basis=SupplyBasis.LOADED, minutes__isnull=False
        ).values_list("commune_id", "minutes")
    )
