"""Hours said in French."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from millecafes.cafes.rules.hours.french import DAYS, MONTHS, NB, clock
from millecafes.cafes.rules.hours.syntax import DAY_NAMES, MINUTES_A_DAY, minutes, rules_of, spans_of
from millecafes.cafes.rules.hours.week import Periods, Schedule, Season, Week, schedule_of

_OSM_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = {
    **dict(zip(DAY_NAMES, DAYS, strict=True)),
    **dict(zip(_OSM_MONTHS, MONTHS, strict=True)),
    "PH": "jours fériés",
    "SH": "vacances scolaires",
    "off": "fermé",
    "closed": "fermé",
    "open": "ouvert",
    "unknown": "à confirmer",
    "week": "semaine",
    "easter": "Pâques",
}


def periods_words(periods: Periods) -> str:
    """« 7 h 30 – 13 h, 16 h – 20 h », « fermé », « toute la journée »."""
    if not periods:
        return "fermé"
    if periods == ((0, MINUTES_A_DAY),):
        return "jour et nuit"
    return ", ".join(f"{clock(start)}{NB}–{NB}{clock(end)}" for start, end in periods)


def expression_words(expression: str) -> str:
    """Times of an exceptional day (« 10:00-14:00 ») in words; « fermé » for none."""
    return periods_words(tuple(spans_of(expression)))


def in_words(expression: str) -> list[tuple[str, str]]:
    """The lines of the week on a café's page: what day, and when; none when there are no hours."""
    if not expression:
        return []
    found = schedule_of(expression)
    return _lines(found) if found is not None else [_as_written(expression)]


def _lines(found: Schedule) -> list[tuple[str, str]]:
    lines = [(DAYS[day], periods_words(periods)) for day, periods in enumerate(found.week.days)]
    if found.public is not None:
        lines.append(("jours fériés", periods_words(found.public)))
    for season, week in found.seasons:
        lines.extend((f"{season_text(season)}, {label}", words) for label, words in _grouped(week))
    if found.school is not None:
        lines.extend((f"vacances scolaires, {label}", words) for label, words in _grouped(found.school))
    return lines


def _grouped(week: Week) -> Iterable[tuple[str, str]]:
    """The days of a week, those in a row with the same hours together."""
    for first, last, periods in runs(week.days):
        label = DAYS[first] if first == last else f"du {DAYS[first]} au {DAYS[last]}"
        yield ("tous les jours" if last - first == 6 else label), periods_words(periods)


def runs(days: Sequence[Periods]) -> Iterable[tuple[int, int, Periods]]:
    """Days in a row with the same periods: first, last, periods."""
    first = 0
    for day in range(1, len(days) + 1):
        if day == len(days) or days[day] != days[first]:
            yield first, day - 1, days[first]
            first = day


def season_text(season: Season) -> str:
    """« du 15 juin au 15 septembre »."""
    (month, day), (last_month, last_day) = season
    return f"du {_nth(day)} {MONTHS[month - 1]} au {_nth(last_day)} {MONTHS[last_month - 1]}"


def _nth(day: int) -> str:
    return "1er" if day == 1 else str(day)


def _as_written(expression: str) -> tuple[str, str]:
    """Hours that the grid of the week cannot show, word by word."""
    said = []
    for rule in rules_of(expression):
        text = re.sub(r"(\d{1,2}):(\d{2})", lambda found: clock(minutes(found[1], found[2])), rule.text)
        text = re.sub(r"[A-Za-z]+", lambda found: _WORDS.get(found[0], found[0]), text)
        said.append(text.replace("24/7", "jour et nuit").replace("-", f"{NB}–{NB}").replace(",", ", "))
    return "horaires", f"{NB}; ".join(said)


def moment(then: dt.datetime, now: dt.datetime) -> str:
    """When, seen from now, both in local time: « à 17 h », « demain à 8 h », « mardi à 8 h »."""
    hour = f"à {clock(then.hour * 60 + then.minute)}"
    days = (then.date() - now.date()).days
    if days <= 0:
        return hour
    if days == 1:
        return f"demain {hour}"
    if days < 7:
        return f"{DAYS[then.weekday()]} {hour}"
    return f"le {_nth(then.day)} {MONTHS[then.month - 1]} {hour}"
