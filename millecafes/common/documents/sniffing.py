"""What a file is, by what is in it: its name is never believed."""

from __future__ import annotations

import json
import re
from typing import IO

from millecafes.common.documents import filetypes
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.kinds import Kind

HEAD = 64_000
# Where the last line of a PDF is looked for.
TAIL = 4_096
_SIGNATURES = (
    (b"\xff\xd8\xff", filetypes.JPEG),
    (b"\x89PNG\r\n\x1a\n", filetypes.PNG),
    (b"%PDF-", filetypes.PDF),
    (b"PAR1", filetypes.PARQUET),
)
# What begins as browsers take a page to begin. Further on, it is a text that speaks of pages: it is sent as
# one, and no browser guesses otherwise (nosniff).
_PAGE = re.compile(
    rb"<(!--|!doctype\s+html|(html|head|body|script|iframe|style|meta|title|a|b|br|p|h1|div|table|img|form|font)"
    rb"[\s>/])",
    re.I,
)
_DRAWING = re.compile(rb"<svg[\s>]", re.I)
# Control characters that no text holds.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PARTS = (("word/", filetypes.DOCX), ("xl/", filetypes.XLSX), ("ppt/", filetypes.PPTX))


def verify_type(file: IO[bytes], name: str, kind: Kind) -> str:
    """The content type of a file that its kind accepts.

    Raises
    ------
    DocumentError
        When it is of another type, or of none we know: the words say what it is.
    """
    found = filetypes.type_of_name(name) if kind.made_here else type_of(file, name)
    if found in kind.accepts:
        return found
    what = filetypes.TYPES[found].words if found in filetypes.TYPES else called_otherwise(file)
    raise DocumentError(f"Ce fichier est {what}, quel que soit son nom. Attendu : {kind.accepted_words}.")


def type_of(file: IO[bytes], name: str = "") -> str:
    """The content type of a file; empty when it is none we know. The name only tells texts apart."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    # The length of the first block, then its name.
    if head[4:15] == b"\n\tOSMHeader":
        return filetypes.PBF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return filetypes.WEBP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(file)
    return _text(head, name)


def _archive(file: IO[bytes]) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()[:20_000]
            own = archive.open("mimetype").read(200).decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return ""  # cut, or no archive after all
    finally:
        file.seek(0)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return filetypes.MACROS
    if own.strip() in filetypes.OFFICE:
        return own.strip()
    if "[Content_Types].xml" in names:
        return next(
            (found for part, found in _PARTS if any(n.startswith(part) for n in names)), filetypes.ZIP
        )
    return filetypes.ZIP


def _text(head: bytes, name: str) -> str:
    if not head.strip() or _BINARY.search(head):
        return ""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    looks = start[:4_000]
    if _DRAWING.search(looks) and looks.startswith(b"<"):
        return filetypes.SVG
    if _PAGE.match(looks):
        return filetypes.HTML
    if start.startswith(b"<?xml"):
        return filetypes.XML
    ending = name.lower().rpartition(".")[2]
    if start[:1] in {b"{", b"["} and _is_json(head):
        return filetypes.GEOJSON if ending == "geojson" else filetypes.JSON
    return filetypes.CSV if ending == "csv" else filetypes.TEXT


def _is_json(head: bytes) -> bool:
    """Whether a text is JSON as far as it was read."""
    if len(head) == HEAD:
        return True
    try:
        json.loads(head)
    except (ValueError, RecursionError):
        return False
    return True


def verify_whole(file: IO[bytes], content_type: str) -> None:
    """Refuse a PDF that was cut. Images are verified when they are read, archives when they are opened.

    Raises
    ------
    DocumentError
    """
    if content_type != filetypes.PDF:
        return
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    is_whole = b"%%EOF" in file.read()
    file.seek(0)
    if not is_whole:
        raise DocumentError("Ce PDF est incomplet : sa fin manque. Envoyez-le de nouveau depuis l’original.")


def called_otherwise(file: IO[bytes]) -> str:
    """What a file of another type is, as well as it can be told."""
    import puremagic

    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    try:
        found = puremagic.from_string(head, mime=True) if head else ""
    except (puremagic.PureError, ValueError):
        found = ""
    if not head:
        return "vide"
    return f"d’un autre type ({found})" if found else "d’un type inconnu ou abîmé"
