"""Hours written, and whether a café is open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import services
from millecafes.cafes.enums import Activity, HoursSource, Track
from millecafes.cafes.models import Cafe, OpenInterval
from millecafes.cafes.queries.opening import status_of, statuses
from millecafes.cafes.services import CafeError, StopDetails
from millecafes.cafes.services.intervals import compute_all
from millecafes.common.actors import Actor
from millecafes.common.journal.models import JournalEntry
from tests.factories.cafes import ACTOR, make_cafe, tecou

pytestmark = [pytest.mark.django_db, pytest.mark.database]
# A Monday, at 13 h in Paris.
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
TOLD: dict[str, Any] = {"actor": ACTOR, "now": NOW}


@pytest.fixture
def cafe() -> Cafe:
    return make_cafe(now=NOW)


def words(cafe: Cafe, now: dt.datetime = NOW) -> str:
    cafe.refresh_from_db()
    return status_of(cafe, now).words.replace("\u00a0", " ")


def test_what_is_said_of_a_café_at_each_hour(cafe: Cafe) -> None:
    assert words(cafe) == "horaires non renseignés"
    services.set_hours(cafe=cafe, hours="Mo-Fr 08:00-20:00; Fr 08:00-01:00", **TOLD)
    assert words(cafe) == "ouvert jusqu’à 20 h"
    assert words(cafe, NOW + dt.timedelta(hours=8)) == "ouvre demain à 8 h"
    assert words(cafe, NOW - dt.timedelta(hours=6)) == "ouvre à 8 h"
    friday_night = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.UTC)
    assert words(cafe, friday_night) == "ouvert jusqu’à 1 h"
    assert words(cafe, friday_night + dt.timedelta(hours=3)) == "ouvre lundi à 8 h"
    services.set_hours(cafe=cafe, hours="24/7", **TOLD)
    assert words(cafe) == "ouvert jour et nuit"
    services.set_hours(cafe=cafe, hours="Jul 10:00-12:00", **TOLD)
    assert words(cafe) == "fermé ces prochaines semaines"


def test_a_café_that_is_paused_is_not_open(cafe: Cafe) -> None:
    services.set_hours(cafe=cafe, hours="24/7", **TOLD)
    services.record_state(cafe=cafe, track=Track.ACTIVITY, state=Activity.PAUSED, on=TODAY, **TOLD)
    assert words(cafe) == "en pause"


def test_hours_say_who_gave_them_and_when(cafe: Cafe) -> None:
    services.set_hours(cafe=cafe, hours="lundi 9h-12h", note="Frappez fort", **TOLD)
    cafe.refresh_from_db()
    assert (cafe.hours, cafe.hours_note, cafe.hours_source) == (
        "Mo 09:00-12:00",
        "Frappez fort",
        HoursSource.TEAM,
    )
    assert (cafe.hours_confirmed_at, cafe.news_at) == (NOW, None)
    own = Actor(user_id=None, role_id=None, kind=RoleKind.MANAGER, perimeter=f"cafe:{cafe.pk}")
    later = NOW + dt.timedelta(days=3)
    services.confirm_hours(cafe=cafe, actor=own, now=later)
    cafe.refresh_from_db()
    assert (cafe.hours_confirmed_at, cafe.hours_source, cafe.news_at) == (later, HoursSource.SELF, later)
    verbs = JournalEntry.objects.filter(verb__startswith="cafes.hours").order_by("pk")
    assert [entry.verb for entry in verbs] == ["cafes.hours_set", "cafes.hours_confirmed"]


def test_what_cannot_be_changes_nothing(cafe: Cafe) -> None:
    services.set_hours(cafe=cafe, hours="Mo 09:00-12:00", **TOLD)
    with pytest.raises(CafeError, match="ne se lit pas"):
        services.set_hours(cafe=cafe, hours="quand je veux", **TOLD)
    with pytest.raises(CafeError, match="ne sont pas renseignés"):
        services.confirm_hours(cafe=make_cafe("Autre", now=NOW), **TOLD)
    cafe.refresh_from_db()
    assert cafe.hours == "Mo 09:00-12:00"


@pytest.mark.parametrize(
    ("details", "field", "said"),
    [
        ({"first": TODAY, "last": TODAY - dt.timedelta(days=1)}, "last", "vient avant"),
        ({"first": TODAY - dt.timedelta(days=2)}, "first", "est passé"),
        ({"first": TODAY + dt.timedelta(days=900)}, "first", "trop loin"),
        ({"first": TODAY, "last": TODAY + dt.timedelta(days=380)}, "last", "381 jours"),
        ({"first": TODAY, "hours": "le matin"}, "hours", "ne se lit pas"),
        ({"first": TODAY, "hours": "10:00-12:00,11:00-13:00"}, "hours", "se chevauchent"),
    ],
)
def test_exceptional_days_that_cannot_be(cafe: Cafe, details: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(CafeError, match=said) as caught:
        services.add_exception(cafe=cafe, **details, **TOLD)
    assert caught.value.field == field
    assert not cafe.exceptions.exists()


def test_closed_today_and_open_another_day(cafe: Cafe) -> None:
    services.set_hours(cafe=cafe, hours="Mo-Fr 08:00-20:00", **TOLD)
    closed = services.add_exception(cafe=cafe, first=TODAY, **TOLD)
    assert words(cafe) == "ouvre demain à 8 h"
    services.add_exception(cafe=cafe, first=TODAY, hours="12h-15h", **TOLD)
    assert words(cafe) == "ouvert jusqu’à 15 h"
    assert cafe.exceptions.get().pk != closed.pk
    services.remove_exception(exception=cafe.exceptions.get(), **TOLD)
    assert words(cafe) == "ouvert jusqu’à 20 h"


def test_stops_of_a_café_that_moves(cafe: Cafe) -> None:
    details = StopDetails("Place du marché", tecou(), "Mo 12:00-14:00", first=TODAY, last=TODAY)
    stop = services.set_stop(cafe=cafe, details=details, **TOLD)
    assert (stop.latitude, stop.longitude) == (43.85, 1.95)
    assert words(cafe) == "ouvert jusqu’à 14 h, Place du marché à Técou"
    assert OpenInterval.objects.filter(cafe=cafe).count() == 1
    far = StopDetails("Ailleurs", tecou(), latitude=44.5, longitude=1.95)
    with pytest.raises(CafeError, match="à 72 km de Técou"):
        services.set_stop(cafe=cafe, details=far, **TOLD)
    services.remove_stop(stop=stop, **TOLD)
    assert words(cafe) == "horaires non renseignés"


def test_the_job_of_the_night_computes_for_every_café(cafe: Cafe) -> None:
    services.set_hours(cafe=cafe, hours="Mo-Su 08:00-12:00", **TOLD)
    later = NOW + dt.timedelta(days=100)
    assert words(cafe, later) == "fermé ces prochaines semaines"
    assert compute_all(now=later) == 35
    assert words(cafe, later) == "ouvre demain à 8 h"
    assert all(timezone.localtime(row.opens).hour == 8 for row in OpenInterval.objects.all())


def test_many_cafés_take_two_queries(django_assert_num_queries: Any) -> None:
    cafes = [make_cafe(f"Café {number}", now=NOW) for number in range(4)]
    for one in cafes[:3]:
        services.set_hours(cafe=one, hours="Mo-Su 08:00-20:00", **TOLD)
    rows = list(Cafe.objects.select_related("commune"))
    with django_assert_num_queries(2):
        found = statuses(rows, NOW)
    assert [found[one.pk].is_open for one in cafes] == [True, True, True, False]
