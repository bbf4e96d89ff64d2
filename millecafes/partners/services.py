"""Writes of the room `partners`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.matching import fold
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.queries import holder_of, organisations, town_hall
from millecafes.partners.rules import CONTACT_DAYS, rna_of, siret_of
from millecafes.territory.models import Commune
from millecafes.territory.wording import of


class OrganisationError(ValueError):
    """An organisation that cannot be written, in the user's words; `field` is at fault."""

    def __init__(self, field: str, message: str, other: Organisation | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.other = other  # the organisation that stands in the way


@dataclass(frozen=True)
class Details:
    """What is said of an organisation."""

    name: str
    kind: OrganisationKind
    siret: str = ""
    rna: str = ""
    commune: Commune | None = None
    website: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class ContactDetails:
    """What is said of somebody to reach in an organisation."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


def add_organisation(*, details: Details, actor: Actor, now: dt.datetime) -> Organisation:
    """Keep a new organisation.

    Raises
    ------
    OrganisationError
        When a number is wrong, or another organisation has it; when a town hall has no commune, or its
        commune has one already.
    """
    return _add(details, verb="partners.organisation_added", actor=actor, now=now)


@transaction.atomic
def _add(details: Details, *, verb: str, actor: Actor, now: dt.datetime) -> Organisation:
    _verify(details)
    organisation = Organisation(
        **values_of(details), key=fold(details.name), created_at=now, is_demo=settings.DEMO
    )
    _save(organisation, details)
    journal.record(actor=actor, verb=verb, target=organisation, now=now)
    return organisation


@transaction.atomic
def change_organisation(
    *, organisation: Organisation, details: Details, actor: Actor, now: dt.datetime
) -> Organisation:
    """Write what is now said of an organisation; the journal says which fields changed.

    Raises
    ------
    OrganisationError
    """
    _verify(details, besides=organisation.pk)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    values = values_of(details)
    changed = [name for name, value in values.items() if getattr(organisation, name) != value]
    if not changed:
        return organisation
    for name in changed:
        setattr(organisation, name, values[name])
    organisation.key = fold(details.name)
    _save(organisation, details)
    journal.record(
        actor=actor,
        verb="partners.organisation_changed",
        target=organisation,
        now=now,
        data={"fields": fields_in_words(changed)},
    )
    return organisation


def fields_in_words(names: Iterable[str]) -> str:
    """Fields of an organisation as people call them."""
    labels = {field.name: str(field.verbose_name) for field in Organisation._meta.local_fields}
    return ", ".join(labels[name] for name in names)


def town_hall_of(*, commune: Commune, actor: Actor, now: dt.datetime) -> Organisation:
    """The town hall of a commune; it appears at its first use, with the contact of its public office.

    Two requests at once give the same one.
    """
    found = town_hall(commune)
    if found is not None:
        return found
    details = Details(
        name=f"Mairie {of(commune.name)}".replace("'", "’"),
        kind=OrganisationKind.TOWN_HALL,
        commune=commune,
        website=commune.hall_site if commune.hall_site.startswith(("https://", "http://")) else "",
        phone=commune.hall_phone,
        email=_address_or_nothing(commune.hall_email),
    )
    try:
        return _add(details, verb="partners.town_hall_added", actor=actor, now=now)
    except OrganisationError as error:
        if error.other is None:
            raise
        return error.other


def _address_or_nothing(text: str) -> str:
    """The public file holds a few addresses that are none."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def values_of(details: Details) -> dict[str, object]:
    """What is said of an organisation, field by field."""
    return {field.name: getattr(details, field.name) for field in fields(details)}


def verify_alone(details: Details) -> None:
    """Refuse what cannot be said of an organisation, whatever the others are.

    Raises
    ------
    OrganisationError
    """
    if not details.name.strip():
        raise OrganisationError("name", "Le nom est obligatoire.")
    for field, read in (("siret", siret_of), ("rna", rna_of)):
        number = getattr(details, field)
        try:
            is_clean = read(number) == number
        except ValueError as error:
            raise OrganisationError(field, str(error)) from error
        if not is_clean:
            raise OrganisationError(field, f"« {number} » : attendu sans espace ni point.")
    if details.kind == OrganisationKind.TOWN_HALL and details.commune is None:
        raise OrganisationError("commune", "Une mairie est celle d’une commune : indiquez laquelle.")


def _verify(details: Details, *, besides: int = 0) -> None:
    """Refuse wrong numbers, and what another organisation has already."""
    verify_alone(details)
    _verify_among(details, besides)


def _verify_among(details: Details, besides: int) -> None:
    for field in ("siret", "rna"):
        other = holder_of(**{field: getattr(details, field)}, besides=besides)
        if other is not None:
            words = {"siret": "ce SIRET", "rna": "ce numéro RNA"}[field]
            raise OrganisationError(field, f"Une organisation a déjà {words}.", other)
    if details.kind == OrganisationKind.TOWN_HALL and details.commune is not None:
        hall = town_hall(details.commune)
        if hall is not None and hall.pk != besides:
            raise OrganisationError("commune", f"La mairie de {details.commune} existe déjà.", hall)


def _save(organisation: Organisation, details: Details) -> None:
    """Save; what somebody else has just written at the same moment is told like what was there before."""
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        _verify_among(details, organisation.pk or 0)
        raise


@transaction.atomic
def add_contact(
    *, organisation: Organisation, details: ContactDetails, actor: Actor, now: dt.datetime
) -> OrganisationContact:
    """Keep somebody to reach in an organisation; who it is stays out of the journal."""
    contact = OrganisationContact.objects.create(
        organisation=organisation, **asdict(details), confirmed_at=now
    )
    journal.record(actor=actor, verb="partners.contact_added", target=organisation, now=now)
    return contact


@transaction.atomic
def change_contact(
    *, contact: OrganisationContact, details: ContactDetails, actor: Actor, now: dt.datetime
) -> OrganisationContact:
    """Write what is now said of a contact, and that it was true today."""
    for name, value in asdict(details).items():
        setattr(contact, name, value)
    contact.confirmed_at = now
    contact.save()
    journal.record(actor=actor, verb="partners.contact_changed", target=_of(contact), now=now)
    return contact


@transaction.atomic
def remove_contact(*, contact: OrganisationContact, actor: Actor, now: dt.datetime) -> None:
    """Erase a contact."""
    organisation = _of(contact)
    contact.delete()
    journal.record(actor=actor, verb="partners.contact_removed", target=organisation, now=now)


def _of(contact: OrganisationContact) -> Organisation:
    return organisations().get(pk=contact.organisation_id)


def _stale_contacts(now: dt.datetime) -> QuerySet[OrganisationContact]:
    return OrganisationContact.objects.filter(confirmed_at__lt=now - dt.timedelta(days=CONTACT_DAYS))


def purge_is_due(now: dt.datetime) -> bool:
    """Whether a contact has not been confirmed for too long."""
    return _stale_contacts(now).exists()


@transaction.atomic
def purge_contacts(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase the contacts that nobody has confirmed for too long."""
    return {"contacts d’organisations": _stale_contacts(now).delete()[0]}
