"""Exports of a table whose columns are declared once: CSV, ODS, Parquet, GeoJSON.

Every format holds the numbers of the screen, rounded as they are there. Where a number is unknown, the
screen's word stands in its place (CSV, ODS); typed formats hold null, and the word in `<key>_etat`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from millecafes.common.ods import MEDIA_TYPE, Value, write_ods

# What spreadsheets take for the beginning of a formula, plain or full-width, whatever the blanks before.
_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠|%]|^[\t\r\n]")


@dataclass(frozen=True)
class Column:
    """One column: how it is called, what it holds and where it comes from."""

    key: str
    label: str
    unit: str = ""
    kind: Literal["text", "number"] = "text"
    decimals: int = 0
    definition: str = ""
    source: str = ""
    vintage: str = ""

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Table:
    """What is exported. A `str` in a number column is the word that says why the number is unknown."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Value]]
    geometries: Mapping[str, Any] = field(default_factory=dict)
    geometry_key: str = "code"

    def cell(self, row: Mapping[str, Value], column: Column) -> Value:
        """The value shown: numbers rounded as on the screen, unknown in words."""
        value = row.get(column.key)
        if column.kind == "text" or isinstance(value, str):
            return value
        if value is None:
            return "inconnu"
        return round(value, column.decimals) if column.decimals else round(value)


def safe_text(text: str) -> str:
    """A text that no spreadsheet reads as a formula: an apostrophe is put before those that look like one."""
    return f"'{text}" if _FORMULA.match(text) else text


def to_csv(table: Table) -> bytes:
    """CSV as French spreadsheets open it: UTF-8 with BOM, semicolons, decimal commas."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_text(column.heading) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(table.cell(row, column)) for column in table.columns])
    return stream.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value) -> str:
    if isinstance(value, str):
        return safe_text(value.replace("\0", ""))
    return "" if value is None else str(value).replace(".", ",")


def to_ods(table: Table) -> bytes:
    """An OpenDocument spreadsheet: the table, then a sheet of definitions, sources and dates."""
    lines: list[list[Value]] = [[column.heading for column in table.columns]]
    lines += [[table.cell(row, column) for column in table.columns] for row in table.rows]
    notes: list[list[Value]] = [["Colonne", "Unité", "Définition", "Source", "Millésime"]]
    notes += [
        [column.label, column.unit, column.definition, column.source, column.vintage]
        for column in table.columns
    ]
    return write_ods([(table.title, lines), ("Sources et définitions", notes)])


def _typed(table: Table, row: Mapping[str, Value]) -> dict[str, Value]:
    """A row for typed formats: numbers or null, and the word that says why it is null."""
    found: dict[str, Value] = {}
    for column in table.columns:
        value = table.cell(row, column)
        if column.kind == "text":
            found[column.key] = value
        else:
            word = value if isinstance(value, str) else None
            found[column.key] = None if word else value
            found[f"{column.key}_etat"] = word or "connu"
    return found


def _described(table: Table) -> dict[str, dict[str, str]]:
    return {
        column.key: {
            "label": column.label,
            "unit": column.unit,
            "definition": column.definition,
            "source": column.source,
            "vintage": column.vintage,
        }
        for column in table.columns
    }


def to_parquet(table: Table) -> bytes:
    """A Parquet file; each field carries its label, unit, definition, source and vintage."""
    import pyarrow as pa
    from pyarrow import parquet

    described = _described(table)
    fields = []
    for column in table.columns:
        if column.kind == "text":
            fields.append(pa.field(column.key, pa.string(), metadata=described[column.key]))
        else:
            number = pa.float64() if column.decimals else pa.int64()
            fields.append(pa.field(column.key, number, metadata=described[column.key]))
            fields.append(pa.field(f"{column.key}_etat", pa.string()))
    schema = pa.schema(fields, metadata={"title": table.title})
    stream = io.BytesIO()
    rows = [_typed(table, row) for row in table.rows]
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), stream, compression="zstd")
    return stream.getvalue()


def to_geojson(table: Table) -> bytes:
    """A GeoJSON collection; a row without a known contour has a null geometry."""
    features = [
        {
            "type": "Feature",
            "geometry": table.geometries.get(str(row[table.geometry_key])),
            "properties": _typed(table, row),
        }
        for row in table.rows
    ]
    collection = {
        "type": "FeatureCollection",
        "name": table.title,
        "columns": _described(table),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Format:
    """One format of export."""

    label: str
    content_type: str
    write: Callable[[Table], bytes]


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", to_csv),
    "ods": Format("ODS", MEDIA_TYPE, to_ods),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", to_parquet),
    "geojson": Format("GeoJSON", "application/geo+json", to_geojson),
}


def export_response(table: Table, extension: str) -> HttpResponse:
    """The file to download, in one of `FORMATS`."""
    chosen = FORMATS[extension]
    response = HttpResponse(chosen.write(table), content_type=chosen.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=f"{table.name}.{extension}")
    response["Content-Disposition"] = disposition or "attachment"
    return response
