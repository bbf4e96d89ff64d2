"""What cafés offer, written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import ServiceStatus
from millecafes.cafes.models import Cafe, CafeService
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.supply import follow_supply
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.partners.models import Organisation


@dataclass(frozen=True)
class ServiceDetails:
    """What is said of a service in a café. Without hours, it has those of the café."""

    status: ServiceStatus = ServiceStatus.RUNNING
    partner: Organisation | None = None
    hours: str = ""
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    note: str = ""


@transaction.atomic
def set_service(
    *, cafe: Cafe, code: str, details: ServiceDetails, actor: Actor, now: dt.datetime
) -> CafeService:
    """Say how a service stands in a café, and that it was true today.

    Raises
    ------
    CafeError
        When the service is not in the catalogue, or ends before it starts.
    """
    verify_service(code, details)
    cafe = _locked(cafe)
    values = {
        "status": details.status,
        "partner": details.partner,
        "hours": details.hours,
        "started_on": details.started_on,
        "ended_on": details.ended_on,
        "note": details.note,
        "confirmed_on": timezone.localdate(now),
    }
    service, _ = CafeService.objects.update_or_create(cafe=cafe, code=code, defaults=values)
    follow_supply(cafe=cafe, actor=actor, now=now)
    data = {
        "service": catalogue.label(code).lower(),
        "status": str(ServiceStatus(details.status).label).lower(),
    }
    journal.record(actor=actor, verb="cafes.service_set", target=cafe, now=now, data=data)
    return service


@transaction.atomic
def confirm_service(*, service: CafeService, actor: Actor, now: dt.datetime) -> CafeService:
    """Say that what is known of a service is still true."""
    cafe = _locked(service.cafe)
    service.confirmed_on = timezone.localdate(now)
    service.save(update_fields=["confirmed_on"])
    data = {"service": service.label.lower()}
    journal.record(actor=actor, verb="cafes.service_confirmed", target=cafe, now=now, data=data)
    return service


@transaction.atomic
def remove_service(*, service: CafeService, actor: Actor, now: dt.datetime) -> None:
    """Take back a service that was noted by mistake; one that stops is suspended, or ends on a day."""
    cafe = _locked(service.cafe)
    data = {"service": service.label.lower()}
    cafe.services.filter(pk=service.pk).delete()
    follow_supply(cafe=cafe, actor=actor, now=now)
    journal.record(actor=actor, verb="cafes.service_removed", target=cafe, now=now, data=data)


def verify_service(code: str, details: ServiceDetails) -> None:
    """Refuse an unknown service, and dates in the wrong order.

    Raises
    ------
    CafeError
    """
    if code not in catalogue.services():
        known = ", ".join(kind.label.lower() for kind in catalogue.services().values())
        raise CafeError("code", f"« {code} » n’est pas un service du catalogue. Attendu : {known}.")
    if details.started_on and details.ended_on and details.ended_on < details.started_on:
        raise CafeError(
            "ended_on",
            f"Le service finirait le {details.ended_on:%d/%m/%Y}, "
            f"avant de commencer le {details.started_on:%d/%m/%Y}.",
        )


def _locked(cafe: Cafe) -> Cafe:
    rows = Cafe.objects.select_related("commune__departement").select_for_update(of=("self",))
    return rows.get(pk=cafe.pk)
