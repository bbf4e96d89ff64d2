"""The messages received as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict
from django.utils import timezone

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.ods import Value
from millecafes.pages import queries
from millecafes.pages.forms import MessageFilter
from millecafes.pages.models import ContactMessage

COLUMNS = (
    Column("objet", "Objet"),
    Column("de", "De"),
    Column("adresse", "Adresse e-mail"),
    Column("code_commune", "Code Insee"),
    Column("commune", "Commune"),
    Column("recu", "Reçu le"),
    Column("repondu", "Répondu le"),
    Column("message", "Message"),
    Column("demonstration", "Démonstration"),
)


def messages(actor: Actor, asked: QueryDict) -> Table:
    """The messages of a filter."""
    form = exports.valid(MessageFilter(asked, subjects=queries.subjects_for(actor)))
    found = queries.messages_for(actor, form.asked)
    return Table("messages", "Messages", COLUMNS, exports.by_batches(found, _rows), count=found.count())


def _rows(found: Iterable[ContactMessage]) -> Iterator[tuple[Value, ...]]:
    for row in found:
        place = (row.commune.code, row.commune.name) if row.commune else ("", "")
        received = timezone.localdate(row.created_at).isoformat()
        answered = timezone.localdate(row.answered_at).isoformat() if row.answered_at else ""
        shown = "oui" if row.is_demo else ""
        yield (row.get_subject_display(), row.name, row.email, *place, received, answered, row.body, shown)


MESSAGES = exports.Export("Messages", messages, "pages.list_messages")
