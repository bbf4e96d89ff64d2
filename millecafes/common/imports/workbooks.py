"""Excel workbooks (XLSX), read by openpyxl as a stream once `archives` has looked at them."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

from millecafes.common.imports import archives
from millecafes.common.imports.opendocument import number_text
from millecafes.common.imports.sheets import MOST_COLUMNS, MOST_LINES, ImportFileError, Sheet, gathered

# A formula of which the file holds no result: whatever made it never computed it.
_NOT_COMPUTED = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def read_xlsx(content: bytes) -> Sheet:
    """The rows of the sheet shown first; formulas give their last result.

    Raises
    ------
    ImportFileError
    """
    from openpyxl import load_workbook

    has_merged, not_computed = _looked_at(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
            sheet = gathered(_rows(shown[0]))
            title, sheets = shown[0].title, len(shown)
            book.close()
    except ImportFileError:
        raise
    except Exception as error:  # whatever a file that is no workbook makes the library raise
        raise archives.broken() from error
    if not_computed:
        sheet.notices.append(
            f"La case {not_computed} contient une formule sans résultat : elle est lue comme vide. Ouvrez le "
            "fichier dans un tableur et enregistrez-le pour que les formules soient calculées."
        )
    if sheets > 1:
        sheet.notices.append(
            f"Ce fichier a {sheets} feuilles : seule la première, « {title[:80]} », est lue."
        )
    if has_merged:
        sheet.notices.append(
            "Des cases sont fusionnées : leur texte compte pour la première, les autres sont vides."
        )
    return sheet


def _looked_at(content: bytes) -> tuple[bool, str]:
    """Whether cells are merged, and the first formula without result; harmful XML is refused."""
    merged, first = False, ""
    try:
        with archives.opened(content) as archive:
            for name in archive.namelist():
                if not name.endswith((".xml", ".rels")):
                    continue
                is_sheet, tail = name.startswith("xl/worksheets/"), b""
                for piece in archives.chunks(archive, name):
                    if is_sheet:
                        merged = merged or b"<mergeCell " in piece
                        found = None if first else _NOT_COMPUTED.search(tail + piece)
                        first = found[1].decode() if found else first
                        tail = piece[-2_000:]
    except ImportFileError:
        raise
    except Exception as error:  # zlib, lzma, CRC: a file cut short fails in many ways
        raise archives.broken() from error
    return merged, first


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # What the file says of its own size is not believed: it may lie either way.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, max_row=20 * MOST_LINES)
    for number, row in enumerate(rows, 1):
        yield number, [_value(cell.value) for cell in row]


def _value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        has_hour = value.time() != dt.time()
        return value.isoformat(" ", "minutes") if has_hour else value.date().isoformat()
    return str(value)
