"""Days, months and times in French."""

from __future__ import annotations

from millecafes.cafes.rules.hours.syntax import MINUTES_A_DAY

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
NB = "\u00a0"


def clock(minute: int) -> str:
    """A time of the day: « 7 h 30 », « 20 h », « minuit »."""
    hour, rest = divmod(minute % MINUTES_A_DAY, 60)
    if minute in {0, MINUTES_A_DAY}:
        return "minuit"
    return f"{hour}{NB}h{NB}{rest:02d}" if rest else f"{hour}{NB}h"
