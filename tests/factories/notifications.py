"""Notifications, made through the service that tells them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from millecafes.accounts.models import User
from millecafes.common.jobs.telling import FAILED
from millecafes.common.notifications import notify
from millecafes.common.notifications.models import Notification


def make_notification(to: User, **more: Any) -> Notification:
    """Something told to somebody, under the topic of failed jobs unless told."""
    asked = {"topic": FAILED.name, "text": "Il s’est passé quelque chose.", "url": "/bureau/", "target": None}
    made = notify(**{**asked, "to": to, "now": timezone.now(), **more})
    assert made
    return made
