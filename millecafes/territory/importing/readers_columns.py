"""Find the columns of a file from the catalogue's patterns, and read codes, numbers and vintages.

A pattern with a group carries a year (`^P(\\d\\d)_POP$`): the newest column is taken, `avant:` takes
the one before, `si:` makes a column optional.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from millecafes.territory.enums import ValueStatus
from millecafes.territory.importing.errors import SourceError

_FLOAT_CODE = re.compile(r"^\d+[.,]\d*$")
_MARKERS = {"s": ValueStatus.SECRET, "c": ValueStatus.SECRET, "nd": ValueStatus.ND, "": ValueStatus.ND}
_MARKERS |= {"n/a": ValueStatus.ND, "na": ValueStatus.ND, "\\n": ValueStatus.ND}
_MARKERS["z"] = ValueStatus.NOT_RELEASED


def full_year(text: str) -> int:
    """« 22 » → 2022, « 99 » → 1999, « 2019 » → 2019."""
    year = int(text)
    if year >= 100:
        return year
    return 2000 + year if year < 68 else 1900 + year


def columns_by_year(header: Sequence[str], pattern: str) -> list[tuple[int, int]]:
    """Matching columns as (year or 0, index), newest first."""
    found = []
    for index, name in enumerate(header):
        if match := re.search(pattern, name, re.IGNORECASE):
            group = next((g for g in match.groups() if g), "")
            found.append((full_year(group) if group.isdigit() else 0, index))
    return sorted(found, key=lambda pair: -pair[0])


def find_column(name: str, header: Sequence[str], pattern: str) -> tuple[int, int] | None:
    """The year (or 0) and the index of the column a pattern designates; None: an optional one, absent."""
    rank, optional = 0, False
    if pattern.startswith("avant:"):
        rank, pattern = 1, pattern.removeprefix("avant:")
    elif pattern.startswith("si:"):
        optional, pattern = True, pattern.removeprefix("si:")
    found = columns_by_year(header, pattern)
    years = sorted({year for year, _ in found}, reverse=True)
    if len(years) <= rank:
        if optional:
            return None
        shown = ", ".join(cell for cell in header[:8] if cell) or "rien"
        raise SourceError(name, f"l’en-tête « {shown} »", f"une colonne {readable(pattern)}", line=1)
    same = [index for year, index in found if year == years[rank]]
    if len(same) > 1:
        raise SourceError(name, f"deux colonnes « {header[same[0]]} »", "une seule", line=1)
    return years[rank], same[0]


def readable(pattern: str) -> str:
    """A pattern as people write it: « ^P(\\d\\d)_POP$ » → « Paa_POP »."""
    text = re.sub(r"\(?20\\d\\d\)?", "aaaa", pattern)
    text = re.sub(r"\(?\\d\\d\)?", "aa", text)
    return "« " + re.sub(r"[\^$()]", "", text).replace("|", " » ou « ") + " »"


def commune_code(value: Any, file: str, line: int) -> str | None:
    """A commune code as five characters; None for an empty cell.

    A spreadsheet that ate the leading zero is repaired; a decimal code is refused, since a file
    with one has lost others.
    """
    if value is None:
        return None
    if isinstance(value, float):
        raise SourceError(file, f"le code décimal {value}", "un code de commune de 5 caractères", line=line)
    code = str(value).strip().upper()
    if not code:
        return None
    if len(code) == 5:
        return code
    if len(code) == 4 and code.isdigit():
        return "0" + code
    if _FLOAT_CODE.match(code) or len(code) < 5:
        raise SourceError(file, f"le code « {code} »", "un code de commune de 5 caractères", line=line)
    return code


def number(value: Any, file: str, line: int) -> tuple[float | None, ValueStatus]:
    """A number, or the status its marker stands for. A comma is read as a decimal point."""
    if isinstance(value, int | float):
        return (float(value), ValueStatus.OK) if value == value else (None, ValueStatus.ND)
    text = "" if value is None else str(value).strip()
    status = _MARKERS.get(text.lower())
    if status is not None:
        return None, status
    try:
        result = float(text.replace(",", ".").replace("\u202f", "").replace("\xa0", ""))
    except ValueError:
        raise SourceError(file, f"« {text[:40]} »", "un nombre", line=line) from None
    if result != result or result in (float("inf"), float("-inf")):
        raise SourceError(file, f"« {text[:40]} »", "un nombre fini", line=line)
    return result, ValueStatus.OK


def check_vintage(file: str, vintage: str, this_year: int) -> str:
    """Refuse a vintage that has not happened yet."""
    year = full_year(vintage[:4])
    if year > this_year:
        raise SourceError(file, f"le millésime {year}", f"un millésime de {this_year} au plus tard")
    return vintage
