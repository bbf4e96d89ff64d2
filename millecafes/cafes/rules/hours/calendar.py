"""Days that differ: public holidays, school holidays by zone, and the time zone of each département.

Public holidays: `jours-feries-france` (PyPI), which follows the Code du travail, L3133-1, L3134-13 (Moselle,
Bas-Rhin, Haut-Rhin, Good Friday included) and L3422-2 (the day on which slavery was abolished, by territory).

School holidays: `vacances-scolaires-france` (PyPI), which republishes the ministry's calendar, zones A, B, C.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_TERRITORIES = {
    "57": "Alsace-Moselle",
    "67": "Alsace-Moselle",
    "68": "Alsace-Moselle",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélémy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie Française",
    "988": "Nouvelle-Calédonie",
}
_ZONES = {
    "A": "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86 87 89 90",
    "B": "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60 61 62 67 "
    "68 72 76 80 83 84 85 88",
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}
_ZONE_OF = {code: zone for zone, codes in _ZONES.items() for code in codes.split()}
_TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def time_zone_of(departement: str) -> ZoneInfo:
    """The time zone of a département."""
    return ZoneInfo(_TIME_ZONES.get(departement, "Europe/Paris"))


def school_zone_of(departement: str) -> str:
    """The zone of its school holidays: A, B or C; "" in Corsica and overseas (their own calendars)."""
    return _ZONE_OF.get(departement, "")


@lru_cache(maxsize=1024)
def public_holidays(year: int, departement: str = "") -> frozenset[dt.date]:
    """The public holidays of a year in a département (metropolitan ones without)."""
    from jours_feries_france import JoursFeries

    return frozenset(JoursFeries.for_year(year, _TERRITORIES.get(departement)).values())


def is_public_holiday(day: dt.date, departement: str = "") -> bool:
    """Whether nobody has to work that day."""
    return day in public_holidays(day.year, departement)


@lru_cache(maxsize=1)
def _school_days() -> tuple[dict[dt.date, dict[str, Any]], dt.date]:
    """What the library knows of each day of holidays, and the last day it speaks of."""
    from vacances_scolaires_france import SchoolHolidayDates

    data = SchoolHolidayDates().data
    return data, max(data)


def is_school_holiday(day: dt.date, departement: str) -> bool | None:
    """Whether schools are closed for holidays; None where or when the calendar is not known."""
    zone = school_zone_of(departement)
    if not zone:
        return None
    known, last = _school_days()
    if day > last:
        return None
    return day in known and bool(known[day][f"vacances_zone_{zone.lower()}"])
