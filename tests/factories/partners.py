"""Organisations, made through the same services as real ones."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from millecafes.common import actors
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.services import ContactDetails, Details, add_contact, add_organisation

ACTOR = actors.command("tests")


def make_organisation(name: str = "Brasserie du Tarn", **details: Any) -> Organisation:
    """An organisation, a supplier unless told."""
    details.setdefault("kind", OrganisationKind.SUPPLIER)
    return add_organisation(details=Details(name=name, **details), actor=ACTOR, now=timezone.now())


def make_contact(
    organisation: Organisation, name: str = "Dominique Blanc", **details: Any
) -> OrganisationContact:
    """Somebody to reach in an organisation, by e-mail unless told."""
    details.setdefault("email", "dominique@example.org")
    return add_contact(
        organisation=organisation,
        details=ContactDetails(name=name, **details),
        actor=ACTOR,
        now=timezone.now(),
    )
