"""Where somebody is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.usersessions.models import UserSession

from millecafes.accounts.models import User

# What a browser says of itself, and how people call it: the first that fits.
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "téléphone ou tablette Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "ordinateur Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "ordinateur Linux"),
)
BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device(user_agent: str) -> str:
    """A device in words: « Firefox, ordinateur Linux »."""
    words = [next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, words)) or "appareil inconnu"


@dataclass(frozen=True)
class Session:
    """One open session."""

    row: UserSession
    is_current: bool

    @property
    def device(self) -> str:
        """The device, in words."""
        return device(self.row.user_agent)


RECENT = dt.timedelta(minutes=15)


def is_recent(user: User, key: str | None, now: dt.datetime) -> bool:
    """Whether this session was opened less than a quarter of an hour ago."""
    return bool(UserSession.objects.filter(user=user, session_key=key, created_at__gte=now - RECENT).exists())


def open_sessions(user: User, current_key: str | None) -> list[Session]:
    """The sessions of somebody that are still open, this one first, then the most recent."""
    rows = UserSession.objects.purge_and_list(user)
    found = [Session(row, row.session_key == current_key) for row in rows]
    return sorted(found, key=lambda session: (not session.is_current, -session.row.last_seen_at.timestamp()))
