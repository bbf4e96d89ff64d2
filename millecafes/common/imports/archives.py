"""Spreadsheets are archives of XML: what could harm whoever opens one is refused before it is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from millecafes.common.imports.sheets import CLEAR, ImportFileError

MOST_UNPACKED = 300_000_000
MOST_MEMBERS = 2_000
# Spreadsheets pack at 5 to 60 for one; a sheet of the same line repeated reaches a few hundreds.
MOST_PACKED = 500
_CHUNK = 1 << 20
_HARMFUL = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def opened(content: bytes) -> zipfile.ZipFile:
    """The archive, once its sizes are known to be reasonable.

    Raises
    ------
    ImportFileError
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise broken() from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > MOST_PACKED * len(content):
        raise ImportFileError(
            f"Une fois ouvert, ce fichier serait démesuré ({unpacked // 1_000_000} Mo) : il n’est pas lu. "
            "Recopiez les lignes utiles dans un fichier neuf."
        )
    if any(member.flag_bits & 1 for member in members):
        raise ImportFileError(f"Ce fichier est protégé par un mot de passe. Enlevez-le. {CLEAR}")
    return archive


def broken() -> ImportFileError:
    """What is said of a spreadsheet that nothing opens."""
    return ImportFileError(f"Ce fichier est abîmé, ou n’est pas une feuille de calcul. {CLEAR}")


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The bytes of a member, piece by piece, never more than it announced; entities are refused.

    Raises
    ------
    ImportFileError
    """
    announced = archive.getinfo(name).file_size
    done, tail = 0, b""
    with archive.open(name) as stream:
        while piece := stream.read(_CHUNK):
            done += len(piece)
            # XML in UTF-16 would hide what is looked for; spreadsheets write UTF-8.
            if done > announced or _HARMFUL.search(tail + piece) or (not tail and b"\0" in piece[:100]):
                raise ImportFileError(
                    "Ce fichier contient des définitions qu’une feuille de calcul n’a pas : il n’est pas lu. "
                    f"{CLEAR}"
                )
            tail = piece[-20:]
            yield piece
