"""A file as read: rows of texts, as numbered by a spreadsheet; and what a file may not be, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from millecafes.common.exports import safe_text
from millecafes.common.formats import thousands

MOST_BYTES = 20_000_000
MOST_LINES = 50_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 5_000
MOST_CHARACTERS_IN_ALL = 60_000_000
CLEAR = "Enregistrez-le au format CSV, ODS ou XLSX, puis recommencez."


class ImportFileError(ValueError):
    """A file that cannot be read, in the user's words."""


@dataclass
class Sheet:
    """Rows of texts with their numbers (1 is the first), blank rows left out; what the reader should know."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def plain_text(text: str) -> str:
    """A cell without the apostrophe that our exports put before what looks like a formula."""
    bare = text[1:]
    return bare if text.startswith("'") and safe_text(bare) == text else text


def letters(rank: int) -> str:
    """The name of a column in a spreadsheet: 0 is A, 26 is AA."""
    name = ""
    rank += 1
    while rank:
        rank, left = divmod(rank - 1, 26)
        name = chr(65 + left) + name
    return name


def gathered(rows: Iterable[tuple[int, list[str]]]) -> Sheet:
    """The rows of a file, within the limits.

    Raises
    ------
    ImportFileError
    """
    sheet = Sheet()
    total = 0
    for number, cells in rows:
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise ImportFileError(
                f"La ligne {number} a {thousands(len(cells))} colonnes. Attendu : {MOST_COLUMNS} au plus."
            )
        for rank, cell in enumerate(cells):
            _verify_cell(cell, number, rank)
        total += sum(map(len, cells))
        sheet.rows.append((number, [plain_text(cell.strip()) for cell in cells]))
        if len(sheet.rows) > MOST_LINES + 1 or total > MOST_CHARACTERS_IN_ALL:
            raise ImportFileError(
                f"Ce fichier a plus de {thousands(MOST_LINES)} lignes, ou trop de texte. "
                "Coupez-le en plusieurs fichiers, avec la ligne des titres dans chacun."
            )
    if not sheet.rows:
        raise ImportFileError(
            "Ce fichier est vide : aucune case n’est remplie. Attendu : une ligne de titres,"
            " puis une ligne par fiche."
        )
    return sheet


def _verify_cell(cell: str, number: int, rank: int) -> None:
    where = f"Ligne {number}, colonne {letters(rank)}"
    if "\0" in cell:
        raise ImportFileError(
            f"{where} : un caractère nul (U+0000), qui n’est pas du texte. "
            f"Ce fichier n’est sans doute pas une feuille de calcul. {CLEAR}"
        )
    if len(cell) > MOST_CHARACTERS:
        raise ImportFileError(
            f"{where} : {thousands(len(cell))} caractères dans une seule case, attendu "
            f"{thousands(MOST_CHARACTERS)} au plus. Si c’est un fichier CSV, un guillemet ouvert là n’est "
            "sans doute jamais fermé."
        )
