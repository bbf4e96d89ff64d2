"""Supply, datasets and small maps for the tests of minutes and statistics."""

from __future__ import annotations

import datetime as dt

from millecafes.territory.enums import Service
from millecafes.territory.models import AccessTime, Commune, Dataset, IndicatorValue, Supply
from tests.factories.territory import make_commune

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


def make_dataset(source: str, vintage: str = "2026", *, is_current: bool = True) -> Dataset:
    """A loaded dataset."""
    return Dataset.objects.create(source=source, vintage=vintage, loaded_at=NOW, is_current=is_current)


def make_supply(dataset: Dataset, service: Service, **counts: int) -> None:
    """Places per commune; codes are given as keywords c81294=2."""
    for code, count in counts.items():
        Supply.objects.create(commune_id=code[1:], service=service, count=count, dataset=dataset)


def make_values(dataset: Dataset, indicator: str, **values: float) -> None:
    """Values of an indicator per commune; codes are given as keywords c81294=7."""
    for code, value in values.items():
        IndicatorValue.objects.create(
            commune_id=code[1:], indicator=indicator, value=value, dataset=dataset, status="ok"
        )


def make_road(*populations: int, first: int = 81001) -> list[Commune]:
    """Communes along a parallel, a tenth of a degree (8.03 km) apart, from west to east."""
    return [
        make_commune(
            str(first + i), f"Village {i}", population=people, lon=2.0 + i / 10, lat=43.8, postal_code="81000"
        )
        for i, people in enumerate(populations)
    ]


def minutes_to(service: Service) -> dict[str, tuple[float | None, str | None, float | None, str | None]]:
    """Minutes, nearest, second minutes and second nearest of every commune, rounded to 0.01."""
    return {
        row.commune_id: (
            None if row.minutes is None else round(row.minutes, 2),
            row.nearest_id,
            None if row.second_minutes is None else round(row.second_minutes, 2),
            row.second_id,
        )
        for row in AccessTime.objects.filter(service=service)
    }
