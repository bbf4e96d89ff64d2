"""When cafés are open, written: usual hours, exceptional days, stops of those that move."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import HoursSource
from millecafes.cafes.models import Cafe, HoursException, Stop
from millecafes.cafes.rules.hours import HoursError, normalised, normalised_times
from millecafes.cafes.rules.place import distance_km, in_the_sea
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.intervals import compute
from millecafes.common import journal, notifications
from millecafes.common.actors import Actor
from millecafes.common.formats import day as in_words
from millecafes.territory.models import Commune
from millecafes.territory.queries.contours import off_land

FRESHNESS = "cafes.freshness"
# An exceptional day is told at most that far ahead, and lasts at most that long.
MOST_DAYS_AHEAD, MOST_DAYS = 400, 370
_STOP_KM = 30


@dataclass(frozen=True)
class StopDetails:
    """Where and when a mobile café serves; without a point, at its commune's."""

    name: str
    commune: Commune
    hours: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    note: str = ""


def source_of(actor: Actor) -> HoursSource:
    """Who says the hours: the café's own people, or the team."""
    own = actor.kind in {RoleKind.MANAGER, RoleKind.VOLUNTEER}
    return HoursSource.SELF if own else HoursSource.TEAM


def checked_hours(text: str, field: str = "hours") -> str:
    """Hours in the one form that is kept.

    Raises
    ------
    CafeError
        In the words of `HoursError`.
    """
    try:
        return normalised(text)
    except HoursError as error:
        raise CafeError(field, str(error)) from error


@transaction.atomic
def set_hours(*, cafe: Cafe, hours: str, note: str = "", actor: Actor, now: dt.datetime) -> Cafe:
    """Say the usual hours of a café (OSM syntax or French), which confirms them.

    Raises
    ------
    CafeError
    """
    hours = checked_hours(hours)
    cafe = locked(cafe)
    changed = (cafe.hours, cafe.hours_note) != (hours, note)
    cafe.hours, cafe.hours_note = hours, note
    _confirmed(cafe, actor, now)
    cafe.save(update_fields=["hours", "hours_note", "hours_confirmed_at", "hours_source", "news_at"])
    compute([cafe.pk], now=now)
    verb = "cafes.hours_set" if changed else "cafes.hours_confirmed"
    data = {"hours": hours or "sans horaires"} if changed else {}
    journal.record(actor=actor, verb=verb, target=cafe, now=now, data=data)
    return cafe


@transaction.atomic
def confirm_hours(*, cafe: Cafe, actor: Actor, now: dt.datetime) -> Cafe:
    """Say that the hours are still true.

    Raises
    ------
    CafeError
        When there are none.
    """
    cafe = locked(cafe)
    if not cafe.hours and not cafe.stops.exists():
        raise CafeError("hours", "Les horaires ne sont pas renseignés : donnez-les d’abord.")
    _confirmed(cafe, actor, now)
    cafe.save(update_fields=["hours_confirmed_at", "hours_source", "news_at"])
    journal.record(actor=actor, verb="cafes.hours_confirmed", target=cafe, now=now, data={})
    return cafe


@transaction.atomic
def add_exception(
    *,
    cafe: Cafe,
    first: dt.date,
    last: dt.date | None = None,
    hours: str = "",
    note: str = "",
    actor: Actor,
    now: dt.datetime,
) -> HoursException:
    """Say that some days are not as usual: closed, or other times; the same days said again are replaced.

    Raises
    ------
    CafeError
        When the days are past, too far, too many or in the wrong order; when times cannot be read.
    """
    last = last or first
    _verify_days(first, last, timezone.localdate(now))
    try:
        times = normalised_times(hours)
    except HoursError as error:
        raise CafeError("hours", str(error)) from error
    cafe = locked(cafe)
    cafe.exceptions.filter(first=first, last=last).delete()
    row = HoursException.objects.create(cafe=cafe, first=first, last=last, hours=times, note=note)
    heard(cafe, actor, now)
    compute([cafe.pk], now=now)
    data = {"days": days_in_words(row), "hours": times.replace(",", ", ") or "fermé"}
    journal.record(actor=actor, verb="cafes.exception_added", target=cafe, now=now, data=data)
    return row


@transaction.atomic
def remove_exception(*, exception: HoursException, actor: Actor, now: dt.datetime) -> None:
    """Those days are as usual after all."""
    cafe = locked(exception.cafe)
    cafe.exceptions.filter(pk=exception.pk).delete()
    heard(cafe, actor, now)
    compute([cafe.pk], now=now)
    data = {"days": days_in_words(exception)}
    journal.record(actor=actor, verb="cafes.exception_removed", target=cafe, now=now, data=data)


@transaction.atomic
def set_stop(
    *, cafe: Cafe, details: StopDetails, stop: Stop | None = None, actor: Actor, now: dt.datetime
) -> Stop:
    """Add a stop of a mobile café, or change one.

    Raises
    ------
    CafeError
    """
    details = _verified(details)
    cafe = locked(cafe)
    if stop is None:
        stop = Stop(cafe=cafe)
    for name, value in vars(details).items():
        setattr(stop, name, value)
    stop.save()
    _confirmed(cafe, actor, now)
    cafe.save(update_fields=["hours_confirmed_at", "hours_source", "news_at"])
    compute([cafe.pk], now=now)
    journal.record(actor=actor, verb="cafes.stop_set", target=cafe, now=now, data={"stop": stop.name})
    return stop


@transaction.atomic
def remove_stop(*, stop: Stop, actor: Actor, now: dt.datetime) -> None:
    """The café does not stop there any more."""
    cafe = locked(stop.cafe)
    cafe.stops.filter(pk=stop.pk).delete()
    heard(cafe, actor, now)
    compute([cafe.pk], now=now)
    journal.record(actor=actor, verb="cafes.stop_removed", target=cafe, now=now, data={"stop": stop.name})


def days_in_words(one: HoursException) -> str:
    """« le 3 décembre 2026 », « du 3 au 5… »."""
    if one.first == one.last:
        return f"le {in_words(one.first)}"
    return f"du {in_words(one.first)} au {in_words(one.last)}"


def heard(cafe: Cafe, actor: Actor, now: dt.datetime) -> None:
    """Keep that the café's own people gave news of it."""
    if source_of(actor) == HoursSource.SELF:
        cafe.news_at = now
        cafe.save(update_fields=["news_at"])


def locked(cafe: Cafe) -> Cafe:
    """The café as it is now, held until the end of the transaction, ready to say its perimeters."""
    rows = Cafe.objects.select_related("commune__departement").select_for_update(of=("self",))
    return rows.get(pk=cafe.pk)


def _confirmed(cafe: Cafe, actor: Actor, now: dt.datetime) -> None:
    cafe.hours_confirmed_at, cafe.hours_source = now, source_of(actor)
    if cafe.hours_source == HoursSource.SELF:
        cafe.news_at = now
    notifications.stop_reminders(cafe, FRESHNESS)


def _verify_days(first: dt.date, last: dt.date, today: dt.date) -> None:
    if last < first:
        raise CafeError("last", f"Le {last:%d/%m/%Y} vient avant le {first:%d/%m/%Y}.")
    if last < today:
        raise CafeError("first", f"Le {last:%d/%m/%Y} est passé. Attendu : aujourd’hui ou plus tard.")
    if (first - today).days > MOST_DAYS_AHEAD:
        raise CafeError("first", f"Le {first:%d/%m/%Y} est trop loin. Attendu : d’ici un an au plus.")
    if (last - first).days > MOST_DAYS:
        raise CafeError("last", f"{(last - first).days + 1} jours d’affilée ; {MOST_DAYS} au plus.")


def _verified(details: StopDetails) -> StopDetails:
    if not details.name.strip():
        raise CafeError("name", "Le nom de l’arrêt est obligatoire, comme « Place de l’église ».")
    if details.first and details.last and details.last < details.first:
        raise CafeError("last", f"Le {details.last:%d/%m/%Y} vient avant le {details.first:%d/%m/%Y}.")
    commune = details.commune
    point = details.latitude, details.longitude
    if (point[0] is None) != (point[1] is None):
        raise CafeError("latitude", "Donnez la latitude et la longitude, ou aucune des deux.")
    if point[0] is None or point[1] is None:
        point = commune.lat, commune.lon
    elif commune.lat is not None and commune.lon is not None:
        away = distance_km(point[0], point[1], commune.lat, commune.lon)
        if not away <= _STOP_KM:
            raise CafeError(
                "latitude", f"Ce point est à {away:.0f} km de {commune.name} ; {_STOP_KM} km au plus."
            )
        if off_land([(commune.pk, point[0], point[1])])[0]:
            raise CafeError("latitude", in_the_sea(point[0], point[1]))
    hours = checked_hours(details.hours)
    return replace(details, name=details.name.strip(), hours=hours, latitude=point[0], longitude=point[1])
