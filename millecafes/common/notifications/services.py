"""Writes of notifications: telling, reminding, reading, choosing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Model, QuerySet

from millecafes.common.notifications.clock import next_digest
from millecafes.common.notifications.topics import Rhythm, Topic, find_topic

if TYPE_CHECKING:
    from millecafes.common.notifications.models import Notification, NotificationChoice, Reminder

LONGEST = 500


class CannotStopError(ValueError):
    """This topic cannot be stopped, in the user's words."""


def known(name: str) -> Topic:
    """A topic, or the mistake where it is made.

    Raises
    ------
    KeyError
        When nobody registered it.
    """
    topic = find_topic(name)
    if topic is None:
        raise KeyError(f"sujet inconnu : {name}")
    return topic


def _said(text: str, url: str) -> dict[str, str]:
    """What is said, in one line; a text too long is cut, an address elsewhere is a mistake.

    Raises
    ------
    ValueError
    """
    line = " ".join(text.replace("\0", "").split())
    if not line:
        raise ValueError("texte : vide")
    # "//" leads to another site; so does "/\", to some browsers.
    if not url.startswith("/") or url[1:2] in {"/", "\\"} or len(url) > LONGEST or "\0" in url:
        raise ValueError(f"adresse : « {url[:80]} » n’est pas une page du site")
    return {"text": line if len(line) <= LONGEST else line[: LONGEST - 1] + "…", "url": url}


def _address(target: Model | None) -> dict[str, str]:
    if target is None:
        return {"target_type": "", "target_id": ""}
    return {"target_type": target._meta.label_lower, "target_id": str(target.pk)}


@transaction.atomic
def notify(
    *, topic: str, to: Any, target: Model | None, text: str, url: str, now: dt.datetime, key: str = ""
) -> Notification | None:
    """Tell one person one thing, in the caller's transaction. None when their account is closed.

    Parameters
    ----------
    topic
        Name of a registered topic.
    text, url
        One sentence, and the page of the site that shows it ("/messages/7/").
    key
        Idempotency: told twice with the same topic and key, the person is told once.

    Raises
    ------
    KeyError
        When nobody registered the topic.
    ValueError
        When the text is empty, or the address leads elsewhere.
    """
    from millecafes.common.notifications.models import Notification

    rules, said = known(topic), _said(text, url)
    if not to.is_active:
        return None
    row = Notification(to_id=to.pk, topic=topic, key=key, created_at=now, **said, **_address(target))
    row.due_at = due_for(to.pk, rules, now)
    if not key:
        row.save(force_insert=True)
        return row
    Notification.objects.bulk_create([row], ignore_conflicts=True)
    return Notification.objects.get(to_id=to.pk, topic=topic, key=key)


def due_for(user_id: int, topic: Topic, now: dt.datetime) -> dt.datetime | None:
    """When a mail may tell a person what has just happened; never, None."""
    from millecafes.common.notifications.models import Notification
    from millecafes.common.notifications.queries import rhythm_of

    rhythm = rhythm_of(user_id, topic)
    if rhythm == Rhythm.NEVER:
        return None
    if rhythm == Rhythm.DAILY:
        return next_digest(now)
    if not topic.spacing:
        return now
    rows = Notification.objects.filter(to_id=user_id, topic=topic.name)
    last = rows.aggregate(last=Max("mailed_at"))["last"]
    return max(now, last + topic.spacing) if last else now


@transaction.atomic
def remind(
    *,
    topic: str,
    to: Any,
    target: Model,
    text: str,
    url: str,
    now: dt.datetime,
    after: dt.timedelta,
    every: dt.timedelta,
    at_most: int,
) -> Reminder | None:
    """Tell a person a thing `after` a while, then `every` so often, `at_most` times, until it is done.

    Asked again for the same person, topic and object, it is the same reminder: only its words change.
    None when their account is closed. Raises as `notify`, and ValueError for a rhythm that would be a salvo.
    """
    from millecafes.common.notifications.models import Reminder

    said = _said(text, url)
    known(topic)
    if every < dt.timedelta(hours=1) or after < dt.timedelta(0) or not 1 <= at_most <= 100:
        raise ValueError("rappel : au plus tôt maintenant, au moins une heure entre deux, de 1 à 100 fois")
    if not to.is_active:
        return None
    same = {"to_id": to.pk, "topic": topic, **_address(target)}
    row = Reminder(**same, **said, created_at=now, next_at=now + after, every=every, at_most=at_most)
    Reminder.objects.bulk_create([row], ignore_conflicts=True)
    rows = Reminder.objects.filter(**same)
    rows.update(**said)
    return rows.get()


def stop_reminders(target: Model, topic: str) -> int:
    """It is done: nobody is reminded of it any more. Says how many were still to be."""
    from millecafes.common.notifications.models import Reminder

    return Reminder.objects.filter(topic=topic, **_address(target)).delete()[0]


def mark_read(rows: QuerySet[Notification], *, now: dt.datetime) -> int:
    """Somebody has read these: no mail says them any more."""
    return rows.filter(read_at=None).update(read_at=now, due_at=None)


def forget_target(target: Model) -> None:
    """An object goes away: nothing leads to it any more."""
    from millecafes.common.notifications.models import Notification, Reminder

    Notification.objects.filter(**_address(target)).delete()
    Reminder.objects.filter(**_address(target)).delete()


@transaction.atomic
def choose(*, user_id: int, topic: Topic, rhythm: Rhythm, now: dt.datetime) -> NotificationChoice:
    """Keep how somebody wants a topic; what still waits follows.

    Raises
    ------
    CannotStopError
    """
    if rhythm == Rhythm.NEVER and not topic.can_stop:
        raise CannotStopError(f"{topic.label} : ces messages ne peuvent pas être arrêtés.")
    return _choose(user_id, topic, rhythm, now, before="")


@transaction.atomic
def stop(*, user_id: int, topics: Iterable[Topic], now: dt.datetime) -> None:
    """No mail about these any more; done twice, it is once. What was before is kept, for `undo_stop`."""
    from millecafes.common.notifications.queries import rhythm_of

    for topic in topics:
        before = rhythm_of(user_id, topic)
        if topic.can_stop and before != Rhythm.NEVER:
            _choose(user_id, topic, Rhythm.NEVER, now, before=before)


@transaction.atomic
def undo_stop(*, user_id: int, topics: Iterable[Topic], now: dt.datetime) -> None:
    """As before `stop`; nothing for the topics that were chosen otherwise since."""
    from millecafes.common.notifications.models import NotificationChoice

    names = {topic.name: topic for topic in topics}
    rows = NotificationChoice.objects.filter(user_id=user_id, topic__in=names, rhythm=Rhythm.NEVER)
    for row in rows.exclude(before="").order_by("pk"):
        _choose(user_id, names[row.topic], Rhythm(row.before), now, before="")


def _choose(
    user_id: int, topic: Topic, rhythm: Rhythm, now: dt.datetime, *, before: str
) -> NotificationChoice:
    from millecafes.common.notifications.models import Notification, NotificationChoice

    row, _ = NotificationChoice.objects.update_or_create(
        user_id=user_id, topic=topic.name, defaults={"rhythm": rhythm, "before": before}
    )
    waiting = Notification.objects.filter(to_id=user_id, topic=topic.name, due_at__isnull=False)
    waiting.update(due_at=due_for(user_id, topic, now))
    return row
