"""Reads of notifications."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from millecafes.common.notifications.models import Notification, NotificationChoice
from millecafes.common.notifications.topics import Rhythm, Topic, topics

# Shown beside the menu: counting further would be work for nothing.
MOST_COUNTED = 99


def rhythm_of(user_id: int, topic: Topic) -> Rhythm:
    """How a person wants a topic."""
    chosen = NotificationChoice.objects.filter(user_id=user_id, topic=topic.name)
    found = chosen.values_list("rhythm", flat=True).first()
    return Rhythm(found) if found else topic.rhythm


def rhythms_of(user_id: int) -> list[tuple[Topic, Rhythm]]:
    """Every topic, and how a person wants it."""
    chosen = dict(NotificationChoice.objects.filter(user_id=user_id).values_list("topic", "rhythm"))
    return [(topic, Rhythm(chosen.get(topic.name, topic.rhythm))) for topic in topics()]


def every_notification() -> QuerySet[Notification]:
    """Every notification."""
    return Notification.objects.all()


def one(row: Notification) -> QuerySet[Notification]:
    """This one."""
    return Notification.objects.filter(pk=row.pk)


def of_person(user_id: int | None) -> QuerySet[Notification]:
    """What a person was told, the latest first."""
    return Notification.objects.filter(to_id=user_id).order_by("-created_at", "-pk")


def unread_count(user_id: int) -> int:
    """How many a person has not read: one more than `MOST_COUNTED` at most."""
    return Notification.objects.filter(to_id=user_id, read_at=None)[: MOST_COUNTED + 1].count()


def by_topic(rows: Iterable[Notification]) -> list[tuple[Topic, list[Notification]]]:
    """Rows under their topics, in the order of what came first; those whose code is gone are left out."""
    found: dict[str, list[Notification]] = {}
    for row in rows:
        found.setdefault(row.topic, []).append(row)
    kept = [(row[0].rules, row) for row in found.values()]
    return [(topic, row) for topic, row in kept if topic is not None]
