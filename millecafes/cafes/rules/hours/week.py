"""The week that people fill in, with what differs in seasons and holidays, and the expression it makes."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass

from millecafes.cafes.rules.hours.errors import HoursError
from millecafes.cafes.rules.hours.french import DAYS, NB, clock
from millecafes.cafes.rules.hours.syntax import DAY_NAMES, MINUTES_A_DAY, rules_of, spans_of, written

Periods = tuple[tuple[int, int], ...]  # minutes since midnight; an end past midnight counts on from 1,440
MonthDay = tuple[int, int]
Season = tuple[MonthDay, MonthDay]  # both days included; a season may pass the new year
NIGHT_ENDS = 6 * 60
MOST_PERIODS = 4
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:\s*,\s*{_DAY}(?:-{_DAY})?)*"
_MONTH = "|".join(_MONTHS)
_TIMES = r"(?P<times>\d{2}:\d{2}-\d{2}:\d{2}(?:\s*,\s*\d{2}:\d{2}-\d{2}:\d{2})*|off|closed|24/7)"
_RULE = re.compile(
    rf"(?:(?P<month>{_MONTH}) (?P<day>\d{{1,2}})-(?P<last_month>{_MONTH}) (?P<last_day>\d{{1,2}})\s+)?"
    rf"(?:(?P<holiday>PH|SH)\s*)?(?P<days>{_DAYS})?\s*{_TIMES}"
)


@dataclass(frozen=True)
class Week:
    """The periods of seven days, from Monday."""

    days: tuple[Periods, ...] = ((),) * 7


@dataclass(frozen=True)
class Schedule:
    """A usual week, and what differs: public and school holidays (None: as any day), seasons.

    School holidays go before seasons, and public holidays before both.
    """

    week: Week
    public: Periods | None = None
    seasons: tuple[tuple[Season, Week], ...] = ()
    school: Week | None = None


def week_of(days: Sequence[Sequence[tuple[int, int]]]) -> Week:
    """A week of seven days of periods (minutes; a closing before its opening is of the next day, up to 6 h).

    Raises `HoursError`, with the day, for what cannot be.
    """
    return Week(tuple(periods_of(periods, day) for day, periods in enumerate(days)))


def periods_of(periods: Sequence[tuple[int, int]], day: int | None = None) -> Periods:
    """The periods of a day, in order, those that touch made one; `HoursError` when they cannot be."""
    on = "" if day is None else f"{DAYS[day].capitalize()}{NB}: "
    if len(periods) > MOST_PERIODS:
        raise HoursError(f"{on}{len(periods)} périodes ; {MOST_PERIODS} au plus dans une journée.", day=day)
    found: list[tuple[int, int]] = []
    for start, end in sorted(periods):
        closes = end
        if end <= start:
            if end > NIGHT_ENDS or start == end:
                raise HoursError(
                    f"{on}la fermeture ({clock(end)}) vient avant l’ouverture ({clock(start)}). Après "
                    f"minuit, une fermeture va jusqu’à {clock(NIGHT_ENDS)}.",
                    day=day,
                )
            closes = end + MINUTES_A_DAY
        if found and start < found[-1][1]:
            raise HoursError(
                f"{on}deux périodes se chevauchent : {clock(found[-1][0])} – {clock(found[-1][1])} et "
                f"{clock(start)} – {clock(closes)}.",
                day=day,
            )
        if found and start == found[-1][1]:
            found[-1] = (found[-1][0], closes)
        else:
            found.append((start, closes))
    return tuple(found)


def expression_of(found: Schedule) -> str:
    """The OSM expression of a schedule; "" when the usual week is empty and nothing else is said."""
    if found == Schedule(Week()):
        return ""
    parts = _week_rules(found.week, "", whole=False) or ["off"]
    for season, week in found.seasons:
        parts.extend(_week_rules(week, f"{season_expression(season)} ", whole=True))
    if found.school is not None:
        parts.extend(_week_rules(found.school, "SH ", whole=True))
    if found.public is not None:
        parts.append(f"PH {times_of(found.public)}")
    return "; ".join(parts)


def _week_rules(week: Week, before: str, *, whole: bool) -> list[str]:
    """One rule for each set of days with the same times; closed days too when `whole`."""
    by_times: dict[Periods, list[int]] = {}
    for day, periods in enumerate(week.days):
        if periods or whole:
            by_times.setdefault(periods, []).append(day)
    return [f"{before}{_days_text(days)} {times_of(periods)}" for periods, days in by_times.items()]


def _days_text(days: list[int]) -> str:
    out: list[str] = []
    first = previous = days[0]
    for day in [*days[1:], -1]:
        if day == previous + 1:
            previous = day
            continue
        if first == previous:
            out.append(DAY_NAMES[first])
        else:
            join = "," if previous == first + 1 else "-"
            out.append(f"{DAY_NAMES[first]}{join}{DAY_NAMES[previous]}")
        first = previous = day
    return ",".join(out)


def times_of(periods: Periods) -> str:
    """« 07:30-13:00,16:00-20:00 »; « off » for none."""
    if not periods:
        return "off"
    return ",".join(f"{written(start)}-{written(_on_a_clock(end))}" for start, end in periods)


def _on_a_clock(end: int) -> int:
    return end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY


def season_expression(season: Season) -> str:
    """« Jun 15-Sep 15 »."""
    (month, day), (last_month, last_day) = season
    return f"{_MONTHS[month - 1]} {day:02d}-{_MONTHS[last_month - 1]} {last_day:02d}"


def season_of(month: int, day: int, last_month: int, last_day: int) -> Season:
    """A season; `HoursError` when a day is in no calendar."""
    for one_month, one_day in ((month, day), (last_month, last_day)):
        # A leap year: the 29th of February may begin a season.
        if not 1 <= one_month <= 12 or not 1 <= one_day <= calendar.monthrange(2024, one_month)[1]:
            raise HoursError(
                f"« {one_day:02d}/{one_month:02d} » n’est pas un jour de l’année. Attendu : JJ/MM."
            )
    return (month, day), (last_month, last_day)


def schedule_of(expression: str) -> Schedule | None:
    """The schedule that makes an expression, if the grid of the week can show it; None otherwise."""
    reader = _Reader()
    try:
        for rule in rules_of(expression):
            found = _RULE.fullmatch(rule.text) if rule.separator in {"", ";"} else None
            if found is None or not reader.take(found):
                return None
    except HoursError:
        return None
    if reader.school is not None and reader.seasons and not _is_whole(expression, "SH"):
        return None
    return reader.schedule


class _Reader:
    """Takes the rules of an expression one by one, in the order in which `expression_of` writes them."""

    def __init__(self) -> None:
        self.week: list[Periods] = [()] * len(DAY_NAMES)
        self.seasons: dict[Season, list[Periods]] = {}
        self.school: list[Periods] | None = None
        self.public: Periods | None = None

    @property
    def schedule(self) -> Schedule:
        """What was read."""
        return Schedule(
            Week(tuple(self.week)),
            self.public,
            tuple((season, Week(tuple(days))) for season, days in self.seasons.items()),
            Week(tuple(self.school)) if self.school is not None else None,
        )

    def take(self, found: re.Match[str]) -> bool:
        """Take a rule; whether the grid can show it."""
        periods = _periods(found["times"])
        if self.public is not None:
            return False
        if found["holiday"] == "PH":
            self.public = periods
            return not (found["days"] or found["month"])
        target = self._days_of(found)
        if target is None:
            return False
        for day in _days(found["days"]):
            target[day] = periods
        return True

    def _days_of(self, found: re.Match[str]) -> list[Periods] | None:
        """The days that a rule fills; None when it would hold beyond them."""
        if found["month"]:
            if found["holiday"] or self.school is not None:
                return None
            first = _month_day(found["month"], found["day"])
            season = first, _month_day(found["last_month"], found["last_day"])
            return self.seasons.setdefault(season, list(self.week))
        if found["holiday"]:
            if self.school is None:
                self.school = list(self.week)
            return self.school
        # A rule of the usual week after those of seasons would hold in them too.
        return None if self.seasons or self.school is not None else self.week


def _is_whole(expression: str, holiday: str) -> bool:
    """Whether the rules of a holiday speak of all seven days, so that what they leave out does not matter."""
    told: set[int] = set()
    for rule in rules_of(expression):
        found = _RULE.fullmatch(rule.text)
        if found and found["holiday"] == holiday:
            told |= set(_days(found["days"]))
    return len(told) == len(DAY_NAMES)


def _month_day(month: str, day: str) -> MonthDay:
    return _MONTHS.index(month) + 1, int(day)


def _periods(times: str) -> Periods:
    if times in {"off", "closed"}:
        return ()
    if times == "24/7":
        return ((0, MINUTES_A_DAY),)
    return periods_of(
        [(start, end if end <= MINUTES_A_DAY else end - MINUTES_A_DAY) for start, end in spans_of(times)]
    )


def _days(listed: str | None) -> list[int]:
    if not listed:
        return list(range(len(DAY_NAMES)))
    found: list[int] = []
    for item in listed.split(","):
        first, _, last = item.strip().partition("-")
        start, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
        # « Sa-Mo » passes Sunday.
        found.extend(day % 7 for day in range(start, end + 1 if end >= start else end + 8))
    return found
