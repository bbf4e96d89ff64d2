"""What the room `accounts` erases in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from millecafes.accounts.models import ApiToken, EmailChange, Invitation

# An invitation answers for a role given; a year after its end it proves nothing more.
INVITATION = dt.timedelta(days=365)
# A change of address can be undone for seven days; a month leaves time to answer a complaint.
EMAIL_CHANGE = dt.timedelta(days=30)
TOKEN = dt.timedelta(days=365)
REPAIRS = dt.timedelta(days=365)


def _past(now: dt.datetime) -> dict[str, QuerySet[Any]]:
    """What is past its time, under its French name."""
    change = now - EMAIL_CHANGE
    open_sessions = Session.objects.filter(expire_date__gte=now).values("session_key")
    listed = apps.get_model("usersessions", "UserSession").objects
    return {
        "sessions finies": Session.objects.filter(expire_date__lt=now),
        "traces de sessions finies": listed.exclude(session_key__in=open_sessions),
        "changements d’adresse": EmailChange.objects.filter(
            Q(undo_until__lt=change) | Q(undo_until__isnull=True, expires_at__lt=change)
        ),
        "invitations": Invitation.objects.filter(expires_at__lt=now - INVITATION),
        "jetons d’accès": ApiToken.objects.filter(
            Q(expires_at__lt=now - TOKEN) | Q(revoked_at__lt=now - TOKEN)
        ),
        "traces de l’outil de réparation": LogEntry.objects.filter(action_time__lt=now - REPAIRS),
    }


def purge_is_due(now: dt.datetime) -> bool:
    """Whether something is past its time."""
    return any(rows.exists() for rows in _past(now).values())


@transaction.atomic
def purge_accounts(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase finished sessions, invitations, changes of address and repairs past their time."""
    return {what: rows.delete()[0] for what, rows in _past(now).items()}
