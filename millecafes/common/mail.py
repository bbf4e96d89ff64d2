"""Mail: text, and the same in HTML, sent by a job once the transaction that decided it has ended well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parseaddr
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import EmailAlternative
from django.template.loader import render_to_string
from django.utils import timezone

from millecafes.common import actors, mail_html


class MailError(Exception):
    """The mail server did not take a message."""


def compose(
    *, template: str, to: str, context: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """One message: the first line of the template is its subject, the rest its text, and its HTML."""
    text = render_to_string(f"{template}.txt", dict(context))
    subject, _, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"
    subject = " ".join(subject.split())
    sender, more = settings.DEFAULT_FROM_EMAIL, dict(headers or {})
    message = EmailMultiAlternatives(subject, body, sender, [to], headers=more)
    message.attach_alternative(mail_html.html_of(subject, body), "text/html")
    return message


def send(
    *,
    template: str,
    to: str,
    context: Mapping[str, Any],
    key: str = "",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Ask for a message to be sent: a job in the caller's transaction; if that fails, nothing leaves.

    What was decided stays decided if the mail server is down: the job tries again, and the team sees it.

    Parameters
    ----------
    template
        Path of a text template without its suffix, such as "accounts/mail/invitation". What it holds is
        not HTML: it turns escaping off.
    key
        Idempotency: asked twice with the same key, it is one message.
    """
    from millecafes.common import jobs

    message = compose(template=template, to=to, context=context, headers=headers)
    jobs.enqueue(
        "common.send_mail",
        arguments={"message": packed(message)},
        actor=actors.command("courriel"),
        now=timezone.now(),
        key=key,
    )


def packed(message: EmailMultiAlternatives) -> dict[str, Any]:
    """A message as the arguments of a job."""
    return {
        "subject": message.subject,
        "body": message.body,
        "from_email": message.from_email,
        "to": list(message.to),
        "headers": dict(message.extra_headers),
        "alternatives": [[str(content), str(kind)] for content, kind in message.alternatives],
    }


def unpacked(packed: Mapping[str, Any], *, identifier: str) -> EmailMultiAlternatives:
    """The message again. Its identifier is that of the job: sent twice, mail software shows it once."""
    domain = parseaddr(packed["from_email"])[1].rpartition("@")[2] or "localhost"
    headers = {**packed["headers"], "Message-ID": f"<{identifier}@{domain}>"}
    alternatives = [EmailAlternative(*found) for found in packed["alternatives"]]
    return EmailMultiAlternatives(**{**packed, "headers": headers, "alternatives": alternatives})


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
