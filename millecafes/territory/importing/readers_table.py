"""Open a file of any accepted format as rows of chosen columns, refusing what is broken.

CSV (any usual separator, UTF-8 with or without BOM), XLSX, Parquet, JSON, and zips of CSV or XLSX.
The format is read from the content, not from the name. Memory stays small: rows are streamed.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from millecafes.territory.importing.errors import SourceError

Select = Callable[[str, Sequence[str]], list[int]]
Rows = Iterator[tuple[int, tuple[Any, ...]]]

MB = 1_000_000
MAX_LINE = 1 * MB
HEADER_SEARCH = 15  # official spreadsheets open with four or five lines of titles
BATCH = 65_536


@dataclass
class Table:
    """The chosen columns of a file: its header, and rows as (line number, cells)."""

    name: str
    header: list[str]
    rows: Rows


def open_table(path: Path, select: Select, *, max_bytes: int, files: ExitStack) -> Table:
    """Open `path`; `select(name, header)` gives the wanted column numbers or raises SourceError.

    No more than `max_bytes` are ever unpacked. `files` closes what is opened here.
    """
    with path.open("rb") as file:
        head = file.read(512)
    _refuse_web_page(path.name, head)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1"):
        return _parquet(path, select, files)
    if head.startswith(b"PK"):
        return _archive(path, select, max_bytes, files)
    if suffix in {".zip", ".xlsx", ".parquet"}:
        raise SourceError(path.name, "un contenu d’une autre nature", f"un fichier {suffix[1:]}")
    if head.startswith(b"\x1f\x8b"):
        raise SourceError(path.name, "un fichier gzip", "un fichier csv, xlsx, parquet, json ou zip")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        return _json(path, select, max_bytes)
    return _csv(path.name, files.enter_context(path.open("rb")), select, max_bytes)


def _refuse_web_page(name: str, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise SourceError(
            name, "une page web (sans doute un message d’erreur du site)", "un fichier de données", line=1
        )


# ---------------------------------------------------------------- CSV


def _lines(name: str, stream: IO[bytes], max_bytes: int) -> Iterator[str]:
    """Decoded lines; refuses NUL, other encodings, endless lines and endless files."""
    number = read = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        read += len(raw)
        if len(raw) > MAX_LINE:
            raise SourceError(name, "une ligne de plus d’un mégaoctet", "des lignes courtes", line=number)
        if read > max_bytes:
            raise SourceError(name, f"plus de {max_bytes // MB} Mo une fois ouvert", "un fichier plus petit")
        if number == 1:
            if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise SourceError(name, "un texte en UTF-16", "un texte en UTF-8", line=1)
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if b"\0" in raw:
            raise SourceError(name, "un caractère nul", "du texte", line=number)
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = raw[error.start]
            raise SourceError(name, f"l’octet 0x{byte:02X}", "un texte en UTF-8", line=number) from None


def _unpacked(name: str, lines: Iterator[str]) -> Iterator[str]:
    """The same lines, with the failures of a truncated or corrupt archive told in words."""
    try:
        yield from lines
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        raise SourceError(name, "une archive tronquée ou abîmée", "une archive complète") from None


def _csv(name: str, stream: IO[bytes], select: Select, max_bytes: int) -> Table:
    lines = _unpacked(name, _lines(name, stream, max_bytes))
    first = next(lines, "")
    if not first.strip():
        raise SourceError(name, "un fichier vide", "une ligne d’en-tête", line=1)
    delimiter = max(";,\t", key=first.count)
    header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter))]
    wanted = select(name, header)
    return Table(name, header, _csv_rows(name, lines, delimiter, len(header), wanted))


def _csv_rows(name: str, lines: Iterator[str], delimiter: str, width: int, wanted: list[int]) -> Rows:
    reader = csv.reader(lines, delimiter=delimiter)
    pick = itemgetter(*wanted)
    single = len(wanted) == 1
    try:
        for row in reader:
            if not row:
                continue
            if len(row) != width:
                raise SourceError(name, f"{len(row)} colonnes", f"{width} colonnes", line=reader.line_num + 1)
            yield reader.line_num + 1, (pick(row),) if single else pick(row)
    except csv.Error as error:
        raise SourceError(
            name, f"une ligne illisible ({error})", "un csv", line=reader.line_num + 1
        ) from None


# ---------------------------------------------------------------- zip, XLSX


def _archive(path: Path, select: Select, max_bytes: int, files: ExitStack) -> Table:
    try:
        archive = files.enter_context(zipfile.ZipFile(path))
    except zipfile.BadZipFile:
        raise SourceError(path.name, "une archive tronquée ou abîmée", "une archive complète") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    if any(member.filename == "[Content_Types].xml" for member in members):
        _refuse_bomb(path.name, sum(member.file_size for member in members), max_bytes)
        return _xlsx(path.name, files.enter_context(path.open("rb")), select, files)
    return _best_member(archive, members, select, max_bytes, files)


def _refuse_bomb(name: str, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise SourceError(
            name, f"{size // MB} Mo une fois décompressé", f"au plus {max_bytes // MB} Mo pour cette source"
        )


def _best_member(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    select: Select,
    max_bytes: int,
    files: ExitStack,
) -> Table:
    """The first member, largest first, whose header is the expected one."""
    name = Path(archive.filename or "").name
    first_error: SourceError | None = None
    usable = [m for m in members if m.filename.lower().endswith((".csv", ".xlsx", ".txt"))]
    for member in sorted(usable, key=lambda member: -member.file_size):
        label = f"{name} › {member.filename}"
        _refuse_bomb(label, member.file_size, max_bytes)
        try:
            if member.filename.lower().endswith(".xlsx"):
                return _xlsx(label, io.BytesIO(archive.read(member)), select, files)
            return _csv(label, files.enter_context(archive.open(member)), select, max_bytes)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise SourceError(label, "une archive tronquée ou abîmée", "une archive complète") from None
        except SourceError as error:
            first_error = first_error or error
    raise first_error or SourceError(name, "une archive sans csv ni xlsx", "une archive de csv ou de xlsx")


def _xlsx(name: str, stream: IO[bytes], select: Select, files: ExitStack) -> Table:
    from openpyxl import load_workbook

    try:
        book = load_workbook(stream, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError):
        raise SourceError(name, "un classeur illisible", "un classeur xlsx") from None
    files.callback(book.close)
    best: SourceError | None = None
    for sheet in book.worksheets:
        label = f"{name} › {sheet.title}"
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        for number, row in rows:
            header = ["" if cell is None else str(cell).strip() for cell in row]
            try:
                wanted = select(label, header)
            except SourceError as error:
                if best is None or sum(map(bool, header)) > 1:
                    best = SourceError(label, error.found, error.expected, line=number)
            else:
                return Table(label, header, _xlsx_rows(rows, wanted))
            if number >= HEADER_SEARCH:
                break
    raise best or SourceError(name, "un classeur vide", "une feuille de données")


def _xlsx_rows(rows: Iterator[tuple[int, tuple[Any, ...]]], wanted: list[int]) -> Rows:
    for number, row in rows:
        if any(cell is not None for cell in row):
            yield number, tuple(row[index] if index < len(row) else None for index in wanted)


# ---------------------------------------------------------------- Parquet, JSON


def _parquet(path: Path, select: Select, files: ExitStack) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = files.enter_context(pq.ParquetFile(path))
    except (pa.ArrowInvalid, OSError):
        raise SourceError(path.name, "un fichier parquet tronqué ou abîmé", "un fichier complet") from None
    header = list(file.schema_arrow.names)
    wanted = select(path.name, header)

    def rows() -> Rows:
        number = 0
        try:
            for batch in file.iter_batches(BATCH, columns=sorted({header[i] for i in wanted})):
                columns = [batch.column(header[i]).to_pylist() for i in wanted]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield number, cells
        except (pa.ArrowInvalid, OSError):
            raise SourceError(
                path.name, "un fichier parquet abîmé", "un fichier complet", line=number
            ) from None

    return Table(path.name, header, rows())


def _json(path: Path, select: Select, max_bytes: int) -> Table:
    if path.stat().st_size > max_bytes:
        raise SourceError(path.name, f"plus de {max_bytes // MB} Mo", "un fichier plus petit")
    try:
        data = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceError(path.name, "un json illisible ou tronqué", "une liste json") from None
    records = data.get("results") if isinstance(data, dict) else data
    if not isinstance(records, list) or not records or not all(isinstance(r, dict) for r in records):
        raise SourceError(path.name, "un json d’une autre forme", "une liste d’objets")
    flat = [_flat(record) for record in records]
    header = list(dict.fromkeys(key for record in flat for key in record))
    wanted = [header[index] for index in select(path.name, header)]
    rows = ((n, tuple(record.get(key) for key in wanted)) for n, record in enumerate(flat, start=1))
    return Table(path.name, header, rows)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Simple fields, and the point of a GeoJSON geometry as `lon` and `lat`."""
    flat = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    for value in record.values():
        if isinstance(value, dict) and value.get("type") == "Point":
            with suppress(KeyError, TypeError, ValueError):
                flat["lon"], flat["lat"] = value["coordinates"]
    return flat
