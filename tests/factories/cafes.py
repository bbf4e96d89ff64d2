"""Cafés, made through the same services as real ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from millecafes.cafes.enums import (
    Activity,
    CafeModel,
    EventKind,
    Relation,
    ReportSubject,
    ServiceStatus,
    Track,
)
from millecafes.cafes.models import (
    Cafe,
    CafeContact,
    CafeEvent,
    CafeNote,
    CafeService,
    CafeState,
    ErrorReport,
    Visit,
)
from millecafes.cafes.queries import cafes
from millecafes.cafes.services import (
    CafeDetails,
    ServiceDetails,
    add_cafe,
    record_event,
    record_state,
    set_service,
)
from millecafes.cafes.services.following import (
    ContactDetails,
    VisitDetails,
    add_contact,
    add_note,
    add_visit,
)
from millecafes.cafes.services.reporting import record_report
from millecafes.common import actors
from millecafes.territory.models import Commune
from tests.factories.territory import make_commune

ACTOR = actors.command("tests")
OPENED = dt.date(2024, 3, 1)


def make_cafe(
    name: str = "Le Zinc",
    commune: Commune | None = None,
    *,
    activity: Activity | str = Activity.OPEN,
    relation: Relation | str = Relation.MEMBER,
    on: dt.date = OPENED,
    now: dt.datetime | None = None,
    **details: Any,
) -> Cafe:
    """A café of Técou, open and member since March 2024 unless told; without a track when told ""."""
    now = now or timezone.now()
    details.setdefault("model", CafeModel.ENTREPRENEURIAL)
    details.setdefault("is_another", True)
    place = commune or tecou()
    cafe = add_cafe(details=CafeDetails(name=name, commune=place, **details), actor=ACTOR, now=now)
    if relation == Relation.LEFT:
        _record(cafe, Track.RELATION, Relation.MEMBER, on, now)
        _record(cafe, Track.RELATION, Relation.LEFT, on + dt.timedelta(days=30), now)
    elif relation:
        _record(cafe, Track.RELATION, relation, on, now)
    if activity in {Activity.PAUSED, Activity.CLOSED}:
        _record(cafe, Track.ACTIVITY, Activity.OPEN, on, now)
        _record(cafe, Track.ACTIVITY, activity, on + dt.timedelta(days=30), now)
    elif activity:
        _record(cafe, Track.ACTIVITY, activity, on, now)
    return cafes().get(pk=cafe.pk)


def tecou() -> Commune:
    """The commune of Técou, made at its first use."""
    known = Commune.objects.select_related("departement").filter(pk="81294").first()
    return known or make_commune()


def _record(cafe: Cafe, track: Track, state: str, on: dt.date, now: dt.datetime) -> None:
    record_state(cafe=cafe, track=track, state=state, on=on, actor=ACTOR, now=now)


def make_service(
    cafe: Cafe, code: str = "colis", status: ServiceStatus = ServiceStatus.RUNNING, **details: Any
) -> CafeService:
    """A running service of a café unless told."""
    return set_service(
        cafe=cafe,
        code=code,
        details=ServiceDetails(status=status, **details),
        actor=ACTOR,
        now=timezone.now(),
    )


def make_state(cafe: Cafe) -> CafeState:
    """The latest entry of its tracks."""
    return cafe.states.order_by("-on", "-pk")[0]


def make_event(cafe: Cafe, kind: EventKind = EventKind.HANDOVER, on: dt.date = OPENED) -> CafeEvent:
    """A hand-over, unless told."""
    return record_event(cafe=cafe, kind=kind, on=on, actor=ACTOR, now=timezone.now())


def make_contact(cafe: Cafe, name: str = "Dominique Blanc", **details: Any) -> CafeContact:
    """Somebody to reach about a café, by e-mail unless told."""
    details.setdefault("email", "dominique@example.org")
    told = ContactDetails(name=name, **details)
    return add_contact(cafe=cafe, details=told, actor=ACTOR, now=timezone.now())


def make_note(cafe: Cafe, text: str = "Le four est en panne.") -> CafeNote:
    """A note of the team."""
    return add_note(cafe=cafe, text=text, actor=ACTOR, now=timezone.now())


def make_visit(cafe: Cafe, **details: Any) -> Visit:
    """A visit of last March, with something to do after it unless told."""
    details = {"on": OPENED, "who": "Camille Roux", "follow_ups": "Appeler la mairie", **details}
    return add_visit(cafe=cafe, details=VisitDetails(**details), actor=ACTOR, now=timezone.now())


def make_report(cafe: Cafe, text: str = "Fermé le lundi.", **details: Any) -> ErrorReport:
    """What a visitor says is wrong about the hours of a café, unless told."""
    details = {"about": ReportSubject.HOURS, "email": "", "address": f"192.0.2.{cafe.pk % 250}", **details}
    return record_report(cafe=cafe, text=text, actor=actors.Actor(), now=timezone.now(), **details)
