"""What is past its retention, erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from millecafes.cafes.enums import ReportState
from millecafes.cafes.models import CafeContact, CafeNote, ErrorReport, KeptChange, OpenInterval, Visit

CONTACT_DAYS = 1_095
# A report is kept while it waits, then a year: the same mistake comes back.
REPORT_DAYS = 365
CHANGE_DAYS = 30
FOLLOWING_DAYS = 3_650


def contacts_are_due(now: dt.datetime) -> bool:
    """Whether a contact has not been confirmed for too long."""
    return _stale_contacts(now).exists()


@transaction.atomic
def purge_contacts(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the contacts that nobody has confirmed for too long."""
    return {"contacts de cafés": _stale_contacts(now).delete()[0]}


def _stale_contacts(now: dt.datetime) -> QuerySet[CafeContact]:
    return CafeContact.objects.filter(confirmed_at__lt=now - dt.timedelta(days=CONTACT_DAYS))


def reports_are_due(now: dt.datetime) -> bool:
    """Whether a report was handled long ago."""
    return _old_reports(now).exists()


@transaction.atomic
def purge_reports(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the reports handled long ago."""
    return {"erreurs signalées": _old_reports(now).delete()[0]}


def _old_reports(now: dt.datetime) -> QuerySet[ErrorReport]:
    limit = now - dt.timedelta(days=REPORT_DAYS)
    return ErrorReport.objects.exclude(state=ReportState.WAITING).filter(handled_at__lt=limit)


def changes_are_due(now: dt.datetime) -> bool:
    """Whether a change can no longer be undone, or an interval is long past."""
    return _old_changes(now).exists() or _old_intervals(now).exists()


@transaction.atomic
def purge_changes(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase what can no longer be undone, and what was computed for days long past."""
    changes = _old_changes(now).delete()[0]
    _old_intervals(now).delete()
    return {"changements qui ne s’annulent plus": changes}


def _old_changes(now: dt.datetime) -> QuerySet[KeptChange]:
    return KeptChange.objects.filter(made_at__lt=now - dt.timedelta(days=CHANGE_DAYS))


def _old_intervals(now: dt.datetime) -> QuerySet[OpenInterval]:
    return OpenInterval.objects.filter(closes__lt=now - dt.timedelta(days=CHANGE_DAYS))


def following_is_due(now: dt.datetime) -> bool:
    """Whether a note or a visit is past its retention."""
    return any(rows.exists() for rows in _old_following(now).values())


@transaction.atomic
def purge_following(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the notes and the visits of long ago."""
    return {words: rows.delete()[0] for words, rows in _old_following(now).items()}


def _old_following(now: dt.datetime) -> dict[str, QuerySet[CafeNote] | QuerySet[Visit]]:
    limit = now - dt.timedelta(days=FOLLOWING_DAYS)
    return {
        "notes sur les cafés": CafeNote.objects.filter(written_at__lt=limit),
        "visites de cafés": Visit.objects.filter(on__lt=timezone.localdate(limit)),
    }
