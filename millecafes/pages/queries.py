"""Reads of the room `pages`."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.queries.perimeters import NETWORK
from millecafes.common.actors import Actor
from millecafes.common.formats import day
from millecafes.common.matching import by_words, fold
from millecafes.common.permissions import can
from millecafes.common.search import Hit
from millecafes.pages.enums import REGIONAL_SUBJECTS, MessageState, Subject
from millecafes.pages.models import ContactAttempt, ContactMessage
from millecafes.pages.wording import PAGES, TEXTS

# What a hat's perimeter means for the commune of a message.
_PATHS = {"region": "commune__departement__region", "departement": "commune__departement"}

TEMPLATES = Path(__file__).parent / "templates"
# What stands in tags and in template code is not text.
_CODE = re.compile(r"\{[%#].*?[%#]\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
# How sure a page is, that has the words in its text only.
_IN_TEXT = 0.4


@dataclass(frozen=True)
class Asked:
    """A filter of messages: a subject, a state; empty for all."""

    subject: str = ""
    state: str = ""


def messages() -> QuerySet[ContactMessage]:
    """Every message, ready to say its perimeters and who answered."""
    return ContactMessage.objects.select_related("commune__departement", "answered_by")


def messages_for(actor: Actor, asked: Asked) -> QuerySet[ContactMessage]:
    """The messages of a filter that this hat reads: to answer, the oldest first; else the latest."""
    found = messages() if can(actor, "pages.list_messages") else ContactMessage.objects.none()
    if actor.perimeter != NETWORK:
        family, _, value = actor.perimeter.partition(":")
        place = {_PATHS[family]: value} if family in _PATHS else {}
        found = found.filter(subject__in=REGIONAL_SUBJECTS, **place)
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.state:
        found = found.filter(answered_at__isnull=asked.state == MessageState.WAITING)
    if asked.state == MessageState.WAITING:
        return found.order_by("created_at", "pk")
    return found.order_by("-created_at", "-pk")


def page_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The pages whose title, or else whose text, holds the words looked for. Makes no query."""
    titles = {name: title for name, title, _ in PAGES}
    known = [(name, fold(f"{title} {words}")) for name, title, words in PAGES]
    found = by_words(query, known, limit)
    listed = {name for name, _ in found}
    others = [(name, _text(template)) for name, template in TEXTS.items() if name not in listed]
    found += [(name, _IN_TEXT) for name, _ in by_words(query, others, limit - len(found), typos=False)]
    return [Hit(titles[name], reverse(name), "", score) for name, score in found]


@cache
def _text(template: str) -> str:
    """The folded words of a template."""
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return fold(html.unescape(_CODE.sub(" ", source)))


def message_hits(actor: Actor, query: str, limit: int) -> Sequence[Hit]:
    """The messages that this hat reads, by author, address, commune or subject; not by their text.

    Messages are erased after two years: there are never so many that they cannot be compared one by one.
    """
    fields = ("pk", "name", "email", "commune__name", "subject", "created_at")
    rows = {row[0]: row for row in messages_for(actor, Asked()).values_list(*fields)}
    known = (
        (pk, fold(f"{name} {email} {commune or ''} {Subject(subject).label}"))
        for pk, name, email, commune, subject, _ in rows.values()
    )
    found = []
    for pk, score in by_words(query, known, limit):
        _, name, email, commune, subject, at = rows[pk]
        detail = ", ".join(filter(None, [Subject(subject).label, commune, day(timezone.localtime(at))]))
        found.append(Hit(name or email, address(str(pk)), detail, score))
    return found


def subjects_for(actor: Actor) -> list[Subject]:
    """The subjects that this hat reads."""
    return [subject for subject in Subject if actor.perimeter == NETWORK or subject in REGIONAL_SUBJECTS]


def labels(ids: Collection[str]) -> dict[str, str]:
    """How messages are called, by number: their subject and day, never their author."""
    rows = ContactMessage.objects.filter(pk__in=[int(value) for value in ids if value.isdecimal()])
    return {str(row.pk): f"un message ({row})" for row in rows}


def address(number: str) -> str:
    """The address of a message's page, by its number."""
    return reverse("pages:message", args=[number])


def recent_attempts(fingerprint: str, *, since: dt.datetime) -> int:
    """Messages sent from one (fingerprinted) address since a moment."""
    return ContactAttempt.objects.filter(fingerprint=fingerprint, at__gte=since).count()
