"""Rows of the commune page in plain SQL.

Measured: on this page the ORM spends more time writing these six statements than the database
answering them. Names of tables come from the models; every value is a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from millecafes.territory.enums import Service, SupplyBasis
from millecafes.territory.models import AccessTime, Commune, CommuneShape, IndicatorValue, Supply

Rows = list[tuple[Any, ...]]

_COMMUNE, _ACCESS = Commune._meta.db_table, AccessTime._meta.db_table
_VALUE, _SUPPLY, _SHAPE = (model._meta.db_table for model in (IndicatorValue, Supply, CommuneShape))

# S608 does not apply: only table names of the models are put into the statements.
_ACCESS_SQL = f"""
    SELECT a.service, a.minutes, a.low, a.high, a.second_minutes, a.second_low, a.second_high,
           a.provenance, a.basis, a.terrain, n.code, n.name, n.slug, s.code, s.name, s.slug
    FROM {_ACCESS} a
    LEFT JOIN {_COMMUNE} n ON n.code = a.nearest_id
    LEFT JOIN {_COMMUNE} s ON s.code = a.second_id
    WHERE a.commune_id = %s
"""  # noqa: S608
_VALUE_SQL = f"SELECT indicator, value, status, dataset_id, category FROM {_VALUE} WHERE commune_id = %s"  # noqa: S608
_SUPPLY_SQL = (
    f"SELECT commune_id, service, count, dataset_id FROM {_SUPPLY} WHERE count > 0 AND commune_id IN "  # noqa: S608
)
_BOX_SQL = f"""
    SELECT code, name, slug, lon, lat, population FROM {_COMMUNE}
    WHERE lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s
"""  # noqa: S608
_SHAPE_SQL = f"SELECT commune_id, wkb FROM {_SHAPE} WHERE commune_id IN "  # noqa: S608
_CAFE_SQL = f"""
    SELECT a.commune_id, a.minutes, n.name, a.provenance FROM {_ACCESS} a
    LEFT JOIN {_COMMUNE} n ON n.code = a.nearest_id
    WHERE a.service = %s AND a.basis = %s AND a.commune_id IN
"""  # noqa: S608


class AccessRow(NamedTuple):
    """Minutes of a commune to a service, with the code, name and slug of the two nearest."""

    service: str
    minutes: float | None
    low: float | None
    high: float | None
    second_minutes: float | None
    second_low: float | None
    second_high: float | None
    provenance: str
    basis: str
    terrain: float
    nearest: tuple[str, str, str] | None
    second: tuple[str, str, str] | None


def _fetch(sql: str, values: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: Rows = cursor.fetchall()
    return rows


def _among(codes: Sequence[str]) -> str:
    return f"({', '.join(['%s'] * len(codes))})"


def _places(row: tuple[Any, ...]) -> tuple[Any, Any]:
    return (row[10:13] if row[10] else None), (row[13:16] if row[13] else None)


def access_rows(code: str) -> dict[str, AccessRow]:
    """Minutes of a commune, by service."""
    return {row[0]: AccessRow._make((*row[:10], *_places(row))) for row in _fetch(_ACCESS_SQL, [code])}


def value_rows(code: str) -> Rows:
    """Indicator, value, status, dataset and category of every value of a commune."""
    return _fetch(_VALUE_SQL, [code])


def supply_rows_of(codes: Sequence[str]) -> Rows:
    """Commune, service, count and dataset (null: declared) of the places of some communes."""
    return _fetch(_SUPPLY_SQL + _among(codes), codes)


def box_rows(south: float, north: float, west: float, east: float) -> Rows:
    """Code, name, slug, longitude, latitude and population of the communes of a box."""
    return _fetch(_BOX_SQL, [south, north, west, east])


def shape_rows(codes: Sequence[str]) -> Rows:
    """Code and contour of some communes."""
    return _fetch(_SHAPE_SQL + _among(codes), codes) if codes else []


def cafe_rows(codes: Sequence[str]) -> Rows:
    """Commune, minutes to its first café, where that is, provenance; where cafés are counted."""
    values = [Service.DRINKS.value, SupplyBasis.LOADED.value, *codes]
    return _fetch(_CAFE_SQL + _among(codes), values) if codes else []
