"""The messages that reached the mail server."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from millecafes.common import jobs


def sent() -> list[EmailMessage]:
    """Every message so far, once the jobs that send them are done."""
    jobs.testing.run_pending()
    return mail.outbox
