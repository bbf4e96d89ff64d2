"""What notifications hold of people, and when they are erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from millecafes.common.privacy import SOFTWARE, Purge, declare, register_purge

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from millecafes.common.notifications.models import Notification, Reminder

DAYS = 180
TELLING = "Vous dire ce qui vous concerne, sur le site et par courriel, au rythme que vous choisissez"
INTEREST = "intérêt légitime"

declare(
    "common.notification",
    purpose=TELLING,
    basis=INTEREST,
    retention=DAYS,
    purge="common.notifications",
    subject="to",
    recipients="vous seul·e",
    personal={
        "to": "numéro de la personne",
        "topic": "sujet",
        "text": "texte",
        "url": "page",
        "created_at": "le",
        "mailed_at": "courriel demandé le",
        "read_at": "lue le",
    },
    not_personal=("target_type", "target_id", "key", "due_at"),
    erase="delete",
)
declare(
    "common.reminder",
    purpose=TELLING,
    basis=INTEREST,
    retention=DAYS,
    purge="common.notifications",
    subject="to",
    recipients="vous seul·e",
    personal={
        "to": "numéro de la personne",
        "topic": "sujet",
        "text": "texte",
        "url": "page",
        "created_at": "demandé le",
        "next_at": "prochaine fois",
    },
    not_personal=("target_type", "target_id", "every", "told", "at_most"),
    erase="delete",
)
declare(
    "common.notificationchoice",
    purpose=TELLING,
    basis=INTEREST,
    retention="tant que le compte existe",
    subject="user",
    recipients=SOFTWARE,
    personal={"user": "numéro de la personne", "topic": "sujet", "rhythm": "rythme choisi"},
    not_personal=("before",),
    erase="delete",
)
declare(
    "common.mailpace",
    purpose="Ne pas vous écrire trop souvent",
    basis=INTEREST,
    retention="tant que le compte existe",
    subject="user",
    recipients=SOFTWARE,
    personal={"user": "numéro de la personne", "last_at": "dernier courriel"},
    not_personal=("day", "count"),
    erase="delete",
)


def past(now: dt.datetime) -> tuple[QuerySet[Notification], QuerySet[Reminder]]:
    """The notifications and reminders past their time."""
    from millecafes.common.notifications.models import Notification, Reminder

    before = now - dt.timedelta(days=DAYS)
    # A reminder still to come is kept until its last time.
    over = Reminder.objects.filter(next_at=None, created_at__lt=before)
    return Notification.objects.filter(created_at__lt=before), over


def purge_is_due(now: dt.datetime) -> bool:
    """Whether one is past its time."""
    return any(rows.exists() for rows in past(now))


def purge_notifications(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the notifications and reminders past their time."""
    notifications, reminders = past(now)
    return {"notifications": notifications.delete()[0], "rappels": reminders.delete()[0]}


register_purge("common.notifications", Purge("Notifications", purge_is_due, purge_notifications))
