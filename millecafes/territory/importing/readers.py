"""Readers: from a file in a source's format to figures by the file's own commune codes.

Nothing here knows the database nor today's communes; `convert` does that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from millecafes.territory.catalogue import Category, FileRule, Source
from millecafes.territory.enums import ValueStatus
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers_columns import (
    check_vintage,
    columns_by_year,
    commune_code,
    find_column,
    full_year,
    number,
    readable,
)
from millecafes.territory.importing.readers_table import MB, Table, open_table
from millecafes.territory.indicators import INDICATORS


class Cell(NamedTuple):
    """One figure of one commune."""

    value: float | None
    category: str = ""
    status: ValueStatus = ValueStatus.OK


class Movement(NamedTuple):
    """One line of the COG movement file."""

    kind: str
    on: str
    type_before: str
    before: str
    type_after: str
    after: str
    label: str


@dataclass
class Mapped:
    """What a file says, by the file's own codes."""

    file: str
    vintage: str
    geo_vintage: str
    years: dict[str, str] = field(default_factory=dict)
    """Indicator → year of its column, where it is not that of the vintage."""
    rows: int = 0
    supply: dict[str, dict[str, float]] = field(default_factory=dict)
    values: dict[str, dict[str, Cell]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One file to read; `files` closes what reading opened."""

    path: Path
    source: Source
    rule: FileRule
    this_year: int
    files: ExitStack


@dataclass
class Sheet:
    """A file opened on the columns its rule names."""

    table: Table
    slots: dict[str, list[int]]
    vintage: str = ""
    years: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Line numbers and cells."""
        return self.table.rows

    def at(self, name: str) -> int:
        """Position of a column that stands for one cell."""
        return self.slots[name][0]


def open_sheet(job: Job, extra: dict[str, str] | None = None) -> Sheet:
    """Open a file on the key and columns of its rule (and `extra` ones); refuse another header."""
    rule = job.rule
    patterns = {**rule.columns, **{name: (pattern,) for name, pattern in (extra or {}).items()}}
    if rule.key:
        patterns["key"] = (rule.key,)
    if rule.vintage_from.startswith("field:"):
        patterns["vintage"] = (rule.vintage_from.removeprefix("field:"),)
    slots: dict[str, list[int]] = {}
    dated: dict[str, int] = {}
    seen: dict[str, str] = {}

    def select(name: str, header: Any) -> list[int]:
        wanted: list[int] = []
        slots.clear()
        for column, choices in patterns.items():
            found = [find_column(name, header, pattern) for pattern in choices]
            slots[column] = []
            for year, index in filter(None, found):
                if index not in wanted:
                    wanted.append(index)
                slots[column].append(wanted.index(index))
                if year:
                    dated[column] = year
        if rule.vintage_from.startswith("column:"):
            pattern = rule.vintage_from.removeprefix("column:")
            years = columns_by_year(header, pattern)
            if not years:
                raise SourceError(
                    name, "un en-tête sans millésime", f"une colonne {readable(pattern)}", line=1
                )
            seen["vintage"] = str(years[0][0])
        return wanted

    # Unpacked, a file weighs at most forty times what the catalogue says of its download.
    max_bytes = int(max(200, job.source.size_mb * 40)) * MB
    table = open_table(job.path, select, max_bytes=max_bytes, files=job.files)
    return Sheet(table, slots, seen.get("vintage", ""), dated)


def new_result(job: Job, found: str = "") -> Mapped:
    """An empty result with its vintages: found in the file, in its name, or else the catalogue's."""
    path, source, rule = job.path, job.source, job.rule
    vintage, declared = found, rule.vintage or source.vintage
    if not vintage and rule.vintage_from.startswith("name:"):
        match = re.search(rule.vintage_from.removeprefix("name:"), path.stem, re.IGNORECASE)
        vintage = match.group(1) if match else ""
    vintage = vintage or declared
    geo = rule.geo_vintage or source.geo_vintage
    check_vintage(path.name, vintage, job.this_year)
    if rule.latest_vintage and vintage[:4] > rule.latest_vintage:
        raise SourceError(
            path.name,
            f"le millésime {vintage}",
            f"au plus {rule.latest_vintage} sous ce format (codes changés)",
        )
    # Another vintage than the catalogue's: its geography is not known.
    same = vintage[:4] == declared[:4]
    return Mapped(path.name, vintage, geo if same else "")


def begin(job: Job, extra: dict[str, str] | None = None) -> tuple[Sheet, Mapped]:
    """The file opened, and the result to fill."""
    sheet = open_sheet(job, extra)
    result = new_result(job, sheet.vintage)
    vintage = full_year(result.vintage[:4])
    result.years = {
        name: str(year) for name, year in sheet.years.items() if name in INDICATORS and year != vintage
    }
    return sheet, result


class Keys:
    """Commune codes met so far: refuses a key given twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.padded = 0

    def read(self, value: Any, line: int) -> str | None:
        """A code, counting those repaired."""
        code = commune_code(value, self.file, line)
        if code is not None and len(str(value).strip()) == 4:
            self.padded += 1
        return code

    def once(self, code: str, line: int) -> None:
        """Refuse a code already met."""
        if code in self.lines:
            raise SourceError(
                self.file,
                f"la commune {code} une deuxième fois (déjà ligne {self.lines[code]})",
                "une ligne par commune",
                line=line,
            )
        self.lines[code] = line

    def notes(self) -> list[str]:
        """What had to be repaired."""
        return [f"{self.padded} codes de 4 chiffres complétés d’un zéro"] if self.padded else []


# ---------------------------------------------------------------- one row per commune


def read_wide(job: Job) -> Mapped:
    """One row per commune, one column (or a sum of columns) per indicator, labels for categories."""
    rule = job.rule
    extra = {f"category:{key}": category.column for key, category in rule.categories.items()}
    if rule.weight:
        extra["weight"] = rule.weight
    sheet, result = begin(job, extra)
    name, keys, key_at = sheet.table.name, Keys(sheet.table.name), sheet.at("key")
    indicators = [column for column in rule.columns if column not in rule.keep]
    result.values = {key: {} for key in (*indicators, *rule.categories)}
    for line, cells in sheet.rows():
        if any(cells[sheet.at(column)] not in accepted for column, accepted in rule.keep.items()):
            continue
        code = keys.read(cells[key_at], line)
        if code is None:
            continue
        row = {key: sum_of(cells, sheet.slots[key], name, line) for key in indicators}
        row |= {
            key: _label(cells[sheet.at(f"category:{key}")], category, name, line)
            for key, category in rule.categories.items()
        }
        if _is_repeated(rule, result, code, row):
            continue
        keys.once(code, line)
        for key, cell in row.items():
            result.values[key][code] = cell
        if rule.weight and (weight := number(cells[sheet.at("weight")], name, line)[0]):
            result.weights[code] = weight
    result.rows, result.notes = len(keys.lines), keys.notes()
    return result


def _is_repeated(rule: FileRule, result: Mapped, code: str, row: dict[str, Cell]) -> bool:
    """Whether a file that repeats rows says the same thing again."""
    return rule.repeated_rows and all(result.values[key].get(code) == cell for key, cell in row.items())


def sum_of(cells: tuple[Any, ...], positions: list[int], name: str, line: int) -> Cell:
    """The sum of some cells of a row; unknown as soon as one of them is."""
    total = 0.0
    for position in positions:
        value, status = number(cells[position], name, line)
        if value is None:
            return Cell(None, "", status)
        if value < 0:
            raise SourceError(name, f"le nombre négatif {value:g}", "un nombre positif ou nul", line=line)
        total += value
    return Cell(total)


def _label(value: Any, category: Category, name: str, line: int) -> Cell:
    """A label as a category: its level, or the status it stands for."""
    text = "" if value is None else str(value).strip()
    if category.numbered:
        if not text:
            return Cell(0.0)
        match = re.match(r"^(\d+)\s*-\s*(.+)$", text)
        if not match:
            raise SourceError(name, f"« {text[:60]} »", "un numéro, un tiret et un nom", line=line)
        return Cell(float(match.group(1)), match.group(2)[:80])
    if not text:
        return Cell(None, "", ValueStatus.ND)
    level = category.levels.get(text)
    if level is None:
        expected = " ; ".join(list(category.levels)[:4])
        raise SourceError(name, f"« {text[:60]} »", f"l’un de : {expected}…", line=line)
    if isinstance(level, int):
        return Cell(float(level), text[:80])
    if "=" in level:
        value, _, label = level.partition("=")
        return Cell(float(value), label[:80])
    return Cell(None, "", ValueStatus(level))


# ---------------------------------------------------------------- several rows per commune


def read_iris(job: Job) -> Mapped:
    """Neighbourhood rows with percentages: turned into counts, then summed by commune."""
    rule = job.rule
    extra = {f"share:{key}": share["column"] for key, share in rule.shares.items()}
    sheet, result = begin(job, extra)
    name, keys, key_at = sheet.table.name, Keys(sheet.table.name), sheet.at("key")
    parts: dict[str, dict[str, list[Cell]]] = {
        key: defaultdict(list) for key in (*rule.columns, *rule.shares)
    }
    for line, cells in sheet.rows():
        code = keys.read(cells[key_at], line)
        if code is None:
            continue
        result.rows += 1
        row = {key: sum_of(cells, sheet.slots[key], name, line) for key in rule.columns}
        for key, share in rule.shares.items():
            row[key] = _part(sum_of(cells, sheet.slots[f"share:{key}"], name, line), row[share["of"]])
        for key, cell in row.items():
            parts[key][code].append(cell)
    result.values = {
        key: {code: add_cells(cells) for code, cells in by_code.items()} for key, by_code in parts.items()
    }
    result.notes = keys.notes()
    return result


def _part(share: Cell, whole: Cell) -> Cell:
    """A percentage of a count, as a count; nobody is a part of nobody."""
    if whole.value == 0:
        return Cell(0.0)
    if share.value is None or whole.value is None:
        return share if share.value is None else whole
    return Cell(share.value * whole.value / 100)


def add_cells(cells: list[Cell]) -> Cell:
    """The sum, or the first missing part's status: a sum with an unknown part is unknown."""
    missing = next((cell for cell in cells if cell.value is None), None)
    return Cell(None, "", missing.status) if missing else Cell(sum(cell.value or 0.0 for cell in cells))


def read_filosofi_long(job: Job) -> Mapped:
    """Melodi long format: one row per (commune, measure), secrecy told by CONF_STATUS."""
    rule = job.rule
    sheet, result = begin(job)
    name = sheet.table.name
    wanted = {measure: key for key, measure in rule.measures.items()}
    keys = {key: Keys(name) for key in rule.measures}
    result.values = {key: {} for key in rule.measures}
    at = {column: sheet.at(column) for column in (*rule.columns, "key")}
    for line, cells in sheet.rows():
        key = wanted.get(cells[at["measure"]])
        if key is None or cells[at["object"]] != "COM":
            continue
        code = keys[key].read(cells[at["key"]], line)
        if code is None:
            continue
        keys[key].once(code, line)
        if cells[at["confidential"]] == "C":
            cell = Cell(None, "", ValueStatus.SECRET)
        elif cells[at["status"]] in {"O", "M"}:
            cell = Cell(None, "", ValueStatus.ND)
        else:
            value, status = number(cells[at["value"]], name, line)
            cell = Cell(value, "", status)
        result.values[key][code] = cell
        result.rows += 1
    return result


Reader = Callable[[Job], Mapped]
