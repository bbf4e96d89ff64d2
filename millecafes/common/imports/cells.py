"""How cells that several rooms have are read; each raises ValueError in the user's words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from millecafes.common.formats import MONTHS
from millecafes.common.imports.registry import as_line
from millecafes.common.matching import fold

_FRENCH_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_SPOKEN_DAY = re.compile(r"(?:le )?([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4})")
_MONTHS = {fold(name): number for number, name in enumerate(MONTHS, 1)}
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T][0-9:.+Z-]*)?")


def checked(read: Callable[[str], str]) -> Callable[[str], str]:
    """A reader of one line of text."""
    return lambda text: read(as_line(text))


def number_of(text: str) -> str:
    """The number of a record.

    Raises
    ------
    ValueError
    """
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 19):
        raise ValueError(f"« {text[:40]} » n’est pas un numéro de fiche. Attendu : des chiffres, ou rien.")
    return str(int(digits)) if digits else ""


def email_of(text: str) -> str:
    """An e-mail address.

    Raises
    ------
    ValueError
    """
    address = as_line(text).removeprefix("mailto:")
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise ValueError(
            f"« {address[:60]} » n’est pas une adresse e-mail complète. Attendu : prenom@exemple.fr."
        ) from error
    return address


def day_of(text: str) -> str:
    """A day, as 2024-03-01, 01/03/2024 or 1er mars 2024, in the ISO form; empty for nothing.

    Raises
    ------
    ValueError
    """
    line = as_line(text)
    french, iso, spoken = (
        _FRENCH_DAY.fullmatch(line),
        _ISO_DAY.fullmatch(line),
        _SPOKEN_DAY.fullmatch(fold(line)),
    )
    try:
        if french:
            return dt.date(int(french[3]), int(french[2]), int(french[1])).isoformat()
        if spoken and spoken[2] in _MONTHS:
            return dt.date(int(spoken[3]), _MONTHS[spoken[2]], int(spoken[1])).isoformat()
        if iso:
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
    except ValueError:
        pass
    else:
        if not line:
            return ""
    raise ValueError(f"« {line[:40]} » n’est pas une date. Attendu : un jour, comme 01/03/2024.")
