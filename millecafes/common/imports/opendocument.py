"""OpenDocument spreadsheets read as a stream, so that a large one costs little memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET  # entities are refused by `archives`

from millecafes.common.imports import archives
from millecafes.common.imports.sheets import MOST_COLUMNS, MOST_LINES, ImportFileError, Sheet, gathered

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _OFFICE = (f"{{{_NAMES}{part}:1.0}}" for part in ("table", "text", "office"))
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_BOOLEANS = {"true": "oui", "false": "non"}


def read_ods(content: bytes) -> Sheet:
    """The rows of the first sheet.

    Raises
    ------
    ImportFileError
    """
    archive = archives.opened(content)
    reader = _Reader(archive)
    try:
        sheet = gathered(reader.rows())
    except ImportFileError:
        raise
    except Exception as error:  # zlib, CRC, XML: a damaged file fails in many ways
        raise archives.broken() from error
    sheet.notices = reader.notices
    return sheet


class _Reader:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.notices: list[str] = []
        self._merged = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        number, tables, title = 0, 0, ""
        for event, element in self._events():
            if event == "start":
                if element.tag == f"{_TABLE}table":
                    tables += 1
                    title = title or element.get(f"{_TABLE}name", "")
                continue
            if element.tag != f"{_TABLE}table-row":
                continue
            if tables == 1:
                times = _times(element, "rows")
                cells = self._cells(element)
                if any(cells):
                    # A line repeated beyond what a file may hold is told by its limit.
                    for rank in range(min(times, MOST_LINES + 2)):
                        yield number + rank + 1, list(cells)
                number += times
            element.clear()
        self._tell(tables, title)

    def _tell(self, tables: int, title: str) -> None:
        if tables > 1:
            self.notices.append(
                f"Ce fichier a {tables} feuilles : seule la première, « {title[:80]} », est lue."
            )
        if self._merged:
            self.notices.append(
                "Des cases sont fusionnées : leur texte compte pour la première, les autres sont vides."
            )

    def _events(self) -> Iterator[tuple[str, ET.Element]]:
        parser: ET.XMLPullParser[Any] = ET.XMLPullParser(("start", "end"))
        for piece in archives.chunks(self.archive, "content.xml"):
            parser.feed(piece)
            yield from parser.read_events()  # type: ignore[misc]
        parser.close()
        yield from parser.read_events()  # type: ignore[misc]

    def _cells(self, row: ET.Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            self._merged += cell.tag != f"{_TABLE}table-cell"
            text = _value(cell)
            times = _times(cell, "columns")
            # Sheets end with thousands of empty columns, told in one cell.
            cells += [text] * min(times, MOST_COLUMNS + 1)
        return cells


def _times(element: ET.Element, what: str) -> int:
    told = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return max(1, int(told)) if told.isdecimal() and len(told) < 10 else 1


def _value(cell: ET.Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in {"float", "currency"}:
        return number_text(cell.get(f"{_OFFICE}value", ""))
    if kind == "date":
        told = cell.get(f"{_OFFICE}date-value", "")
        return told.removesuffix("T00:00:00").replace("T", " ")
    if kind == "boolean":
        return _BOOLEANS.get(cell.get(f"{_OFFICE}boolean-value", ""), "")
    return "\n".join(_text(part) for part in cell if part.tag in {f"{_TEXT}p", f"{_TEXT}h"})


def _text(element: ET.Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            told = child.get(f"{_TEXT}c", "1")
            parts.append(" " * (min(int(told), 100) if told.isdecimal() else 1))
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag != f"{_OFFICE}annotation":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def number_text(told: str | float) -> str:
    """A number as a person writes it: « 81294 » and not « 81294.0 », « 2,5 »."""
    try:
        number = float(told)
    except ValueError:
        return str(told)
    if number.is_integer() and abs(number) < 10**15:
        return str(int(number))
    return str(told).replace(".", ",")
