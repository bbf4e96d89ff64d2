"""What the public says is wrong on a café's page, and what became of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.accounts.queries.roles import active
from millecafes.cafes.enums import ReportState, ReportSubject
from millecafes.cafes.models import Cafe, ErrorReport
from millecafes.common import journal, notifications
from millecafes.common.actors import Actor
from millecafes.pages.services import note_attempt

REPORTED = notifications.Topic(
    "cafes.error_reported",
    "Erreurs signalées sur un café",
    "vous suivez ce café, ou vous le tenez",
    spacing=dt.timedelta(hours=1),
)


@transaction.atomic
def record_report(
    *,
    cafe: Cafe,
    about: ReportSubject,
    text: str,
    email: str,
    address: str,
    actor: Actor,
    now: dt.datetime,
) -> ErrorReport:
    """Keep what somebody says is wrong; those who may correct it are told. `cafe` has its commune loaded.

    Raises
    ------
    TooManyMessagesError
        When the network address sent too many messages within the hour.
    """
    note_attempt(address=address, now=now)
    report = ErrorReport.objects.create(cafe=cafe, about=about, text=text, email=email, received_at=now)
    data = {"about": _about(report)}
    journal.record(actor=actor, verb="cafes.error_reported", target=cafe, now=now, data=data)
    said = f"{cafe.name} ({cafe.commune.name}) : une erreur est signalée, « {_about(report)} »."
    for person in _people(cafe, now):
        notifications.notify(
            topic=REPORTED.name,
            to=person,
            target=report,
            text=said,
            url=reverse("cafes:report", args=[report.pk]),
            now=now,
        )
    return report


def _people(cafe: Cafe, now: dt.datetime) -> list[User]:
    """The national team, whoever leads this place, and the café's own people."""
    keys = cafe.perimeter_keys()
    wanted = Q(kind=RoleKind.TEAM) | Q(kind=RoleKind.REGIONAL, perimeter__in=keys)
    wanted |= Q(kind=RoleKind.MANAGER, perimeter=f"cafe:{cafe.pk}")
    roles = active(timezone.localdate(now)).filter(wanted).select_related("user").order_by("user_id", "pk")
    return list({role.user_id: role.user for role in roles}.values())


@transaction.atomic
def handle_report(
    *, report: ErrorReport, state: ReportState, answer: str, actor: Actor, now: dt.datetime
) -> ErrorReport:
    """Say what became of a report: corrected, dismissed, or waiting again; the last to say it stays."""
    report = (
        ErrorReport.objects.select_related("cafe__commune__departement")
        .select_for_update(of=("self",))
        .get(pk=report.pk)
    )
    is_waiting = state == ReportState.WAITING
    report.state, report.answer = state, answer
    report.handled_at, report.handled_by_id = (None, None) if is_waiting else (now, actor.user_id)
    report.save(update_fields=["state", "answer", "handled_at", "handled_by"])
    data = {"about": _about(report), "state": str(ReportState(state).label).lower()}
    journal.record(actor=actor, verb="cafes.report_handled", target=report.cafe, now=now, data=data)
    return report


def _about(report: ErrorReport) -> str:
    return str(ReportSubject(report.about).label).lower()
