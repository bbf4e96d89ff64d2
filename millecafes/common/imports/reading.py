"""Reading what people send: CSV, ODS or XLSX, known by what it holds and not by its name."""

from __future__ import annotations

from millecafes.common.formats import thousands
from millecafes.common.imports.delimited import read_csv
from millecafes.common.imports.opendocument import read_ods
from millecafes.common.imports.sheets import CLEAR, MOST_BYTES, ImportFileError, Sheet
from millecafes.common.imports.workbooks import read_xlsx

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def read(content: bytes) -> Sheet:
    """The rows of a file.

    Raises
    ------
    ImportFileError
        In the user's words: what was found, what is expected, what to do.
    """
    if not content.strip():
        raise ImportFileError("Ce fichier est vide. Attendu : une ligne de titres, puis une ligne par fiche.")
    if len(content) > MOST_BYTES:
        raise too_large(len(content))
    if content.startswith(_OLE):
        raise ImportFileError(f"C’est un ancien classeur Excel (.xls), ou il a un mot de passe. {CLEAR}")
    if content.startswith(_PDF):
        raise ImportFileError(f"C’est un PDF : ses tableaux ne se lisent pas. {CLEAR}")
    if content.startswith(_IMAGES):
        raise ImportFileError(f"C’est une image. {CLEAR}")
    if content.startswith(_ZIP):
        return _archive(content)
    if content.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise ImportFileError(f"C’est une page web ou du XML, non une feuille de calcul. {CLEAR}")
    return read_csv(content)


def _archive(content: bytes) -> Sheet:
    if b"content.xml" in content:
        return read_ods(content)
    if b"[Content_Types].xml" in content:
        return read_xlsx(content)
    raise ImportFileError(f"C’est une archive, non une feuille de calcul. {CLEAR}")


def too_large(size: int) -> ImportFileError:
    """What is said of a file that is too large."""
    found = max(1, round(size / 1_000_000))
    return ImportFileError(
        f"Ce fichier pèse {thousands(found)} Mo. Attendu : {MOST_BYTES // 1_000_000} Mo au plus. "
        "Coupez-le en plusieurs fichiers, ou enlevez les images et les feuilles qui ne servent pas."
    )
