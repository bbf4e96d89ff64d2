"""What is known of a person: shown whole, erased as declared, purged in time."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import EmailChange, Invitation, Role, User
from millecafes.common import preparation, privacy
from millecafes.common.actors import command
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.common.privacy import declaring, purging, walking
from millecafes.common.privacy.declaring import Declaration
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactAttempt, ContactMessage
from tests.common.journals import past, verbs, write
from tests.factories.territory import make_commune

__all__ = ["verbs"]
pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("verbs")]
NOW = timezone.now()


@pytest.fixture
def camille() -> User:
    """Somebody known in every room, under an address typed two ways; and somebody else."""
    other = User.objects.create_user("autre@example.org", full_name="Autre")
    user = User.objects.create_user("camille@example.org", full_name="Camille Roux")
    user.groups.add(Group.objects.create(name="Réparations"))
    Role.objects.create(
        user=user,
        kind=RoleKind.TEAM,
        perimeter="network",
        starts_on=NOW.date(),
        granted_by=other,
        created_at=NOW,
    )
    for email in ("Camille@example.org", "autre@example.org"):
        ContactMessage.objects.create(
            subject=Subject.PRESS,
            email=email,
            body="Bonjour",
            commune=make_commune() if email[0] == "C" else None,
            created_at=NOW,
            purge_after=NOW.date(),
        )
    Invitation.objects.create(
        email="camille@example.org",
        kind=RoleKind.TEAM,
        perimeter="network",
        token="t",
        created_at=NOW,
        sent_at=NOW,
        expires_at=NOW,
    )
    sign_in(other)
    sign_in(user)
    LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="Une réparation", change_message="…")
    write(subject_id=user.pk, before={"nom": "Camille"}, after={"nom": "Camille Roux"})
    write(subject_id=other.pk, after={"nom": "Autre"})
    return user


def sign_in(user: User) -> None:
    """Leave what signing in leaves."""
    session = SessionStore()
    session.create()
    UserSession.objects.create(
        user=user, session_key=session.session_key, ip="192.0.2.7", user_agent="Firefox"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})


def known(user: User) -> dict[str, list[dict[str, object]]]:
    """Rows by model, as the export gives them."""
    return {found.declaration.label: [dict(row) for row in found.rows] for found in privacy.rows_of(user)}


def test_everything_known_of_a_person_is_shown_and_nothing_of_another(camille: User) -> None:
    found = known(camille)
    assert found["accounts.user"][0]["email"] == "camille@example.org"
    assert found["accounts.user"][0]["groups"] == ["Réparations"]
    assert "password" not in found["accounts.user"][0]
    assert [row["kind"] for row in found["accounts.role"]] == ["Équipe nationale"]
    assert "granted_by" not in found["accounts.role"][0]
    (message,) = found["pages.contactmessage"]
    assert message["email"] == "Camille@example.org"
    assert message["commune"] == "Técou"
    assert message["subject"] == "Presse"
    assert [row["after"] for row in found["common.journalpersonal"]] == [{"nom": "Camille Roux"}]
    (session,) = found["sessions.session"]
    assert list(session) == ["expire_date"]
    (listed,) = found["usersessions.usersession"]
    assert (listed["ip"], listed["user_agent"]) == ("192.0.2.7", "Firefox")
    assert [row["email"] for row in found["account.emailaddress"]] == ["camille@example.org"]
    assert [row["type"] for row in found["mfa.authenticator"]] == ["Authentificateur TOTP"]
    assert "autre@example.org" not in json.dumps(found)


def test_what_is_shown_says_what_it_is_in_french(camille: User) -> None:
    message = next(
        rows for rows in privacy.rows_of(camille) if rows.declaration.label == "pages.contactmessage"
    )
    assert message.title == "messages"
    assert message.labels["email"] == "adresse e-mail"
    assert message.declaration.retention_words == "2 ans"


def test_erasing_a_person_leaves_statistics_and_the_journal_whole(camille: User) -> None:
    lines = list(JournalEntry.objects.order_by("pk").values())
    done = privacy.erase(camille)
    assert done["accounts.user"] == done["pages.contactmessage"] == done["common.journalpersonal"] == 1
    assert "accounts.role" not in done
    erased = User.objects.get(pk=camille.pk)
    assert erased.email == f"efface-{camille.pk}@efface.invalid"
    assert erased.full_name == ""
    assert erased.last_login is None
    assert erased.date_joined == camille.date_joined
    assert not erased.has_usable_password()
    assert not erased.groups.exists()
    assert Role.objects.filter(user=erased).count() == 1
    assert not Invitation.objects.exists()
    assert not LogEntry.objects.exists()
    assert list(JournalEntry.objects.order_by("pk").values()) == lines
    for model in (Session, UserSession, EmailAddress, Authenticator):
        assert model.objects.count() == 1
    # The other person lost nothing.
    assert ContactMessage.objects.get().email == "autre@example.org"
    assert JournalPersonal.objects.get().after == {"nom": "Autre"}
    assert User.objects.get(email="autre@example.org").full_name == "Autre"


def test_erasing_twice_changes_nothing_more(camille: User) -> None:
    privacy.erase(camille)
    erased = User.objects.get(pk=camille.pk)
    assert privacy.erase(erased) == {"accounts.user": 1}
    assert User.objects.get(pk=camille.pk).email == erased.email


def test_a_person_without_an_address_is_not_everybody_without_one(camille: User) -> None:
    ContactMessage.objects.update(email="")
    User.objects.filter(pk=camille.pk).update(email="")
    assert known(User.objects.get(pk=camille.pk))["pages.contactmessage"] == []


def test_rows_may_be_found_by_a_function(camille: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def messages(user: models.Model) -> models.QuerySet[ContactMessage]:
        return ContactMessage.objects.filter(email__startswith="autre")

    planted = Declaration(
        "pages.contactmessage", {"body": "message", "created_at": "reçu le"}, subject=messages, erase="blank"
    )
    monkeypatch.setattr(walking, "declarations", lambda: (planted,))
    (rows,) = privacy.rows_of(camille)
    assert rows.rows == ({"body": "Bonjour", "created_at": NOW.isoformat()},)


def test_declaring_twice_the_same_is_harmless_and_otherwise_an_error() -> None:
    known = declaring.all_declarations()["pages.contactattempt"]
    declaring._add(known)
    with pytest.raises(ValueError, match="contactattempt est déclaré de deux façons"):
        privacy.declare_impersonal("pages.contactattempt", "fingerprint", reason="autre chose")
    assert declaring.all_declarations()["pages.contactattempt"] is known


def test_every_purge_runs_and_the_journal_says_how_much() -> None:
    ContactMessage.objects.create(
        subject=Subject.PRESS, email="a@example.org", body="…", created_at=NOW, purge_after=past()
    )
    ContactAttempt.objects.create(fingerprint="x", at=NOW - dt.timedelta(days=2))
    write(purge_after=past())
    kept = write(now=NOW - dt.timedelta(days=731), subject_id=1, after={"nom": "Roux"})
    assert privacy.purge_is_due(NOW)
    assert purging.purge_is_due_now()
    step = dict(zip(preparation._steps, preparation.steps(), strict=True))["common.purge"]
    assert step.is_needed()
    said = io.StringIO()
    call_command(step.command, stdout=said)
    assert "Messages de contact : messages : 1, empreintes d’adresses : 1." in said.getvalue()
    assert "Comptes : rien à effacer." in said.getvalue()
    assert "Journal : précisions personnelles du journal : 1, lignes du journal : 1." in said.getvalue()
    assert not step.is_needed()
    assert not JournalPersonal.objects.exists()
    lines = JournalEntry.objects.filter(verb="common.purged").order_by("target_id")
    assert [line.target_id for line in lines] == ["common.journal", "pages.messages"]
    assert {line.command for line in lines} == {"purge"}
    assert lines[1].data["counts"] == {"messages": 1, "empreintes d’adresses": 1}
    assert JournalEntry.objects.filter(pk=kept.pk).exists()
    call_command(step.command, stdout=said)
    assert lines.count() == 2


def test_sessions_and_what_signing_in_left_are_purged_in_time() -> None:
    user = User.objects.create_user("camille@example.org")
    sign_in(user)
    EmailChange.objects.create(
        user=user,
        old_email="a@example.org",
        new_email="b@example.org",
        confirm_token="t",
        requested_at=NOW,
        expires_at=NOW,
        undo_until=NOW + dt.timedelta(days=7),
    )
    age = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    privacy.purge(actor=command("purge"), now=NOW + age - dt.timedelta(days=1))
    assert Session.objects.count() == UserSession.objects.count() == EmailChange.objects.count() == 1
    privacy.purge(actor=command("purge"), now=NOW + age + dt.timedelta(days=8))
    assert Session.objects.count() == UserSession.objects.count() == EmailChange.objects.count() == 0
    line = JournalEntry.objects.filter(target_id="accounts").order_by("at").last()
    assert line is not None
    assert line.data["counts"] == {
        "sessions finies": 1,
        "traces de sessions finies": 1,
        "changements d’adresse": 1,
    }


def test_a_purge_that_fails_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*, now: dt.datetime) -> dict[str, int]:
        ContactAttempt.objects.all().delete()
        raise RuntimeError("panne")

    ContactAttempt.objects.create(fingerprint="x", at=NOW)
    monkeypatch.setattr(purging, "_purges", {"tests": privacy.Purge("Essai", lambda now: True, fail)})
    with pytest.raises(RuntimeError, match="panne"):
        privacy.purge(actor=command("purge"), now=NOW)
    assert ContactAttempt.objects.exists()
    assert not JournalEntry.objects.exists()
