"""What the addresses of the access matrix are asked about: the objects of a side, as parts of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from millecafes.common.jobs.telling import FAILED
from millecafes.common.notifications.stopping import token_of

if TYPE_CHECKING:
    from tests.architecture.access_world import Side


def its_organisation(side: Side) -> dict[str, int]:
    """The organisation of a side."""
    return {"pk": side.contact.organisation_id}


def its_contact(side: Side) -> dict[str, int]:
    """The contact of a side, in its organisation."""
    return {"pk": side.contact.organisation_id, "contact_pk": side.contact.pk}


def its_document(side: Side) -> dict[str, object]:
    """A document about the organisation of a side."""
    return {"number": side.document().uuid}


def its_image(side: Side, **more: int) -> dict[str, object]:
    """The logo of the organisation of a side, or one of its sizes."""
    return {"number": side.logo().uuid, "version": 1, **more}


def its_ticket(side: Side) -> dict[str, object]:
    """What a page gives the browser of `user` to send a file."""
    return {"ticket": side.ticket(), "name": "a.pdf", "size": 5}


def its_upload(side: Side) -> dict[str, object]:
    """A file that `user` is sending."""
    return {"number": side.upload().uuid}


def its_invitation(side: Side) -> dict[str, int]:
    """An invitation to be the secretary of a side's town hall."""
    return {"number": side.invitation().pk}


def its_message(side: Side) -> dict[str, int]:
    """The message of a side, about a café of its commune."""
    return {"pk": side.message().pk}


def its_job(side: Side) -> dict[str, UUID]:
    """A job that somebody of a side asked for: the asker, here."""
    return {"uuid": side.job().uuid}


def its_import(side: Side) -> dict[str, UUID]:
    """A file that somebody of a side sent: the asker, here."""
    return {"uuid": side.import_run().uuid}


def its_notification(side: Side) -> dict[str, int]:
    """Something told to the person of a side: the asker, here."""
    return {"number": side.notification().pk}


def its_stop(side: Side) -> dict[str, str]:
    """The link that stops a topic, as mails to the person of a side have it."""
    return {"token": token_of(side.user.pk, [FAILED])}
