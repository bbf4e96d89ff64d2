"""The links that stop messages: a signed token says whose, and about what. It holds no secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse

from millecafes.common.notifications.topics import Topic, find_topic

SALT = "millecafes.notifications.stop"


@dataclass(frozen=True)
class Stop:
    """What a link stops: the messages to one person about these topics."""

    user_id: int
    topics: tuple[Topic, ...]


def token_of(user_id: int, topics: Iterable[Topic]) -> str:
    """The token of a link. It does not expire: an old mail must be stoppable."""
    names = sorted(topic.name for topic in topics)
    return signing.Signer(salt=SALT).sign_object([user_id, *names])


def read(token: str) -> Stop | None:
    """What a token stops; none when it was forged, or when nothing it names exists any more."""
    try:
        found = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    user_id, *names = found
    topics = tuple(topic for topic in map(find_topic, names) if topic and topic.can_stop)
    people = get_user_model()._default_manager.filter(pk=user_id, is_active=True)
    return Stop(user_id, topics) if topics and people.exists() else None


def stop_url(user_id: int, topics: Iterable[Topic]) -> str:
    """The whole address of the page that stops these messages."""
    return site_url(reverse("common:stop_notifications", args=[token_of(user_id, topics)]))


def site_url(path: str) -> str:
    """A page of the site as a mail names it."""
    return settings.SITE_URL + path
