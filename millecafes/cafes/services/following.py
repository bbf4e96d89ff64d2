"""How the team follows a café, written: people to reach, notes, visits; the journal holds none of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from millecafes.cafes.models import Cafe, CafeContact, CafeNote, Visit
from millecafes.cafes.queries.cafes import cafes
from millecafes.cafes.services.errors import CafeError
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.formats import day as in_words

_FIRST_YEAR = 2000
# A visit, or what is to be done after it, farther ahead than this is a mistake of a digit.
_MOST_DAYS_AHEAD = 730


@dataclass(frozen=True)
class ContactDetails:
    """What is said of somebody to reach about a café."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class VisitDetails:
    """What is said of a visit: who went, what was seen, what is to be done, and before which day."""

    on: dt.date
    who: str
    observations: str = ""
    follow_ups: str = ""
    follow_up_on: dt.date | None = None


@transaction.atomic
def add_contact(*, cafe: Cafe, details: ContactDetails, actor: Actor, now: dt.datetime) -> CafeContact:
    """Keep somebody to reach about a café.

    Raises
    ------
    CafeError
        Without a way to reach this person.
    """
    _verify_contact(details)
    contact = CafeContact.objects.create(cafe=cafe, **asdict(details), confirmed_at=now)
    journal.record(actor=actor, verb="cafes.contact_added", target=_told(cafe), now=now)
    return contact


@transaction.atomic
def change_contact(
    *, contact: CafeContact, details: ContactDetails, actor: Actor, now: dt.datetime
) -> CafeContact:
    """Write what is now said of a contact, and that it was true today.

    Raises
    ------
    CafeError
    """
    _verify_contact(details)
    for name, value in asdict(details).items():
        setattr(contact, name, value)
    contact.confirmed_at = now
    contact.save()
    journal.record(actor=actor, verb="cafes.contact_changed", target=_told(contact.cafe), now=now)
    return contact


@transaction.atomic
def confirm_contact(*, contact: CafeContact, actor: Actor, now: dt.datetime) -> CafeContact:
    """Say that what is known of a contact is still true: it is kept three more years."""
    contact.confirmed_at = now
    contact.save(update_fields=["confirmed_at"])
    journal.record(actor=actor, verb="cafes.contact_confirmed", target=_told(contact.cafe), now=now)
    return contact


@transaction.atomic
def remove_contact(*, contact: CafeContact, actor: Actor, now: dt.datetime) -> None:
    """Erase a contact."""
    contact.delete()
    journal.record(actor=actor, verb="cafes.contact_removed", target=_told(contact.cafe), now=now)


def _verify_contact(details: ContactDetails) -> None:
    if not details.name.strip():
        raise CafeError("name", "Écrivez le nom du contact.")
    if not (details.email or details.phone):
        raise CafeError("email", "Donnez une adresse e-mail ou un téléphone : il en faut au moins un.")


@transaction.atomic
def add_note(*, cafe: Cafe, text: str, actor: Actor, now: dt.datetime) -> CafeNote:
    """Keep what somebody of the team writes down about a café.

    Raises
    ------
    CafeError
        When there is nothing in it.
    """
    if not text.strip():
        raise CafeError("text", "Écrivez la note.")
    note = CafeNote.objects.create(cafe=cafe, text=text.strip(), author_id=actor.user_id, written_at=now)
    journal.record(actor=actor, verb="cafes.note_added", target=_told(cafe), now=now)
    return note


@transaction.atomic
def remove_note(*, note: CafeNote, actor: Actor, now: dt.datetime) -> None:
    """Take back a note."""
    note.delete()
    journal.record(actor=actor, verb="cafes.note_removed", target=_told(note.cafe), now=now)


@transaction.atomic
def add_visit(*, cafe: Cafe, details: VisitDetails, actor: Actor, now: dt.datetime) -> Visit:
    """Keep a visit to a café.

    Raises
    ------
    CafeError
        When a day cannot be, or what is to be done would be due before the visit.
    """
    _verify_visit(details, now)
    visit = Visit.objects.create(cafe=cafe, **asdict(details), author_id=actor.user_id)
    return _noted(visit, "cafes.visit_added", actor, now)


@transaction.atomic
def change_visit(*, visit: Visit, details: VisitDetails, actor: Actor, now: dt.datetime) -> Visit:
    """Write what is now said of a visit; something new to do is to be done again.

    Raises
    ------
    CafeError
    """
    _verify_visit(details, now)
    if details.follow_ups != visit.follow_ups:
        visit.followed_up_at = None
    for name, value in asdict(details).items():
        setattr(visit, name, value)
    visit.save()
    return _noted(visit, "cafes.visit_changed", actor, now)


@transaction.atomic
def follow_up_visit(*, visit: Visit, actor: Actor, now: dt.datetime) -> Visit:
    """Say that what was to be done after a visit is done.

    Raises
    ------
    CafeError
        When nothing was to be done.
    """
    if not visit.follow_ups:
        raise CafeError("follow_ups", "Rien n’est à faire après cette visite.")
    visit.followed_up_at = now
    visit.save(update_fields=["followed_up_at"])
    return _noted(visit, "cafes.visit_followed_up", actor, now)


@transaction.atomic
def remove_visit(*, visit: Visit, actor: Actor, now: dt.datetime) -> None:
    """Take back a visit that was a mistake."""
    _noted(visit, "cafes.visit_removed", actor, now)
    visit.delete()


def _verify_visit(details: VisitDetails, now: dt.datetime) -> None:
    if not details.who.strip():
        raise CafeError("who", "Écrivez qui est venu.")
    last = timezone.localdate(now) + dt.timedelta(days=_MOST_DAYS_AHEAD)
    for name in ("on", "follow_up_on"):
        day = getattr(details, name)
        if day is not None and not (day.year >= _FIRST_YEAR and day <= last):
            raise CafeError(
                name,
                f"Le {day:%d/%m/%Y} n’est pas une date possible. "
                f"Attendu : de {_FIRST_YEAR} à dans deux ans au plus.",
            )
    if details.follow_up_on is None:
        return
    if not details.follow_ups.strip():
        raise CafeError("follow_ups", "Écrivez ce qu’il y a à faire avant cette date.")
    if details.follow_up_on < details.on:
        raise CafeError(
            "follow_up_on",
            f"Les suites seraient à donner avant le {details.follow_up_on:%d/%m/%Y}, "
            f"avant la visite du {details.on:%d/%m/%Y}.",
        )


def _noted(visit: Visit, verb: str, actor: Actor, now: dt.datetime) -> Visit:
    data = {"on": in_words(visit.on)}
    journal.record(actor=actor, verb=verb, target=_told(visit.cafe), now=now, data=data)
    return visit


def _told(cafe: Cafe) -> Cafe:
    """The café, ready to say its perimeters."""
    return cafes().get(pk=cafe.pk)
