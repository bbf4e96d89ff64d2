"""What people behind the counter change in two minutes: sent once, told in words, undone for a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from millecafes.cafes.enums import KeptKind, ServiceStatus
from millecafes.cafes.models import Cafe, CafeService, HoursException, KeptChange
from millecafes.cafes.rules.hours import expression_words
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.hours import (
    add_exception,
    confirm_hours,
    days_in_words,
    heard,
    locked,
    remove_exception,
    set_hours,
)
from millecafes.cafes.services.offer import ServiceDetails, set_service
from millecafes.common.actors import Actor

UNDO_FOR = dt.timedelta(days=1)
LONGEST_TOKEN = 64


@transaction.atomic
def _kept(
    *,
    cafe: Cafe,
    kind: KeptKind,
    token: str,
    actor: Actor,
    now: dt.datetime,
    make: Callable[[], tuple[str, dict[str, Any], dict[str, Any]]],
) -> KeptChange:
    """Make a change once for a token, whatever the number of times it is sent; keep what was before."""
    if not token or len(token) > LONGEST_TOKEN:
        raise CafeError("token", "Rechargez la page, puis recommencez.")
    cafe = locked(cafe)
    known = KeptChange.objects.filter(cafe=cafe, token=token).first()
    if known is not None:
        return known
    label, before, after = make()
    heard(cafe, actor, now)
    return KeptChange.objects.create(
        cafe=cafe,
        kind=kind,
        token=token,
        label=label,
        before=before,
        after=after,
        made_by_id=actor.user_id,
        made_at=now,
    )


def keep_exception(
    *,
    cafe: Cafe,
    token: str,
    first: dt.date,
    last: dt.date | None = None,
    hours: str = "",
    note: str = "",
    actor: Actor,
    now: dt.datetime,
) -> KeptChange:
    """Days that are not as usual.

    Raises
    ------
    CafeError
    """

    def make() -> tuple[str, dict[str, Any], dict[str, Any]]:
        replaced = cafe.exceptions.filter(first=first, last=last or first).first()
        before = {"hours": replaced.hours, "note": replaced.note} if replaced else {}
        row = add_exception(cafe=cafe, first=first, last=last, hours=hours, note=note, actor=actor, now=now)
        words = f"Ouvert {expression_words(row.hours)}" if row.hours else "Fermé"
        return f"{words}, {days_in_words(row)}", before, {"exception": row.pk}

    return _kept(cafe=cafe, kind=KeptKind.EXCEPTION, token=token, actor=actor, now=now, make=make)


def keep_hours(
    *, cafe: Cafe, token: str, hours: str, note: str = "", actor: Actor, now: dt.datetime
) -> KeptChange:
    """The usual hours.

    Raises
    ------
    CafeError
    """

    def make() -> tuple[str, dict[str, Any], dict[str, Any]]:
        current = locked(cafe)
        before = {"hours": current.hours, "note": current.hours_note}
        written = set_hours(cafe=cafe, hours=hours, note=note, actor=actor, now=now)
        return "Horaires de la semaine", before, {"hours": written.hours, "note": note}

    return _kept(cafe=cafe, kind=KeptKind.HOURS, token=token, actor=actor, now=now, make=make)


def keep_confirmation(*, cafe: Cafe, token: str, actor: Actor, now: dt.datetime) -> KeptChange:
    """The hours are still true.

    Raises
    ------
    CafeError
    """

    def make() -> tuple[str, dict[str, Any], dict[str, Any]]:
        confirm_hours(cafe=cafe, actor=actor, now=now)
        return "Horaires confirmés", {}, {}

    return _kept(cafe=cafe, kind=KeptKind.CONFIRMATION, token=token, actor=actor, now=now, make=make)


def keep_service(
    *, cafe: Cafe, token: str, code: str, status: ServiceStatus, actor: Actor, now: dt.datetime
) -> KeptChange:
    """A service that runs, or is suspended.

    Raises
    ------
    CafeError
    """

    def make() -> tuple[str, dict[str, Any], dict[str, Any]]:
        current = cafe.services.filter(code=code).select_related("partner").first()
        before = {"status": current.status} if current else {}
        row = _with_status(cafe, current, code, status, actor, now)
        label = f"{row.label} : {ServiceStatus(status).label.lower()}"
        return label, before, {"code": code, "status": str(status)}

    return _kept(cafe=cafe, kind=KeptKind.SERVICE, token=token, actor=actor, now=now, make=make)


@transaction.atomic
def undo(*, change: KeptChange, actor: Actor, now: dt.datetime) -> KeptChange:
    """As before a change, if nothing else changed the same thing since.

    Raises
    ------
    CafeError
        When it is too late, or when the same thing was changed again.
    """
    cafe = locked(change.cafe)
    change = KeptChange.objects.select_for_update().get(pk=change.pk)
    if change.undone_at is not None:
        return change
    if now - change.made_at > UNDO_FOR:
        raise CafeError("change", "Ce changement date de plus d’un jour : faites-en un nouveau.")
    _UNDO[KeptKind(change.kind)](cafe, change, actor, now)
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    return change


def can_undo(change: KeptChange, now: dt.datetime) -> bool:
    """Whether the button is shown."""
    is_young = change.undone_at is None and now - change.made_at <= UNDO_FOR
    return is_young and change.kind != KeptKind.CONFIRMATION


def _with_status(
    cafe: Cafe, current: CafeService | None, code: str, status: ServiceStatus, actor: Actor, now: dt.datetime
) -> CafeService:
    details = ServiceDetails(status=status)
    if current is not None:
        details = ServiceDetails(
            status=status,
            partner=current.partner,
            hours=current.hours,
            started_on=current.started_on,
            ended_on=current.ended_on,
            note=current.note,
        )
    return set_service(cafe=cafe, code=code, details=details, actor=actor, now=now)


def _changed_since() -> CafeError:
    return CafeError("change", "Cela a changé depuis : revenez à la page pour voir où en sont les choses.")


def _undo_exception(cafe: Cafe, change: KeptChange, actor: Actor, now: dt.datetime) -> None:
    row = HoursException.objects.filter(cafe=cafe, pk=change.after["exception"]).first()
    if row is None:
        raise _changed_since()
    if not change.before:
        remove_exception(exception=row, actor=actor, now=now)
        return
    add_exception(
        cafe=cafe,
        first=row.first,
        last=row.last,
        hours=change.before["hours"],
        note=change.before["note"],
        actor=actor,
        now=now,
    )


def _undo_hours(cafe: Cafe, change: KeptChange, actor: Actor, now: dt.datetime) -> None:
    if (cafe.hours, cafe.hours_note) != (change.after["hours"], change.after["note"]):
        raise _changed_since()
    set_hours(cafe=cafe, hours=change.before["hours"], note=change.before["note"], actor=actor, now=now)


def _undo_service(cafe: Cafe, change: KeptChange, actor: Actor, now: dt.datetime) -> None:
    current = cafe.services.filter(code=change.after["code"]).select_related("partner").first()
    if current is None or current.status != change.after["status"]:
        raise _changed_since()
    # What was not offered before is suspended: nothing that somebody said of it is lost.
    status = ServiceStatus(change.before.get("status", ServiceStatus.SUSPENDED))
    _with_status(cafe, current, current.code, status, actor, now)


def _undo_nothing(cafe: Cafe, change: KeptChange, actor: Actor, now: dt.datetime) -> None:
    raise CafeError("change", "Une confirmation ne s’annule pas : changez plutôt les horaires.")


_UNDO: dict[KeptKind, Callable[[Cafe, KeptChange, Actor, dt.datetime], None]] = {
    KeptKind.EXCEPTION: _undo_exception,
    KeptKind.HOURS: _undo_hours,
    KeptKind.SERVICE: _undo_service,
    KeptKind.CONFIRMATION: _undo_nothing,
}
