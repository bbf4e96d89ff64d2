"""What people are told about: each topic says why one receives it, and how fast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models


class Rhythm(models.TextChoices):
    """How the messages of a topic come by mail. On the site, they always wait."""

    NOW = "now", "tout de suite"
    DAILY = "daily", "une fois par jour"
    NEVER = "never", "jamais par courriel"


@dataclass(frozen=True)
class Topic:
    """One thing that people may be told about.

    Parameters
    ----------
    name
        "room.what_happened", unique.
    label
        What people read in their preferences: « Messages de contact ».
    reason
        What ends « vous recevez ce message parce que… »: « vous êtes de l’équipe nationale ».
    rhythm
        By mail, as long as the person has not chosen.
    spacing
        No two mails about this topic to one person closer than this: what comes between is grouped.
    can_stop
        Whether the person may stop it. Only what the law or their safety asks for cannot be.
    """

    name: str
    label: str
    reason: str
    rhythm: Rhythm = Rhythm.NOW
    spacing: dt.timedelta = dt.timedelta(0)
    can_stop: bool = True


_topics: dict[str, Topic] = {}


def register_topic(topic: Topic) -> None:
    """Declare a topic, from the `apps.py` of its room.

    Raises
    ------
    ValueError
        When another topic has this name.
    """
    if _topics.get(topic.name, topic) != topic:
        raise ValueError(f"sujet déjà déclaré : {topic.name}")
    _topics[topic.name] = topic


def forget_topic(name: str) -> None:
    """Take a topic away (tests: code that was removed)."""
    _topics.pop(name, None)


def find_topic(name: str) -> Topic | None:
    """A topic by its name; none when its code is no longer there."""
    return _topics.get(name)


def topics() -> tuple[Topic, ...]:
    """Every topic, by label."""
    return tuple(sorted(_topics.values(), key=lambda topic: topic.label))
