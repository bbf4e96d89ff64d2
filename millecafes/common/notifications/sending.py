"""What is due leaves: one mail to a person, spaced, and never more than a few a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import F
from django.urls import reverse

from millecafes.common import mail
from millecafes.common.notifications import clock
from millecafes.common.notifications.models import MailPace, Notification, Reminder
from millecafes.common.notifications.queries import by_topic
from millecafes.common.notifications.services import due_for
from millecafes.common.notifications.stopping import site_url, stop_url
from millecafes.common.notifications.topics import find_topic

# People of one transaction, so that a large morning holds no lock for long.
BATCH = 100


def due_people(now: dt.datetime, *, after: int = 0) -> list[int]:
    """The next people to whom something is due, by number."""
    rows = Notification.objects.filter(due_at__lte=now, to_id__gt=after)
    return list(rows.order_by("to_id").values_list("to_id", flat=True).distinct()[:BATCH])


def send_due(people: list[int], *, now: dt.datetime) -> int:
    """Write to these people what is due to them, in the caller's transaction; says how many mails.

    Each person's row of pace is locked first: two processes write to nobody at once.
    """
    paces = _locked(people)
    rows: dict[int, list[Notification]] = defaultdict(list)
    for row in Notification.objects.filter(to_id__in=people, due_at__lte=now).order_by("created_at", "pk"):
        rows[row.to_id].append(row)
    users = get_user_model()._default_manager.filter(pk__in=list(rows), is_active=True)
    emails = dict(users.values_list("pk", "email"))
    told: list[int] = []
    late: list[int] = []
    written: list[MailPace] = []
    for user_id, found in rows.items():
        pace = paces[user_id]
        if user_id not in emails:
            told += [row.pk for row in found]  # a closed account is not written to
        elif _is_spent(pace, now):
            late += [row.pk for row in found]
        elif pace.last_at is None or now >= pace.last_at + clock.SPACING:
            _write(user_id, emails[user_id], found, now)
            told += [row.pk for row in found]
            written.append(_paced(pace, now))
    Notification.objects.filter(pk__in=told).update(due_at=None, mailed_at=now)
    Notification.objects.filter(pk__in=late).update(due_at=clock.following_morning(now))
    MailPace.objects.bulk_update(written, ["last_at", "day", "count"])
    return len(written)


def _locked(people: list[int]) -> dict[int, MailPace]:
    MailPace.objects.bulk_create([MailPace(user_id=pk) for pk in people], ignore_conflicts=True)
    rows = MailPace.objects.select_for_update().filter(user_id__in=people).order_by("user_id")
    return {pace.user_id: pace for pace in rows}


def _is_spent(pace: MailPace, now: dt.datetime) -> bool:
    return pace.day == clock.paris_day(now) and pace.count >= clock.PER_DAY


def _paced(pace: MailPace, now: dt.datetime) -> MailPace:
    today = clock.paris_day(now)
    pace.count = pace.count + 1 if pace.day == today else 1
    pace.last_at, pace.day = now, today
    return pace


def _write(user_id: int, email: str, rows: list[Notification], now: dt.datetime) -> None:
    shown = by_topic(rows[: clock.LINES])
    topics = [topic for topic, _ in by_topic(rows) if topic.can_stop]
    headers = {}
    if topics:
        headers = {
            "List-Unsubscribe": f"<{stop_url(user_id, topics)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    parts = [
        {
            "topic": topic,
            "rows": [{"text": row.text, "url": site_url(row.url)} for row in found],
            "stop": stop_url(user_id, [topic]) if topic.can_stop else "",
        }
        for topic, found in shown
    ]
    mail.send(
        template="common/mail/notifications",
        to=email,
        context={
            "parts": parts,
            "first": rows[0],
            "count": len(rows),
            "more": max(0, len(rows) - clock.LINES),
            "page": site_url(reverse("common:notifications")),
            "choices": site_url(reverse("common:notification_choices")),
        },
        # The first row is mailed once: so is this mail.
        key=f"common.notifications:{user_id}:{rows[0].pk}",
        headers=headers,
    )


def tell_reminders(*, now: dt.datetime, at_most: int = 500) -> int:
    """Turn the reminders that are due into notifications, in the caller's transaction; says how many."""
    due = Reminder.objects.select_for_update().filter(next_at__lte=now).order_by("next_at", "pk")[:at_most]
    return _told(list(due), now)


def _told(due: Iterable[Reminder], now: dt.datetime) -> int:
    people = get_user_model()._default_manager.filter(is_active=True, pk__in=[row.to_id for row in due])
    active = set(people.values_list("pk", flat=True))
    count = 0
    for row in due:
        topic = find_topic(row.topic)
        if topic and row.to_id in active:
            Notification.objects.create(
                to_id=row.to_id,
                topic=row.topic,
                target_type=row.target_type,
                target_id=row.target_id,
                text=row.text,
                url=row.url,
                created_at=now,
                due_at=due_for(row.to_id, topic, now),
            )
            count += 1
        # From now, not from when it was due: after a long stop, one reminder, not several at once.
        is_last = row.told + 1 >= row.at_most
        Reminder.objects.filter(pk=row.pk).update(
            told=F("told") + 1, next_at=None if is_last else now + row.every
        )
    return count
