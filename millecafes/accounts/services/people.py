"""Accounts: made by an invitation, by `create_team`, or by the demonstration; never by oneself."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from millecafes.accounts.models import User
from millecafes.common import journal
from millecafes.common.actors import Actor


class PersonError(ValueError):
    """An account that cannot be made or changed, in the user's words."""


@transaction.atomic
def create_person(*, email: str, full_name: str = "", actor: Actor, now: dt.datetime) -> User:
    """Make an account. Its address counts as verified: whoever asks holds a link sent there, or vouches.

    Raises
    ------
    PersonError
        When the address is not one, or somebody has it already.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise PersonError(
            f"Adresse e-mail : « {address[:60]} » n’est pas complète. Attendu : prenom@exemple.fr."
        ) from None
    try:
        with transaction.atomic():
            user = User.objects.create_user(address, full_name=full_name.strip(), date_joined=now)
    except IntegrityError:
        raise PersonError("Adresse e-mail : un compte existe déjà à cette adresse.") from None
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    journal.record(
        actor=actor,
        verb="accounts.person_created",
        target=user,
        now=now,
        after={"email": address, "full_name": user.full_name},
        subject_id=user.pk,
    )
    return user


@transaction.atomic
def rename(*, user: User, full_name: str, actor: Actor, now: dt.datetime) -> User:
    """Correct somebody's name."""
    before = user.full_name
    user.full_name = full_name.strip()
    user.save(update_fields=["full_name"])
    journal.record(
        actor=actor,
        verb="accounts.person_renamed",
        target=user,
        now=now,
        before={"full_name": before},
        after={"full_name": user.full_name},
        subject_id=user.pk,
    )
    return user
