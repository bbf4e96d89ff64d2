"""CSV as spreadsheets and other software write it: encoding and separator are found out."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from millecafes.common.imports.sheets import CLEAR, MOST_CHARACTERS, ImportFileError, Sheet, gathered

SEPARATORS = (";", ",", "\t", "|")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# How much of the beginning says which separator is used: lines, and characters of each.
_HEAD, _WIDTH = 20, 2_000


def decoded(content: bytes) -> str:
    """The text of a file, whatever wrote it: UTF-8, UTF-16 with its mark, else Windows in French.

    Raises
    ------
    ImportFileError
    """
    if content.startswith(_UTF16):
        encodings = ["utf-16"]
    elif b"\0" in content[:200] and content[1::2][:50].count(0) > 20:
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            place = content[: error.start].count(b"\n") + 1
    raise ImportFileError(
        f"À la ligne {place}, ce fichier n’est pas du texte que l’on sache lire. "
        f"Attendu : UTF-8, UTF-16 ou Windows-1252. {CLEAR}"
    )


def separator_of(text: str) -> str:
    """The separator that cuts the first lines in the same number of cells, the most often."""
    head = [line[:_WIDTH] for line in text[: _HEAD * _WIDTH].splitlines()[:_HEAD]]

    def score(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(head, delimiter=separator) if row]
        most = max(set(widths), key=widths.count) if widths else 0
        return (widths.count(most) if most > 1 else 0), most

    best = max(SEPARATORS, key=lambda separator: (score(separator), -SEPARATORS.index(separator)))
    return best if score(best)[0] else ";"


def read_csv(content: bytes) -> Sheet:
    """The rows of a CSV file.

    Raises
    ------
    ImportFileError
    """
    text = decoded(content)
    try:
        return gathered(_rows(text))
    except csv.Error as error:
        raise ImportFileError(f"Ce fichier CSV ne peut pas être lu ({error}). {CLEAR}") from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator_of(text))
    number = 0
    while True:
        began, lines.quotes = reader.line_num, 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" not in str(error):
                raise
            raise ImportFileError(_unclosed(number + 1)) from error
        number += 1
        # A record that ends with the file, on several lines, with a quote too many.
        if lines.is_over and lines.quotes % 2 and reader.line_num - began > 1:
            raise ImportFileError(_unclosed(number))
        if max(map(len, row), default=0) > MOST_CHARACTERS:
            raise ImportFileError(_unclosed(number))
        yield number, row


def _unclosed(number: int) -> str:
    return (
        f'À la ligne {number}, un guillemet « " » ouvre une case que rien ne ferme. '
        "Fermez-le, ou doublez les guillemets qui font partie du texte."
    )


class _Lines:
    """The lines of a text, quotes counted since it was last asked."""

    def __init__(self, text: str) -> None:
        self._stream = io.StringIO(text, newline="")
        self._size = len(text)
        self.quotes = 0
        self.is_over = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            self.is_over = True
            raise StopIteration
        self.quotes += line.count('"')
        self.is_over = self._stream.tell() >= self._size
        return line
