"""Messages of the contact form, left through the same service as real ones."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from millecafes.common.actors import ANONYMOUS
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactMessage
from millecafes.pages.services import record_message


def make_message(subject: Subject = Subject.OPEN, **details: Any) -> ContactMessage:
    """A message, of a villager unless told."""
    said: dict[str, Any] = {
        "name": "Claude Martin",
        "email": "claude@example.org",
        "commune": None,
        "body": "Bonjour.\nNous voudrions un café.",
        "address": "192.0.2.7",
        "actor": ANONYMOUS,
        "now": timezone.now(),
    }
    return record_message(subject=subject, **{**said, **details})
