"""Mail: plain text, in French, sent once the transaction that decided it has ended well."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string


class MailError(Exception):
    """The mail server did not take a message."""


def compose(*, template: str, to: str, context: Mapping[str, Any]) -> EmailMessage:
    """One message: the first line of the template is its subject, the rest its text."""
    text = render_to_string(f"{template}.txt", dict(context))
    subject, _, body = text.strip().partition("\n")
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])


def send(*, template: str, to: str, context: Mapping[str, Any]) -> None:
    """Send a message on commit; if the transaction fails, nothing leaves.

    What was decided stays decided if the mail server is down: the failure is logged.

    Parameters
    ----------
    template
        Path of a text template without its suffix, such as "accounts/mail/invitation". What it holds is
        not HTML: it turns escaping off.
    """
    message = compose(template=template, to=to, context=context)
    transaction.on_commit(message.send, robust=True)


def send_now(*, template: str, to: str, context: Mapping[str, Any]) -> None:
    """Send a message that somebody waits for in front of the screen.

    Raises
    ------
    MailError
        When the mail server does not take it.
    """
    try:
        compose(template=template, to=to, context=context).send()
    except (OSError, SMTPException) as error:
        raise MailError(to) from error
