"""A café in the words of schema.org, for search engines and assistants (JSON-LD)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from millecafes.cafes.enums import Activity, PlaceOrigin, ServiceStatus, Wheelchair
from millecafes.cafes.models import Cafe, HoursException
from millecafes.cafes.rules.hours import Periods, Season, Week, periods_of, schedule_of
from millecafes.cafes.rules.hours.syntax import MINUTES_A_DAY, spans_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SCHEMA = "https://schema.org/"
Specification = dict[str, Any]


def linked_data(cafe: Cafe, exceptions: Iterable[HoursException], today: dt.date) -> dict[str, Any]:
    """What is said of a café (with its commune and département); what nobody knows is left out."""
    commune, page = cafe.commune, settings.SITE_URL + cafe.get_absolute_url()
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CafeOrCoffeeShop",
        "@id": page,
        "url": page,
        "name": cafe.name,
        "description": cafe.story,
        "disambiguatingDescription": "Café d’exemple, inventé" if cafe.is_demo else "",
        "image": settings.SITE_URL + reverse("cafes:card", args=[cafe.pk]) if cafe.kind else "",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": cafe.address,
            "postalCode": commune.postal_codes.split(" ")[0],
            "addressLocality": commune.name,
            "addressRegion": commune.departement.name,
            "addressCountry": "FR",
        },
        "telephone": cafe.phone,
        "email": cafe.email,
        "sameAs": [cafe.website] if cafe.website else [],
        "paymentAccepted": cafe.payment_words,
        "knowsLanguage": list(cafe.languages),
        "amenityFeature": _features(cafe),
    }
    if cafe.latitude is not None and cafe.place_origin != PlaceOrigin.COMMUNE:
        told["geo"] = {"@type": "GeoCoordinates", "latitude": cafe.latitude, "longitude": cafe.longitude}
    if cafe.activity == Activity.OPEN:
        told["openingHoursSpecification"] = opening_specifications(cafe.hours, exceptions, today)
    told["address"] = {name: value for name, value in told["address"].items() if value}
    return {name: value for name, value in told.items() if value}


def _features(cafe: Cafe) -> list[dict[str, Any]]:
    names = [service.label for service in cafe.services.filter(status=ServiceStatus.RUNNING).order_by("code")]
    if cafe.wheelchair == Wheelchair.YES:
        names.append("Accessible en fauteuil")
    return [{"@type": "LocationFeatureSpecification", "name": name, "value": True} for name in names]


def opening_specifications(
    expression: str, exceptions: Iterable[HoursException], today: dt.date
) -> list[Specification]:
    """The hours of the week, of seasons, of public holidays and of exceptional days.

    Nothing at all for hours that schema.org cannot say (school holidays, every other week…): half of them
    would be wrong on some days.
    """
    found = schedule_of(expression) if expression else None
    if found is None or found.school is not None:
        return []
    told = list(_week(found.week))
    if found.public is not None:
        told += _times(found.public, {"dayOfWeek": f"{_SCHEMA}PublicHolidays"}, says_closed=True)
    for season, week in found.seasons:
        first, last = _dates(season, today)
        dates = {"validFrom": first.isoformat(), "validThrough": last.isoformat()}
        told += _week(week, dates, says_closed=True)
    for one in exceptions:
        dates = {"validFrom": one.first.isoformat(), "validThrough": one.last.isoformat()}
        told += _times(periods_of(list(spans_of(one.hours))), dates, says_closed=True)
    return told


def _week(
    week: Week, more: Specification | None = None, *, says_closed: bool = False
) -> Iterator[Specification]:
    """One entry for each period of days that share it."""
    by_periods: dict[Periods, list[str]] = {}
    for day, periods in enumerate(week.days):
        by_periods.setdefault(periods, []).append(f"{_SCHEMA}{_DAYS[day]}")
    for periods, days in by_periods.items():
        yield from _times(periods, {"dayOfWeek": days, **(more or {})}, says_closed=says_closed)


def _times(
    periods: Sequence[tuple[int, int]], when: Specification, *, says_closed: bool
) -> Iterator[Specification]:
    """A day closed opens and closes at midnight, as search engines ask; a whole day ends a minute before."""
    shown = [*periods] or ([(0, 0)] if says_closed else [])
    for start, end in shown:
        closes = end - 1 if end == MINUTES_A_DAY else end % MINUTES_A_DAY
        yield {"@type": "OpeningHoursSpecification", **when, "opens": _clock(start), "closes": _clock(closes)}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _dates(season: Season, today: dt.date) -> tuple[dt.date, dt.date]:
    """The season that runs, or comes next."""
    for year in (today.year - 1, today.year, today.year + 1):
        first, last = _on(year, season[0]), _on(year, season[1])
        if last < first:
            last = _on(year + 1, season[1])
        if last >= today:
            return first, last
    raise AssertionError(season)


def _on(year: int, month_day: tuple[int, int]) -> dt.date:
    """A day of a year; the 29th of February is the 28th when there is none."""
    month, day = month_day
    try:
        return dt.date(year, month, day)
    except ValueError:
        return dt.date(year, month, day - 1)
