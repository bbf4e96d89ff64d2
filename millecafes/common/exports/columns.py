"""Columns, declared once for the screen and for files; tables, read by batches."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from millecafes.common.ods import Value

# What spreadsheets take for the beginning of a formula, plain or full-width, whatever the blanks before.
# Some leave out what shows nothing before they look.
_NOTHING = "\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
_FORMULA = re.compile(rf"^[\s{_NOTHING}]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_BLANK = re.compile(rf"[\s{_NOTHING}]")
# A text that begins otherwise is never one: looked at first, for it is quick.
_SUSPECT = frozenset("=+-@＝＋－＠|%") | {chr(code) for code in range(0x10000) if _BLANK.match(chr(code))}
UNKNOWN = "inconnu"
# Rows read, formatted and written together: enough to be quick, few enough to hold in memory.
BATCH = 2_000


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

    def shown(self, values: Iterable[Value]) -> list[Value]:
        """The values of the screen: numbers rounded as they are there, unknown in words."""
        if self.kind == "text":
            return list(values)
        return [value if type(value) is int else self._number(value) for value in values]

    def _number(self, value: Value) -> Value:
        if isinstance(value, str):
            return value
        if value is None or not math.isfinite(value):
            return UNKNOWN
        return round(value, self.decimals) if self.decimals else round(value)

    @property
    def described(self) -> dict[str, str]:
        """What goes with the column in formats that carry it."""
        names = ("label", "unit", "definition", "source", "vintage")
        return {name: str(getattr(self, name)) for name in names}


@dataclass(frozen=True)
class Table:
    """What is exported. A `str` in a number column is the word that says why the number is unknown.

    Parameters
    ----------
    rows
        Mappings by key of column, or tuples in the order of the columns; read once, so that a generator will
        do.
    count
        How many rows there are, when `rows` does not say.
    geometries
        Contours or points (GeoJSON), by the value of the column `geometry_key`.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Value] | tuple[Value, ...]]
    geometries: Mapping[str, Any] = field(default_factory=dict)
    geometry_key: str = "code"
    count: int | None = None

    @property
    def length(self) -> int:
        """How many rows there are.

        Raises
        ------
        ValueError
            When nobody says.
        """
        if self.count is not None:
            return self.count
        if isinstance(self.rows, Sized):
            return len(self.rows)
        raise ValueError(f"{self.name} : combien de lignes ?")

    def batches(self) -> Iterator[tuple[int, list[list[Value]]]]:
        """Rows by batches: how many, and the values shown of each column."""
        rows = iter(self.rows)
        while batch := list(islice(rows, BATCH)):
            yield len(batch), self._columns_of(batch)

    def _columns_of(self, batch: Sequence[Any]) -> list[list[Value]]:
        if isinstance(batch[0], tuple):
            values: list[Any] = list(zip(*batch, strict=True))
            if len(values) != len(self.columns):
                raise ValueError(f"{self.name} : {len(values)} valeurs pour {len(self.columns)} colonnes")
        else:
            values = [[row.get(column.key) for row in batch] for column in self.columns]
        return [column.shown(found) for column, found in zip(self.columns, values, strict=True)]


def safe_text(text: str) -> str:
    """A text that no spreadsheet reads as a formula: an apostrophe is put before those that look like one."""
    return f"'{text}" if _FORMULA.match(text) else text


def safe_texts(texts: Iterable[str | None]) -> list[str]:
    """The same for many, nothing for none."""
    return [safe_text(text) if text and text[0] in _SUSPECT else text or "" for text in texts]
