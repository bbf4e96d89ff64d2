"""Names of files, as people gave them, made safe to keep, to show and to send back."""

from __future__ import annotations

import re
import unicodedata

from millecafes.common.documents import filetypes
from millecafes.common.documents.errors import DocumentError

MAX_LENGTH = 120
# Longer than any ending of a real name.
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_FORBIDDEN = re.compile(r'[<>:"|?*/\\]')


def clean_name(name: str, content_type: str, *, default: str = "document") -> str:
    """A name without path, invisible characters nor excess, ending as its content asks.

    Raises
    ------
    DocumentError
        When it holds a NUL character: no keyboard makes one.
    """
    if "\0" in name:
        raise DocumentError("Le nom du fichier contient un caractère nul (U+0000) : renommez-le.")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name[-1_000:]))[-1]
    shown = "".join(letter for letter in last if letter.isprintable())
    stem = " ".join(_FORBIDDEN.sub(" ", shown).split()).strip(". ")
    known = filetypes.TYPES[content_type].endings
    if not stem.lower().endswith(known):
        stem = _ENDING.sub("", stem)
    for ending in known:
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    stem = stem[: MAX_LENGTH - len(known[0])].strip(". ") or default
    return stem + known[0]
