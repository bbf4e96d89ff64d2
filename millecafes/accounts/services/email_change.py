"""Changing address: confirmed on the new one, told to the old one, which may undo it for seven days."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import transaction

from millecafes.accounts.models import EmailChange, User
from millecafes.accounts.services.sessions import end_sessions
from millecafes.common import journal, mail
from millecafes.common.actors import Actor
from millecafes.common.links import fingerprint, new_secret

CONFIRM_WITHIN = dt.timedelta(days=1)
UNDO_WITHIN = dt.timedelta(days=7)


class EmailChangeError(ValueError):
    """A link that no longer works, or an address that cannot be taken; in the user's words."""


@transaction.atomic
def ask_change(*, user: User, email: str, actor: Actor, now: dt.datetime, confirm_url: str) -> EmailChange:
    """Write to the new address; a change asked before, and not confirmed, is forgotten.

    `confirm_url` holds "TOKEN" where the secret goes. Whether somebody has this address already is not said:
    in that case, that somebody is told, and the link does not exist.

    Raises
    ------
    EmailChangeError
        When it is the present address.
    """
    if email == user.email:
        raise EmailChangeError("Nouvelle adresse e-mail : c’est déjà la vôtre.")
    EmailChange.objects.filter(user=user, confirmed_at__isnull=True).delete()
    token = new_secret()
    change = EmailChange.objects.create(
        user=user,
        old_email=user.email,
        new_email=email,
        confirm_token=fingerprint(token),
        requested_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    taken = User.objects.filter(email=email).exists()
    template = "accounts/mail/email_taken" if taken else "accounts/mail/email_confirm"
    mail.send(template=template, to=email, context={"link": confirm_url.replace("TOKEN", token)})
    journal.record(
        actor=actor,
        verb="accounts.email_change_asked",
        target=user,
        now=now,
        before={"email": user.email},
        after={"email": email},
        subject_id=user.pk,
    )
    return change


@transaction.atomic
def confirm_change(*, token: str, actor: Actor, now: dt.datetime, undo_url: str) -> EmailChange:
    """Take the new address; the old one receives a link that undoes it.

    Raises
    ------
    EmailChangeError
        When the link is unknown, used or past, or when the address was taken meanwhile.
    """
    rows = EmailChange.objects.select_for_update().filter(confirm_token=fingerprint(token))
    change = rows.order_by("pk").first()
    if change is None or change.confirmed_at is not None or change.expires_at < now:
        raise EmailChangeError("Ce lien ne marche plus : il a servi, ou il a plus d’un jour.")
    if User.objects.filter(email=change.new_email).exists():
        raise EmailChangeError("Cette adresse ne peut pas être prise. Écrivez-nous si elle est à vous.")
    undo = new_secret()
    change.undo_token = fingerprint(undo)
    change.confirmed_at = now
    change.undo_until = now + UNDO_WITHIN
    change.save()
    _set_email(change.user, change.new_email)
    mail.send(
        template="accounts/mail/email_changed",
        to=change.old_email,
        context={
            "link": undo_url.replace("TOKEN", undo),
            "until": change.undo_until,
            "new_email": masked(change.new_email),
        },
    )
    journal.record(
        actor=actor,
        verb="accounts.email_changed",
        target=change.user,
        now=now,
        before={"email": change.old_email},
        after={"email": change.new_email},
        subject_id=change.user_id,
    )
    return change


@transaction.atomic
def undo_change(*, token: str, actor: Actor, now: dt.datetime) -> EmailChange:
    """Take the old address back, and close every session: somebody else may be in.

    Raises
    ------
    EmailChangeError
        When the link is unknown, used or past.
    """
    rows = EmailChange.objects.select_for_update().filter(undo_token=fingerprint(token))
    change = rows.order_by("pk").first()
    if change is None or change.undone_at is not None or change.undo_until is None or change.undo_until < now:
        raise EmailChangeError("Ce lien ne marche plus : il a servi, ou il a plus de sept jours.")
    if User.objects.filter(email=change.old_email).exclude(pk=change.user_id).exists():
        raise EmailChangeError("Cette adresse sert depuis à un autre compte. Écrivez-nous.")
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    # What was changed after it, from an account that was not in the right hands, is forgotten.
    EmailChange.objects.filter(user=change.user, confirmed_at__isnull=True).delete()
    _set_email(change.user, change.old_email)
    end_sessions(user=change.user, actor=actor, now=now)
    journal.record(
        actor=actor,
        verb="accounts.email_change_undone",
        target=change.user,
        now=now,
        before={"email": change.new_email},
        after={"email": change.old_email},
        subject_id=change.user_id,
    )
    return change


def _set_email(user: User, email: str) -> None:
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


def masked(email: str) -> str:
    """An address that its owner recognises, and nobody else: « c…@exemple.fr »."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
