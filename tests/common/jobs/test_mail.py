"""Mail as a job: after the transaction, again when the server is down, never twice for one decision."""

from __future__ import annotations

import datetime as dt
import smtplib
from email.message import EmailMessage
from typing import Any, ClassVar

import pytest
from django.core import mail as outgoing
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from millecafes.common import jobs, mail
from millecafes.common.jobs.models import Job, JobState

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = dt.timedelta(days=2)


def send(**changes: Any) -> None:
    mail.send(**{"template": "accounts/mail/erased", "to": "zoe@example.org", "context": {}, **changes})


class Server(EmailBackend):
    """A mail server that answers what a test says, before it takes messages."""

    says: ClassVar[list[Exception]] = []

    def send_messages(self, messages: list[EmailMessage]) -> int:
        if self.says:
            raise self.says.pop(0)
        return int(super().send_messages(messages))


@pytest.fixture
def server(settings: Any) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.says = []
    return Server


def test_nothing_leaves_when_the_transaction_fails() -> None:
    @transaction.atomic
    def decide() -> None:
        send()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decide()
    assert jobs.testing.run_pending() == 0
    assert outgoing.outbox == []


def test_a_message_arrives_whole() -> None:
    send()
    assert outgoing.outbox == []
    jobs.testing.run_pending()
    (message,) = outgoing.outbox
    expected = mail.compose(template="accounts/mail/erased", to="zoe@example.org", context={})
    for part in ("subject", "body", "from_email", "to", "alternatives"):
        assert getattr(message, part) == getattr(expected, part), part
    job = Job.objects.get()
    assert message.extra_headers["Message-ID"] == f"<{job.uuid.hex}@localhost>"
    assert (job.state, job.sealed, job.arguments) == (JobState.DONE, "", {})


def test_who_it_is_for_is_not_readable_in_the_queue() -> None:
    send()
    assert "zoe" not in str(Job.objects.values().get())


def test_the_same_key_is_one_message() -> None:
    for _ in range(3):
        send(key="rappel 7")
        jobs.testing.run_pending()
    assert len(outgoing.outbox) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionRefusedError("perdu@example.org"),
        smtplib.SMTPServerDisconnected("perdu"),
        smtplib.SMTPResponseException(451, b"plus tard"),
        smtplib.SMTPRecipientsRefused({"zoe@example.org": (450, b"liste grise")}),
    ],
)
def test_a_server_that_is_down_is_tried_again(server: type[Server], trouble: Exception) -> None:
    server.says = [trouble]
    send()
    jobs.testing.run_pending()
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    assert "example.org" not in job.failure + job.failure_detail
    jobs.testing.run_pending(now=timezone.now() + LATER)
    (message,) = outgoing.outbox
    assert message.extra_headers["Message-ID"].startswith(f"<{job.uuid.hex}@")


@pytest.mark.parametrize(
    "trouble",
    [
        smtplib.SMTPDataError(554, b"refus"),
        smtplib.SMTPRecipientsRefused({"zoe@example.org": (550, b"inconnue")}),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again(server: type[Server], trouble: Exception) -> None:
    server.says = [trouble]
    send()
    jobs.testing.run_pending()
    job = Job.objects.get()
    assert job.state == JobState.FAILED
    assert "refuse ce message (code 55" in job.failure
    assert job.sealed  # the team may try again once the address works
