"""Whether cafés are open, from the intervals computed ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from millecafes.cafes.enums import Activity
from millecafes.cafes.models import Cafe, OpenInterval, Stop
from millecafes.cafes.rules.hours import clock, moment, time_zone_of

# What lasts longer than this has no closing to tell.
_FOR_EVER = dt.timedelta(days=20)


@dataclass(frozen=True)
class Opening:
    """Whether a café is open, in words (« ouvert jusqu’à 20 h »), and until or from when."""

    is_open: bool
    words: str
    changes_at: dt.datetime | None = None


def status_of(cafe: Cafe, now: dt.datetime) -> Opening:
    """Whether a café is open now."""
    return statuses([cafe], now)[cafe.pk]


def statuses(cafes: Iterable[Cafe], now: dt.datetime) -> dict[int, Opening]:
    """Whether these cafés (with their communes) are open now, by number. Two queries at most."""
    rows = list(cafes)
    nexts = _nexts([cafe.pk for cafe in rows if cafe.activity == Activity.OPEN], now)
    return {cafe.pk: _status(cafe, nexts.get(cafe.pk), now) for cafe in rows}


def _nexts(ids: list[int], now: dt.datetime) -> dict[int, OpenInterval]:
    """The interval of each café that is open, or opens next."""
    if not ids:
        return {}
    ahead = OpenInterval.objects.filter(cafe=OuterRef("pk"), closes__gt=now).order_by("opens", "pk")
    first = (
        Cafe.objects.filter(pk__in=ids).order_by().values_list(Subquery(ahead.values("pk")[:1]), flat=True)
    )
    # Evaluated on its own: SQLite would ask it for each interval.
    known = [pk for pk in first if pk is not None]
    rows = OpenInterval.objects.filter(pk__in=known).select_related("stop__commune")
    return {row.cafe_id: row for row in rows}


def _status(cafe: Cafe, found: OpenInterval | None, now: dt.datetime) -> Opening:
    if cafe.activity != Activity.OPEN:
        return Opening(False, _WORDS.get(cafe.activity, "ouverture inconnue"))
    if found is None:
        return Opening(False, "fermé ces prochaines semaines" if cafe.hours else "horaires non renseignés")
    stop = found.stop
    zone = time_zone_of((stop.commune if stop else cafe.commune).departement_id)
    here, where = now.astimezone(zone), _where(stop)
    if found.opens > now:
        return Opening(False, f"ouvre {moment(found.opens.astimezone(zone), here)}{where}", found.opens)
    closes = found.closes.astimezone(zone)
    if found.closes - now > _FOR_EVER:
        return Opening(True, f"ouvert jour et nuit{where}", None)
    if (closes.date() - here.date()).days > 1:
        return Opening(True, f"ouvert{where}", found.closes)
    return Opening(True, f"ouvert jusqu’à {clock(closes.hour * 60 + closes.minute)}{where}", found.closes)


def _where(stop: Stop | None) -> str:
    return f", {stop.name} à {stop.commune.name}" if stop else ""


_WORDS: dict[str, str] = {
    Activity.OPENING: "ouverture en préparation",
    Activity.PAUSED: "en pause",
    Activity.CLOSED: "fermé définitivement",
}
