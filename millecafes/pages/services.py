"""Writes of the room `pages`."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.queries.roles import active
from millecafes.common import journal, notifications
from millecafes.common.actors import Actor
from millecafes.pages.enums import RECEIVED, Subject
from millecafes.pages.models import ContactAttempt, ContactMessage
from millecafes.pages.queries import recent_attempts
from millecafes.territory.models import Commune

RETENTION = dt.timedelta(days=730)
FINGERPRINT_RETENTION = dt.timedelta(days=1)
WINDOW = dt.timedelta(hours=1)
# A whole village may write from behind one address on the evening of a public meeting.
MESSAGES_PER_WINDOW = 30


class TooManyMessagesError(Exception):
    """The address sent more messages than one hour allows."""


def address_fingerprint(address: str, *, now: dt.datetime) -> str:
    """Keyed fingerprint of a network address, different every day, so that it identifies nobody later."""
    message = f"contact:{now.date().isoformat()}:{address}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


@transaction.atomic
def note_attempt(*, address: str, now: dt.datetime) -> None:
    """Count one more message from an address, by any form of the site that asks for no account.

    Raises
    ------
    TooManyMessagesError
        When the address already sent `MESSAGES_PER_WINDOW` messages within the hour.
    """
    fingerprint = address_fingerprint(address, now=now)
    if recent_attempts(fingerprint, since=now - WINDOW) >= MESSAGES_PER_WINDOW:
        raise TooManyMessagesError
    ContactAttempt.objects.filter(at__lt=now - FINGERPRINT_RETENTION).delete()
    ContactAttempt.objects.create(fingerprint=fingerprint, at=now)


@transaction.atomic
def record_message(
    *,
    subject: Subject,
    name: str,
    email: str,
    commune: Commune | None,
    body: str,
    address: str,
    actor: Actor,
    now: dt.datetime,
) -> ContactMessage:
    """Keep one message.

    Raises
    ------
    TooManyMessagesError
        When the address already sent `MESSAGES_PER_WINDOW` messages within the hour.
    """
    note_attempt(address=address, now=now)
    message = ContactMessage.objects.create(
        subject=subject,
        name=name,
        email=email,
        commune=commune,
        body=body,
        created_at=now,
        purge_after=timezone.localdate(now + RETENTION),
        is_demo=settings.DEMO,
    )
    _record("pages.message_received", message, actor, now)
    _tell_team(message, now)
    return message


def _tell_team(message: ContactMessage, now: dt.datetime) -> None:
    """The subject only: who wrote and what stay on the site, where they are erased in time."""
    text = f"Un message est arrivé par la page de contact : « {Subject(message.subject).label} »."
    roles = active(timezone.localdate(now)).filter(kind=RoleKind.TEAM).select_related("user")
    team = {role.user_id: role.user for role in roles.order_by("user_id")}
    for person in team.values():
        notifications.notify(
            topic=RECEIVED.name,
            to=person,
            target=message,
            text=text,
            url=message.get_absolute_url(),
            now=now,
        )


@transaction.atomic
def mark_answered(*, message: ContactMessage, actor: Actor, now: dt.datetime) -> ContactMessage:
    """Say that a message has its answer, and from whom; the first to say it stays."""
    message = ContactMessage.objects.select_for_update().get(pk=message.pk)
    if message.answered_at is None:
        message.answered_at, message.answered_by_id = now, actor.user_id
        message.save(update_fields=["answered_at", "answered_by"])
        _record("pages.message_answered", message, actor, now)
    return message


@transaction.atomic
def reopen(*, message: ContactMessage, actor: Actor, now: dt.datetime) -> ContactMessage:
    """Say that a message waits for an answer again."""
    message = ContactMessage.objects.select_for_update().get(pk=message.pk)
    if message.answered_at is not None:
        message.answered_at, message.answered_by_id = None, None
        message.save(update_fields=["answered_at", "answered_by"])
        _record("pages.message_reopened", message, actor, now)
    return message


@transaction.atomic
def erase_message(*, message: ContactMessage, actor: Actor, now: dt.datetime) -> None:
    """Erase a message before its time; its subject alone stays in the journal."""
    _record("pages.message_erased", message, actor, now)
    notifications.forget_target(message)
    message.delete()


def _record(verb: str, message: ContactMessage, actor: Actor, now: dt.datetime) -> None:
    """One line, which says nothing of who wrote, nor what; kept as long as the message."""
    journal.record(
        actor=actor,
        verb=verb,
        target=message,
        now=now,
        data={"subject_label": Subject(message.subject).label},
        purge_after=max(message.purge_after, timezone.localdate(now)),
    )


def purge_is_due(now: dt.datetime) -> bool:
    """Whether something kept is past its retention."""
    return (
        ContactMessage.objects.filter(purge_after__lt=timezone.localdate(now)).exists()
        or ContactAttempt.objects.filter(at__lt=now - FINGERPRINT_RETENTION).exists()
    )


@transaction.atomic
def purge_messages(*, now: dt.datetime) -> dict[str, int]:
    """Erase messages past their retention, and fingerprints of past days; says how many of each."""
    return {
        "messages": ContactMessage.objects.filter(purge_after__lt=timezone.localdate(now)).delete()[0],
        "empreintes d’adresses": ContactAttempt.objects.filter(at__lt=now - FINGERPRINT_RETENTION).delete()[
            0
        ],
    }
