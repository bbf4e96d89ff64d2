"""French ways to write numbers and dates: narrow no-break spaces, decimal comma, « inconnu » for None."""

from __future__ import annotations

import datetime as dt
import math

NARROW = "\u202f"  # between thousands, and before the units that stick to a number
UNKNOWN = "inconnu"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def is_unknown(value: float | None) -> bool:
    """None and NaN are unknown; zero is a value."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def decimal(value: float | None, places: int = 1) -> str:
    """A number with `places` decimals and grouped thousands: 1234.5 → « 1 234,5 »."""
    if value is None or is_unknown(value):
        return UNKNOWN
    text = f"{value:,.{places}f}"
    if not text.strip("-0.,"):  # no « −0 »
        text = text.lstrip("-")
    return text.replace(",", NARROW).replace(".", ",").replace("-", "−")


def thousands(value: float | None) -> str:
    """A whole number with grouped thousands: 35000 → « 35 000 »."""
    return decimal(value, 0)


def euros(value: float | None) -> str:
    """An amount in whole euros: « 21 570 € »."""
    if is_unknown(value):
        return UNKNOWN
    return f"{thousands(value)}{NARROW}€"


def percent(value: float | None, places: int = 0) -> str:
    """A share given in percent: 30.6 → « 31 % »."""
    if is_unknown(value):
        return UNKNOWN
    return f"{decimal(value, places)}{NARROW}%"


def day(value: dt.date | None) -> str:
    """A date in words: « 1er mai 2026 »."""
    if value is None:
        return UNKNOWN
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number} {MONTHS[value.month - 1]} {value.year}"


def span(low: float | None, high: float | None) -> str:
    """A range of whole numbers: « 8 à 13 », or one number when both round to the same."""
    if low is None or high is None or is_unknown(low) or is_unknown(high):
        return UNKNOWN
    first, last = thousands(low), thousands(high)
    return first if first == last else f"{first} à {last}"


def ago(value: dt.date | None, today: dt.date) -> str:
    """How many days ago a day was: « il y a 12 jours », « aujourd’hui »; « jamais » without one."""
    if value is None:
        return "jamais"
    days = (today - value).days
    if days < 0:
        return day(value)
    return {0: "aujourd’hui", 1: "hier"}.get(days, f"il y a {thousands(days)}\u00a0jours")
