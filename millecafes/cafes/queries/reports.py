"""What people report as wrong on the pages of cafés."""

from __future__ import annotations

from django.db.models import QuerySet

from millecafes.accounts.enums import PerimeterKind
from millecafes.accounts.queries.perimeters import NETWORK
from millecafes.cafes.enums import ReportState
from millecafes.cafes.models import Cafe, ErrorReport
from millecafes.cafes.queries.cafes import LIES_IN
from millecafes.common.actors import Actor
from millecafes.common.permissions import can


def reports() -> QuerySet[ErrorReport]:
    """Every report, ready to say its perimeters and who handled it."""
    return ErrorReport.objects.select_related("cafe__commune__departement", "handled_by").order_by(
        "-received_at", "-pk"
    )


def reports_for(actor: Actor, state: str = "") -> QuerySet[ErrorReport]:
    """The reports that this hat handles: those that wait, the oldest first; else the latest."""
    if not can(actor, "cafes.list_reports"):
        return ErrorReport.objects.none()
    found = reports()
    if actor.perimeter != NETWORK:
        family, _, value = actor.perimeter.partition(":")
        path = "cafe" if family == PerimeterKind.CAFE else f"cafe__{LIES_IN[PerimeterKind(family)]}"
        found = found.filter(**{path: value})
    if state:
        found = found.filter(state=state)
    return found.order_by("received_at", "pk") if state == ReportState.WAITING else found


def reports_on(cafe: Cafe) -> QuerySet[ErrorReport]:
    """The reports on one café that wait, the oldest first."""
    return reports().filter(cafe=cafe, state=ReportState.WAITING).order_by("received_at", "pk")
