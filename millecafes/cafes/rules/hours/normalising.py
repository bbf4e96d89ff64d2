"""Hours as people and files write them, brought to the OSM syntax or refused in words."""

from __future__ import annotations

import re

from millecafes.cafes.rules.hours.errors import HoursError
from millecafes.cafes.rules.hours.syntax import rules_of, spans_of
from millecafes.cafes.rules.hours.week import expression_of, periods_of, schedule_of, times_of

LONGEST = 500
EXPECTED = "Attendu : la forme d’OpenStreetMap, comme « Tu-Sa 08:00-19:30; Su 09:00-13:00; PH off »."
_OSM_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# « Mar » is March beside another month or before a date, and mardi elsewhere.
_TUESDAY = rf"(?<!(?:{_OSM_MONTHS})[-,])mar(?!\s*[-,]\s*(?:{_OSM_MONTHS}))(?!\s+\d{{1,2}}(?![\d:hH\s]*[:hH]))"
_FRENCH = {
    r"lundis?|lun|lu": "Mo",
    rf"mardis?|{_TUESDAY}|ma": "Tu",
    r"mercredis?|mer|me": "We",
    r"jeudis?|jeu|je": "Th",
    r"vendredis?|ven|ve": "Fr",
    r"samedis?|sam|sa": "Sa",
    r"dimanches?|dim|di": "Su",
    r"tous les jours|tlj|7j/7": "Mo-Su",
    r"jours? fériés?|fériés?|jf": "PH",
    r"vacances scolaires|vacances": "SH",
    r"fermés?|fermées?": "off",
}
_OSM_WORDS = {
    word.lower(): word
    for word in (
        *("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH", "SH"),
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        *("off", "closed", "open", "unknown", "week", "easter"),
    )
}
_SUN = re.compile(r"\b(sunrise|sunset|dawn|dusk)\b")
_HOLIDAY_OFFSET = re.compile(r"\b[PS]H\s*[+-]\s*\d+\s*day")
_OPEN_END = re.compile(r"\d:\d\d\s*\+")


def normalised(text: str) -> str:
    """Hours in the OSM syntax, from that syntax or from French; "" for nothing.

    Raises `HoursError`: what cannot be read, times that do not exist or overlap, and what we cannot compute
    (the sun, the day before a holiday, an opening without a closing).
    """
    typed = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
    if not typed:
        return ""
    if len(typed) > LONGEST:
        raise HoursError(f"{len(typed)} signes d’horaires ; {LONGEST} au plus.")
    found = _translated(typed)
    _refuse_unknown(found, typed)
    _refuse_overlaps(found)
    known = schedule_of(found)
    return expression_of(known) or "off" if known is not None else found


def normalised_times(text: str) -> str:
    """The times of an exceptional day (« 10:00-14:00 », « 10h-14h et 18h-22h »); "" for a day off."""
    typed = " ".join(text.replace("\u00a0", " ").split())
    if not typed or typed.lower() in {"fermé", "fermée", "off", "closed"}:
        return ""
    found = _translated(typed)
    rest = re.sub(r"\d{2}:\d{2}-\d{2}:\d{2}", "", found).strip(" ,")
    if rest or not spans_of(found):
        raise HoursError(f"« {typed} » ne se lit pas. Attendu : « 10:00-14:00 », ou « 10h-14h, 18h-22h ».")
    _refuse_times(found, typed)
    return times_of(periods_of([(start, _on_a_clock(end)) for start, end in spans_of(found)]))


def _on_a_clock(end: int) -> int:
    return end - 1440 if end > 1440 else end


def _translated(typed: str) -> str:
    """French days and times, and OSM words in any case, in the syntax; comments are left as they are."""
    parts = re.split(r'("[^"]*")', typed.replace("–", "-").replace("—", "-").replace("−", "-"))
    return "".join(part if part.startswith('"') else _translated_part(part) for part in parts).strip()


def _translated_part(part: str) -> str:
    found = part
    for french, osm in _FRENCH.items():
        found = re.sub(rf"(?<![\w/])(?:{french})(?![\w])\.?", osm, found, flags=re.IGNORECASE)
    found = re.sub(r"\b[A-Za-z]+\b", lambda word: _OSM_WORDS.get(word[0].lower(), word[0]), found)
    # « de 8h à 12h30 », « 8 h - 12 h », « du lundi au vendredi », « et ».
    found = re.sub(r"\bminuit\b", "24:00", found, flags=re.IGNORECASE)
    found = re.sub(r"\bmidi\b", "12:00", found, flags=re.IGNORECASE)
    found = re.sub(r"\b(\d{1,2})\s*[hH]\s*(\d{2})\b", r"\1:\2", found)
    found = re.sub(r"\b(\d{1,2})\s*[hH](?![A-Za-z\d])", r"\1:00", found)
    found = re.sub(r"\b(\d):(\d{2})", r"0\1:\2", found)
    found = re.sub(r"\b(?:de|du|le|les)\s+(?=\d|[A-Z])", "", found, flags=re.IGNORECASE)
    found = re.sub(r"\s*\b(?:à|a|au|jusqu['’]à)\s+(?=\d|[A-Z])", "-", found)
    found = re.sub(r"\s*(?:\bet\b|&|/(?=\s*\d{2}:))\s*", ",", found)
    found = re.sub(r"\s*-\s*(?=\d{2}:|(?:Mo|Tu|We|Th|Fr|Sa|Su)\b)", "-", found)
    found = re.sub(r"\s*,\s*(?=\d{2}:|(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b)", ",", found)
    found = re.sub(r"(?<=\b[A-Za-z]{2})\s*:\s*(?=\d|off)", " ", found)
    # « Mo 08:00-12:00,Tu … » begins another rule.
    return re.sub(
        r"(?<=\d:\d\d),(?=(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b)", "; ", re.sub(r"(?<=off),\s*", "; ", found)
    )


def _refuse_unknown(found: str, typed: str) -> None:
    import opening_hours

    if _SUN.search(found):
        raise HoursError(
            f"« {typed} » : les heures du soleil ne sont pas prises en charge, donnez des heures."
        )
    if _HOLIDAY_OFFSET.search(found):
        raise HoursError(f"« {typed} » : la veille ou le lendemain d’un jour férié n’est pas pris en charge.")
    if _OPEN_END.search(found):
        raise HoursError(f"« {typed} » : il manque l’heure de fermeture.")
    _refuse_times(found, typed)
    try:
        opening_hours.OpeningHours(found)
    except (opening_hours.ParserError, ValueError) as error:  # type: ignore[attr-defined]
        raise HoursError(f"« {typed} » ne se lit pas. {EXPECTED}") from error


def _refuse_times(found: str, typed: str) -> None:
    for hour, minute in re.findall(r"(\d{1,2}):(\d{2})", re.sub(r'"[^"]*"', "", found)):
        if int(minute) > 59 or int(hour) * 60 + int(minute) > 30 * 60:
            raise HoursError(
                f"« {typed} » : « {hour}:{minute} » n’est pas une heure. Attendu : de 00:00 à 24:00."
            )


def _refuse_overlaps(found: str) -> None:
    for rule in rules_of(found):
        spans = spans_of(rule.bare)
        if spans and "/" not in rule.bare:
            periods_of([(start, _on_a_clock(end)) for start, end in spans])
