"""Jobs of the house: mail, and what is erased in time."""

from __future__ import annotations

from collections.abc import Mapping
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from millecafes.common import jobs, mail, privacy
from millecafes.common.documents import tasks as _documents  # noqa: F401 - its tasks
from millecafes.common.exports import tasks as _exports  # noqa: F401 - its tasks
from millecafes.common.imports import tasks as _imports  # noqa: F401 - its tasks
from millecafes.common.notifications import tasks as _notifications  # noqa: F401 - its tasks

# Ten attempts last about a day and a half: longer than most mail servers are down.
MAIL_ATTEMPTS = 10


# At least once: the server may have taken the message when this process dies. The identifier of the message
# stays, so that it is shown once.
@jobs.task("common.send_mail", title="Envoi d’un courriel", attempts=MAIL_ATTEMPTS, secret=True, atomic=False)
def send_mail(run: jobs.Run, *, message: Mapping[str, Any]) -> None:
    """Give one message to the mail server."""
    try:
        mail.unpacked(message, identifier=run.job.uuid.hex).send()
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _refusal(codes) from error
    except SMTPResponseException as error:
        raise _refusal([error.smtp_code]) from error
    except (OSError, SMTPException) as error:
        raise jobs.JobError("Le serveur de courriel ne répond pas.") from error


def _refusal(codes: list[int]) -> jobs.JobError:
    said = ", ".join(str(code) for code in codes)
    if codes and all(500 <= code < 600 for code in codes):
        return jobs.JobError(f"Le serveur de courriel refuse ce message (code {said}).", retry=False)
    return jobs.JobError(f"Le serveur de courriel ne prend pas ce message pour l’instant (code {said}).")


@jobs.task("common.purge", title="Effacement de ce qui a fait son temps", atomic=False)
def purge(run: jobs.Run) -> None:
    """Run every purge, each in its own transaction: done twice, the second finds nothing."""
    done = privacy.purge(actor=run.actor, now=run.now)
    erased = sum(sum(counts.values()) for counts in done.values())
    run.result(text=f"Lignes effacées : {erased}." if erased else "Rien à effacer.")


jobs.schedule("common.purge", daily="03:30")
