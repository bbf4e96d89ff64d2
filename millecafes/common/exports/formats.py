"""The formats: each writes a table into a stream, batch by batch, in constant memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from millecafes.common.exports.columns import Column, Table, safe_text, safe_texts
from millecafes.common.ods import MEDIA_TYPE, MOST_LINES, Sheet, Value, stream_ods

# Beyond, the XML of a spreadsheet may pass 2 GB.
MANY_CELLS = 5_000_000

# Told how many rows are written so far; may raise, to stop.
Watch = Callable[[int], None]


def nobody(count: int) -> None:
    """Watches nothing."""


def write_csv(table: Table, stream: IO[bytes], watch: Watch = nobody) -> None:
    """CSV as French spreadsheets open it: UTF-8 with BOM, semicolons, decimal commas."""
    # Half a character cannot be written: it is replaced, and nothing else is lost.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_text(column.heading) for column in table.columns])
    done = 0
    for count, values in table.batches():
        cells = [_csv_cells(column, found) for column, found in zip(table.columns, values, strict=True)]
        writer.writerows(zip(*cells, strict=True))
        done += count
        watch(done)
    text.flush()
    text.detach()


def _csv_cells(column: Column, values: list[Value]) -> list[Any]:
    if column.kind == "text":
        texts = [value if type(value) is str else _plain(value) for value in values]
        # No spreadsheet reads a file that holds this character.
        if "\0" in "".join(texts):
            texts = [text.replace("\0", "") for text in texts]
        return safe_texts(texts)
    if column.decimals:
        return [
            str(value).replace(".", ",") if type(value) is float else _csv_word(value) for value in values
        ]
    return [value if type(value) is int else _csv_word(value) for value in values]


def _plain(value: Value) -> str:
    return "" if value is None else str(value)


def _csv_word(value: Value) -> str:
    return safe_text(value.replace("\0", "")) if isinstance(value, str) else str(value).replace(".", ",")


def write_ods(table: Table, stream: IO[bytes], watch: Watch = nobody) -> None:
    """An OpenDocument spreadsheet: the table, then a sheet of definitions, sources and dates."""
    headings: tuple[Value, ...] = tuple(column.heading for column in table.columns)
    lines = _watched_lines(table, watch)
    notes: list[tuple[Value, ...]] = [("Colonne", "Unité", "Définition", "Source", "Millésime")]
    notes += [
        (column.label, column.unit, column.definition, column.source, column.vintage)
        for column in table.columns
    ]

    def sheets() -> Iterator[Sheet]:
        # No spreadsheet holds more lines: what follows is on another sheet, under the same headings.
        number, line = 1, next(lines, None)
        while line is not None or number == 1:
            name = table.title if number == 1 else f"{table.title} ({number})"
            part = _part(lines, line, MOST_LINES - 1)
            yield Sheet(name, len(headings), chain([headings], part))
            number, line = number + 1, next(lines, None)
        yield Sheet("Sources et définitions", 5, notes)

    stream_ods(stream, sheets(), large=table.length * len(headings) > MANY_CELLS)


def _watched_lines(table: Table, watch: Watch) -> Iterator[tuple[Value, ...]]:
    done = 0
    for count, values in table.batches():
        yield from zip(*values, strict=True)
        done += count
        watch(done)


def _part(
    lines: Iterator[tuple[Value, ...]], first: tuple[Value, ...] | None, most: int
) -> Iterator[tuple[Value, ...]]:
    if first is None:
        return
    yield first
    for _ in range(most - 1):
        line = next(lines, None)
        if line is None:
            return
        yield line


def _typed(column: Column, values: list[Value]) -> dict[str, list[Value]]:
    """A column for typed formats: numbers or null, and the words that say why they are null."""
    if column.kind == "text":
        return {column.key: values}
    words: list[Value] = [value if isinstance(value, str) else "connu" for value in values]
    numbers: list[Value] = [None if isinstance(value, str) else value for value in values]
    return {column.key: numbers, f"{column.key}_etat": words}


def _typed_columns(table: Table, values: list[list[Value]]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for column, column_values in zip(table.columns, values, strict=True):
        found |= _typed(column, column_values)
    return found


def write_parquet(table: Table, stream: IO[bytes], watch: Watch = nobody) -> None:
    """A Parquet file; each field carries its label, unit, definition, source and vintage."""
    import pyarrow as pa
    from pyarrow import parquet

    fields = []
    for column in table.columns:
        if column.kind == "text":
            fields.append(pa.field(column.key, pa.string(), metadata=column.described))
        else:
            number = pa.float64() if column.decimals else pa.int64()
            fields.append(pa.field(column.key, number, metadata=column.described))
            fields.append(pa.field(f"{column.key}_etat", pa.string()))
    schema = pa.schema(fields, metadata={"title": table.title})
    done = 0
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for count, values in table.batches():
            typed = _typed_columns(table, [_encodable(found) for found in values])
            writer.write_table(pa.Table.from_pydict(typed, schema=schema))
            done += count
            watch(done)


def _encodable(values: list[Value]) -> list[Value]:
    return [
        value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
        for value in values
    ]


def write_geojson(table: Table, stream: IO[bytes], watch: Watch = nobody) -> None:
    """A GeoJSON collection; a row without a known place has a null geometry."""
    keys = [column.key for column in table.columns]
    head = {
        "type": "FeatureCollection",
        "name": table.title,
        "columns": {column.key: column.described for column in table.columns},
    }
    stream.write(_json(head)[:-1] + b',"features":[')
    done, comma = 0, b""
    for count, values in table.batches():
        places = values[keys.index(table.geometry_key)] if table.geometry_key in keys else [None] * count
        typed = _typed_columns(table, values)
        for place, properties in zip(places, zip(*typed.values(), strict=True), strict=True):
            feature = {
                "type": "Feature",
                "geometry": table.geometries.get(str(place)),
                "properties": dict(zip(typed, properties, strict=True)),
            }
            stream.write(comma + _json(feature))
            comma = b","
        done += count
        watch(done)
    stream.write(b"]}")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


@dataclass(frozen=True)
class Format:
    """One format of export."""

    label: str
    content_type: str
    write: Callable[[Table, IO[bytes], Watch], None]


def content_of(table: Table, extension: str) -> bytes:
    """A small table as a file in memory."""
    stream = io.BytesIO()
    FORMATS[extension].write(table, stream, nobody)
    return stream.getvalue()


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", write_csv),
    "ods": Format("ODS", MEDIA_TYPE, write_ods),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", write_parquet),
    "geojson": Format("GeoJSON", "application/geo+json", write_geojson),
}
