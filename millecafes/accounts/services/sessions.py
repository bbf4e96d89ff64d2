"""Closing sessions."""

from __future__ import annotations

import datetime as dt

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from millecafes.accounts.models import User
from millecafes.common import journal
from millecafes.common.actors import Actor


def sign_in(request: HttpRequest, user: User) -> None:
    """Open a session for somebody who proved who they are by other means than allauth's."""
    login(request, user, backend="millecafes.accounts.backends.AccountBackend")
    record_authentication(request, user, "code", email=user.email)
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_sessions(
    *, user: User, actor: Actor, now: dt.datetime, only: int | None = None, but: str | None = None
) -> int:
    """Close one session (`only`, its number), or all but the one whose key is `but`; returns how many."""
    rows = UserSession.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(pk=only)
    if but is not None:
        rows = rows.exclude(session_key=but)
    count = 0
    for row in rows.order_by("pk"):
        row.end()
        count += 1
    if count:
        journal.record(
            actor=actor, verb="accounts.session_ended", target=user, now=now, data={"count": count}
        )
    return count
