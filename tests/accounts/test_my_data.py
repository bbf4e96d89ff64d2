"""Erasing a person: nothing declared personal is left of them anywhere, and nothing else is touched."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import ApiToken, EmailChange, Invitation, Role, User
from millecafes.accounts.queries.my_data import addresses_of
from millecafes.accounts.services import my_data as services
from millecafes.accounts.services.people import create_person, rename
from millecafes.accounts.services.roles import end_role, grant_role
from millecafes.cafes.enums import EventKind, ProposalKind, ReportSubject
from millecafes.cafes.models import (
    CafeContact,
    CafeEvent,
    CafeNote,
    CafeState,
    ErrorReport,
    KeptChange,
    OsmProposal,
    SavedView,
    Visit,
)
from millecafes.common import documents, privacy
from millecafes.common.actors import Actor, command
from millecafes.common.documents import kinds as documents_kinds
from millecafes.common.documents import uploads
from millecafes.common.imports.models import ImportLine, ImportMatching, ImportRun
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.telling import FAILED
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.common.journal.queries import lines
from millecafes.common.notifications import Rhythm, notify, remind
from millecafes.common.notifications.models import MailPace
from millecafes.common.notifications.services import choose
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactMessage
from millecafes.partners.models import Organisation, OrganisationContact
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.cafes import make_cafe
from tests.factories.pages import make_message
from tests.factories.partners import make_contact, make_organisation
from tests.factories.people import make_person, make_role
from tests.factories.territory import make_commune
from tests.mails import sent

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
MARK = "quetzal"  # in every value planted about the person, and nowhere else
NAME, EMAIL, BEFORE = "Zoé Quetzal", "zoe.quetzal@example.org", "quetzal.avant@example.org"
ACTOR = command("tests")


@pytest.fixture(autouse=True)
def mail_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction of a test never ends: what waits for its end is done at once."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_: act())


@pytest.fixture
def zoe() -> User:
    """Somebody known by every table that can hold something about somebody."""
    user = create_person(email=EMAIL, full_name="Zoé", actor=ACTOR, now=NOW)
    rename(user=user, full_name=NAME, actor=Actor(user_id=user.pk), now=NOW)
    commune = make_commune()
    make_role(RoleKind.TEAM, "network")  # somebody else, so that nobody is the last
    role = grant_role(user=user, kind=RoleKind.ELECTED, perimeter="commune:81294", actor=ACTOR, now=NOW)
    plant_sign_in(user)
    for address in (EMAIL, EMAIL.upper(), BEFORE):
        make_message(Subject.OPEN, email=address, name=NAME, body=f"Je suis {MARK}", commune=commune, now=NOW)
    invite(EMAIL)
    invite("quetzal.autre@example.org", accepted_by=user)
    organisation = make_organisation("Association", email=EMAIL, phone="05 63 00 00 00")
    make_contact(organisation, NAME, email=EMAIL, role=f"Présidence {MARK}")
    LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr=MARK, change_message=MARK)
    rename(user=user, full_name=NAME, actor=Actor(user_id=role.granted_by_id or 0), now=NOW)
    plant_documents(user, organisation)
    plant_imports(user)
    ApiToken.objects.create(
        user=user, role=role, name=MARK, fingerprint=MARK, created_at=NOW, expires_at=NOW, last_used_on=NOW
    )
    plant_notifications(user, organisation)
    plant_cafe(user)
    plant_job(user, JobState.DONE, title=MARK, hat=MARK, arguments={"x": MARK}, sealed=MARK, result_text=MARK)
    return user


def plant_imports(user: User) -> None:
    """A file they sent, and one that somebody else sent, where they are."""
    run = ImportRun.objects.create(
        kind="tests", file_name=f"{MARK}.csv", fixed={"nom": MARK}, owner=user, created_at=NOW
    )
    told = {"cells": [NAME, EMAIL.upper()], "values": {"nom": NAME}, "label": NAME, "problems": [MARK]}
    ImportLine.objects.create(run=run, number=2, **told)
    other = ImportRun.objects.create(kind="tests", file_name="structures.csv", created_at=NOW)
    ImportLine.objects.create(run=other, number=2, cells=["Cave"], before={"courriel": EMAIL})
    ImportMatching.objects.create(user=user, kind="tests", header=MARK, column="nom", used_at=NOW)


def plant_documents(user: User, organisation: Organisation) -> None:
    """A file given, and another on its way."""
    documents.add(
        kind="partners.document",
        file=io.BytesIO(b"%PDF-1.4\n%%EOF\n"),
        name=f"Convention {MARK}.pdf",
        target=organisation,
        actor=Actor(user_id=user.pk),
        now=NOW,
    )
    asked = {"kind": documents_kinds.kind_of("partners.document"), "size": 3, "sha256": ""}
    uploads.begin(**asked, name=f"{MARK}.pdf", owner_id=user.pk, now=NOW)


def plant_notifications(user: User, organisation: Organisation) -> None:
    """What one is told, reminded of, and chose; and a mail."""
    said = {"topic": FAILED.name, "to": user, "target": organisation, "text": MARK, "url": f"/{MARK}/"}
    notify(**said, now=NOW)
    remind(**said, now=NOW, after=dt.timedelta(days=1), every=dt.timedelta(days=1), at_most=2)
    choose(user_id=user.pk, topic=FAILED, rhythm=Rhythm.DAILY, now=NOW)
    MailPace.objects.create(user=user, last_at=NOW)


def plant_cafe(user: User) -> None:
    """A café that gives their address, what they wrote about it, and what they reported."""
    cafe = make_cafe(email=EMAIL, phone="05 63 00 00 00")
    CafeState.objects.update(author=user)
    on = NOW.date()
    CafeEvent.objects.create(cafe=cafe, kind=EventKind.MOVE, on=on, author=user, recorded_at=NOW)
    CafeContact.objects.create(cafe=cafe, name=NAME, email=EMAIL, confirmed_at=NOW)
    CafeNote.objects.create(cafe=cafe, text="Vu", author=user, written_at=NOW)
    Visit.objects.create(cafe=cafe, on=on, who=NAME, author=user)
    KeptChange.objects.create(cafe=cafe, token="a", kind="hours", label="Fermé", made_by=user, made_at=NOW)
    report = {"cafe": cafe, "about": ReportSubject.HOURS, "received_at": NOW}
    ErrorReport.objects.create(**report, text=MARK, email=EMAIL, handled_by=user)
    SavedView.objects.create(owner=user, name=MARK, query="q=1")
    OsmProposal.objects.create(cafe=cafe, kind=ProposalKind.ONLY_HERE, found_at=NOW, decided_by=user)


def plant_job(user: User, state: JobState, **more: Any) -> Job:
    times = {"run_at": NOW, "created_at": NOW, "touched_at": NOW}
    return Job.objects.create(name="tests.asked", actor_id=user.pk, state=state, **times, **more)


def plant_sign_in(user: User) -> None:
    """What signing in leaves."""
    client = Client(headers={"user-agent": f"Navigateur {MARK}"})
    client.force_login(user)
    key = client.session.session_key
    assert key
    UserSession.objects.create(
        user=user, session_key=key, ip="192.0.2.7", user_agent=MARK, last_seen_at=NOW, created_at=NOW
    )
    # A sign-in begun elsewhere, and never ended: the code waits in a session that is nobody's.
    store = SessionStore()
    store["account_login_code"] = {"email": EMAIL, "code": "12345678"}
    store.save()
    address = EmailAddress.objects.get(user=user)
    EmailConfirmation.objects.create(email_address=address, key=MARK, sent=NOW)
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": f"Téléphone de {MARK}"}
    )
    change = {"user": user, "requested_at": NOW, "expires_at": NOW}
    EmailChange.objects.create(
        **change, old_email=BEFORE, new_email=EMAIL, confirm_token="a", confirmed_at=NOW
    )
    EmailChange.objects.create(
        **change, old_email=EMAIL, new_email="pas.quetzal@example.org", confirm_token="b"
    )


def invite(address: str, **more: Any) -> Invitation:
    return Invitation.objects.create(
        email=address,
        kind=RoleKind.SECRETARY,
        perimeter="commune:81294",
        token=address,
        created_at=NOW,
        sent_at=NOW,
        expires_at=NOW,
        **more,
    )


def everything() -> dict[str, list[str]]:
    """Every row of every table of the database, whatever made it, as text, in order; sessions decoded."""
    tables = connection.introspection.table_names()
    assert {"accounts_user", "common_journalentry", "django_session"} <= set(tables)
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = [json.dumps(row, default=str, ensure_ascii=False).lower() for row in cursor]
    found["django_session"] += [
        json.dumps(session.get_decoded()).lower() for session in Session.objects.all()
    ]
    return {table: sorted(rows) for table, rows in found.items()}


def traces() -> set[str]:
    """The tables in which the mark is still."""
    return {table for table, rows in everything().items() if any(MARK in row for row in rows)}


def test_every_declared_table_knows_this_person(zoe: User) -> None:
    """The guard of the next test: a model declared without a row planted here fails."""
    known = {rows.declaration.label for rows in privacy.rows_of(zoe) if rows.rows}
    declared = {found.label for found in privacy.declarations() if found.subject is not None}
    assert declared - known == set()
    assert len(known) > 10
    assert len(traces()) > 8


def test_nothing_is_left_of_an_erased_person(zoe: User) -> None:
    services.erase_person(user=zoe, actor=Actor(user_id=zoe.pk), now=NOW)
    assert traces() == set()
    erased = User.objects.get(pk=zoe.pk)
    for rows in privacy.rows_of(erased):
        if rows.declaration.erase == "delete":
            assert rows.rows == (), rows.declaration.label
    assert (erased.is_active, erased.is_staff, erased.is_superuser) == (False, False, False)
    assert erased.erased_at == NOW
    assert str(erased) == "une personne effacée"
    assert not Session.objects.exists()
    assert not Authenticator.objects.filter(user=zoe).exists()
    organisation = Organisation.objects.get(name="Association")
    assert (organisation.email, organisation.phone) == ("", "")
    assert not OrganisationContact.objects.exists()


def test_a_job_that_an_erased_person_asked_for_goes_to_its_end() -> None:
    user = make_person()
    job = plant_job(user, JobState.WAITING, title=MARK, arguments={"role": 7}, sealed="chiffré")
    services.erase_person(user=user, actor=ACTOR, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.arguments, job.sealed) == (JobState.WAITING, {"role": 7}, "chiffré")
    assert (job.title, job.actor_id) == ("tests.asked", user.pk)


def test_the_journal_and_the_statistics_stay_whole(zoe: User) -> None:
    before = list(JournalEntry.objects.order_by("pk").values())
    roles = Role.objects.count()
    services.erase_person(user=zoe, actor=Actor(user_id=zoe.pk), now=NOW)
    after = list(JournalEntry.objects.order_by("pk").values())
    assert after[:-1] == before
    assert after[-1]["verb"] == "accounts.account_erased"
    assert Role.objects.count() == roles
    assert Role.objects.get(user=zoe).ended_at == NOW
    said = [line.sentence for line in lines(JournalEntry.objects.filter(actor=zoe.pk).order_by("pk"))]
    assert said[-1] == "Une personne effacée a effacé son compte et ses données."
    assert all(sentence.startswith("Une personne effacée") for sentence in said)
    assert User.objects.get(pk=zoe.pk).date_joined == zoe.date_joined


def test_others_lose_nothing(zoe: User) -> None:
    other = create_person(email="autre@example.org", full_name="Autre", actor=ACTOR, now=NOW)
    message = make_message(Subject.PRESS, email=other.email, name="Autre")
    contact = make_contact(make_organisation("Cave", email=other.email), "Autre", email=other.email)
    invitation = invite(other.email)
    client = Client()
    client.force_login(other)
    before = {
        table: [row for row in rows if "autre" in row and MARK not in row]
        for table, rows in everything().items()
    }
    services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    after = everything()
    for table, rows in before.items():
        assert set(rows) <= set(after[table]), table
    assert JournalPersonal.objects.filter(subject=other).exists()
    assert client.get("/compte/").status_code == 200
    for row in (message, contact, invitation):
        row.refresh_from_db()


def test_the_person_is_told_and_signed_out(zoe: User) -> None:
    client = Client()
    client.force_login(zoe)
    assert client.get("/compte/").status_code == 200
    services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    assert client.get("/compte/").status_code == 302
    (told,) = sent()
    assert told.to == [EMAIL]
    assert "Votre compte, et ce qui y était attaché, est effacé." in told.body


def test_erasing_twice_is_once(zoe: User) -> None:
    assert services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    assert services.erase_person(user=zoe, actor=ACTOR, now=NOW + dt.timedelta(days=1)) == {}
    assert len(sent()) == 1
    assert User.objects.get(pk=zoe.pk).erased_at == NOW
    assert JournalEntry.objects.filter(verb="accounts.person_erased").count() == 1


def test_an_erased_person_cannot_come_back_and_may_start_anew(zoe: User) -> None:
    cache.clear()
    services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    sent().clear()
    Client().post("/connexion/", {"email": EMAIL})
    assert [message for message in sent() if "votre code" in message.subject] == []
    again = create_person(email=EMAIL, actor=ACTOR, now=NOW)
    assert again.pk != zoe.pk


def test_roles_to_come_end_and_those_over_stay_as_they_were() -> None:
    user, today = make_person(), timezone.localdate(NOW)
    make_commune()
    day = dt.timedelta(days=1)
    over = make_role(
        RoleKind.ELECTED, "commune:81294", user=user, starts_on=today - 2 * day, ends_on=today - day
    )
    coming = make_role(RoleKind.EPCI, "epci:200066124", user=user, starts_on=today + day)
    services.erase_person(user=user, actor=ACTOR, now=NOW)
    over.refresh_from_db()
    coming.refresh_from_db()
    assert (over.ended_at, coming.ended_at) == (None, NOW)


def test_the_last_of_the_team_cannot_go() -> None:
    role = make_role(RoleKind.TEAM, "network")
    with pytest.raises(services.ErasureError, match="dernier de l’équipe nationale"):
        services.erase_person(user=role.user, actor=Actor(user_id=role.user_id), now=NOW)
    assert User.objects.get(pk=role.user_id).erased_at is None
    assert sent() == []
    second = make_role(RoleKind.TEAM, "network")
    services.erase_person(user=role.user, actor=ACTOR, now=NOW)
    with pytest.raises(services.ErasureError):
        services.erase_person(user=second.user, actor=ACTOR, now=NOW)
    # A role that ended, or an account that is closed, holds the site no more.
    third = make_role(RoleKind.TEAM, "network")
    end_role(role=third, actor=ACTOR, now=NOW)
    with pytest.raises(services.ErasureError):
        services.erase_person(user=second.user, actor=ACTOR, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_two_last_of_the_team_do_not_leave_at_once(tmp_path: Path) -> None:
    first, second = (make_role(RoleKind.TEAM, "network").user for _ in range(2))
    leaving = iter((first, second))

    def leave() -> dict[str, int]:
        return services.erase_person(user=next(leaving), actor=ACTOR, now=NOW)

    with a_database_for_several(tmp_path):
        answers = at_once(2, leave)
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(answer) for answer in refused] == [services.ErasureError]
        assert elsewhere(lambda: User.objects.filter(erased_at__isnull=True).count()) == 1


def test_if_something_fails_nothing_is_erased(zoe: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("panne")

    before = everything()
    monkeypatch.setattr(services.journal, "record", fail)
    with pytest.raises(RuntimeError, match="panne"), transaction.atomic():
        services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    assert everything() == before


def test_which_addresses_are_known_to_be_theirs(zoe: User) -> None:
    """Confirmed ones, and that of an invitation accepted; not one that was only asked for."""
    assert addresses_of(zoe) == {EMAIL, BEFORE, "quetzal.autre@example.org"}


def test_an_address_that_is_now_somebody_else_s_is_theirs_alone(zoe: User) -> None:
    """A town hall's mailbox passes from hand to hand."""
    heir = create_person(email=BEFORE, actor=ACTOR, now=NOW)
    assert BEFORE not in addresses_of(zoe)
    services.erase_person(user=zoe, actor=ACTOR, now=NOW)
    assert ContactMessage.objects.filter(email=BEFORE).exists()
    assert User.objects.get(pk=heir.pk).email == BEFORE
