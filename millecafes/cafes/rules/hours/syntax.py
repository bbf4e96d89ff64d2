"""The grammar of OSM `opening_hours` as far as the house needs it: rules, holidays and times.

Source: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. The library that evaluates
(`opening-hours-py`) never matches school holidays, reads « SH Mo-Fr » as « SH or Mo-Fr », and lets an
exceptional day cut what began the evening before. So each day is evaluated with an expression made for it:
holidays are replaced by week days or left out, and nights are shifted so that none passes midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTES_A_DAY = 24 * 60
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_ITEM = rf"(?:{_DAY}(?:\[[^\]]*\])?(?:-{_DAY})?|PH|SH)"
_LIST = rf"{_ITEM}(?:\s*,\s*{_ITEM})*"
_SELECTOR = re.compile(rf"(?<![A-Za-z])({_LIST})(?:\s+({_LIST}))?(?![A-Za-z])")
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
# A comma that begins another rule, not another day or time: after a time or a word, before a letter.
_RULE_ENDS = re.compile(r"(?:\d:\d\d|24/7|off|closed|open|unknown|\")\s*$")
_RULE_BEGINS = re.compile(r"\s*[A-Z]")


@dataclass(frozen=True)
class Rule:
    """One rule: what separates it from the one before (empty for the first), and its text."""

    separator: str
    text: str

    @property
    def bare(self) -> str:
        """The text without its comments."""
        return re.sub(r'"[^"]*"', "", self.text)


@lru_cache(maxsize=4096)
def rules_of(expression: str) -> tuple[Rule, ...]:
    """The rules of an expression."""
    return tuple(rule for rule in _rules(expression) if rule.text)


def _rules(expression: str) -> Iterator[Rule]:
    start, separator, quoted, place = 0, "", False, 0
    while place < len(expression):
        found = ""
        if expression[place] == '"':
            quoted = not quoted
        elif not quoted:
            found = _separator_at(expression, start, place)
        if found:
            yield Rule(separator, expression[start:place].strip())
            separator, start = found, place + len(found)
            place = start
        else:
            place += 1
    yield Rule(separator, expression[start:].strip())


def _separator_at(expression: str, start: int, place: int) -> str:
    if expression[place] == ";":
        return ";"
    if expression.startswith("||", place):
        return "||"
    if expression[place] == "," and _RULE_BEGINS.match(expression, place + 1):
        return "," if _RULE_ENDS.search(expression[start:place]) else ""
    return ""


def joined(rules: Iterator[Rule]) -> str:
    """The expression that rules make, in the form of the specification."""
    out = ""
    for rule in rules:
        mark = {"||": " || ", ",": ", "}.get(rule.separator, "; ")
        out = f"{out}{mark}{rule.text}" if out else rule.text
    return out


def uses(expression: str, holiday: str) -> bool:
    """Whether an expression speaks of public (`PH`) or school (`SH`) holidays."""
    return any(re.search(rf"(?<![A-Za-z]){holiday}(?![A-Za-z])", rule.bare) for rule in rules_of(expression))


@lru_cache(maxsize=8192)
def on_such_a_day(expression: str, public: bool, school: bool) -> str:
    """The expression that holds on a day that is or is not a holiday, without holidays; "" if never open.

    « SH Mo-Fr » holds on the weekdays of school holidays; « Mo,PH » on Mondays and on public holidays.
    """
    active = {"PH"} if public else set()
    if school:
        active.add("SH")
    return joined(
        Rule(rule.separator, text) for rule in rules_of(expression) if (text := _without(rule.text, active))
    )


def _without(text: str, active: set[str]) -> str:
    """A rule without holidays; "" when it does not hold."""
    found = _SELECTOR.search(re.sub(r'"[^"]*"', lambda quoted: " " * len(quoted[0]), text))
    if found is None:
        return text
    first, second = _items(found[1]), found[2] or ""
    holidays = [item for item in first if item in {"PH", "SH"}]
    if not holidays:
        return text
    if second and len(holidays) == len(first):
        kept = second if active & set(holidays) else ""
    elif active & set(holidays):
        kept = "Mo-Su"
    else:
        kept = ",".join(item for item in first if item not in {"PH", "SH"})
    if not kept:
        return ""
    return f"{text[: found.start()]}{kept}{text[found.end() :]}".strip()


def _items(listed: str) -> list[str]:
    return [item.strip() for item in listed.split(",")]


def minutes(hour: str, minute: str) -> int:
    """Minutes since midnight."""
    return int(hour) * 60 + int(minute)


def spans_of(text: str) -> list[tuple[int, int]]:
    """The times of a rule, in minutes since midnight; an end past midnight counts on from 1,440."""
    found = []
    for hour, minute, end_hour, end_minute in SPAN.findall(text):
        start, end = minutes(hour, minute), minutes(end_hour, end_minute)
        found.append((start, end if end > start else end + MINUTES_A_DAY))
    return found


@lru_cache(maxsize=8192)
def night_of(expression: str) -> int:
    """Minutes by which to shift so that no opening passes midnight; 0 when none does, or none can be."""
    spans = [span for rule in rules_of(expression) for span in spans_of(rule.bare)]
    cut = max((end for _, end in spans), default=0) - MINUTES_A_DAY
    if cut <= 0 or any(start < cut for start, _ in spans):
        return 0
    whole_days = any(not SPAN.search(rule.bare) and not _is_off(rule.bare) for rule in rules_of(expression))
    return 0 if whole_days else cut


def _is_off(text: str) -> bool:
    return re.search(r"\b(?:off|closed)\s*$", text) is not None


@lru_cache(maxsize=8192)
def shifted(expression: str, cut: int) -> str:
    """The expression with all its times earlier by `cut` minutes."""
    if not cut:
        return expression

    def earlier(found: re.Match[str]) -> str:
        ((start, end),) = spans_of(found[0])
        return f"{written(start - cut)}-{written(end - cut)}"

    return joined(Rule(rule.separator, SPAN.sub(earlier, rule.text)) for rule in rules_of(expression))


def written(minute: int) -> str:
    """A time of the syntax: 07:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
