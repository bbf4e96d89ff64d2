"""Telling people: once, at their rhythm, never a salvo."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from millecafes.accounts.models import User
from millecafes.common import jobs, privacy
from millecafes.common.actors import command
from millecafes.common.notifications import clock, notify, remind, sending, services, stop_reminders
from millecafes.common.notifications.models import MailPace, Notification, Reminder
from millecafes.common.notifications.topics import Rhythm, Topic, register_topic
from tests.common.notifications.conftest import AT_ONCE, DAILY, NEEDED, SILENT, SPACED
from tests.common.notifications.days import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    asked_mails,
    by_day,
    look,
    mails_until,
    tell,
)
from tests.factories.people import make_person
from tests.mails import sent

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def zoe() -> User:
    return make_person("zoe@example.org")


def test_a_mail_says_what_and_why_and_how_to_stop(zoe: User) -> None:
    tell(zoe, text="Le comité a décidé.", url="/projets/7/")
    assert look(NOW) == 1
    (mail,) = sent()
    assert mail.to == ["zoe@example.org"]
    assert mail.subject == "Mille cafés : Le comité a décidé."
    for part in (
        "Le comité a décidé.",
        "/projets/7/",
        f"parce que {AT_ONCE.reason}.",
        "/notifications/arreter/",
    ):
        assert part in mail.body
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.extra_headers["List-Unsubscribe"].startswith("<http")


def test_what_cannot_be_stopped_offers_no_link(zoe: User) -> None:
    tell(zoe, topic=NEEDED.name)
    look(NOW)
    (mail,) = sent()
    assert "arreter" not in mail.body
    assert "List-Unsubscribe" not in mail.extra_headers
    with pytest.raises(services.CannotStopError, match="Sécurité"):
        services.choose(user_id=zoe.pk, topic=NEEDED, rhythm=Rhythm.NEVER, now=NOW)


def test_the_same_key_is_told_once_to_each(zoe: User) -> None:
    other = make_person()
    found = [tell(person, key="décision 7") for person in (zoe, zoe, other)]
    assert found[0] == found[1] != found[2]
    assert Notification.objects.count() == 2
    look(NOW)
    tell(zoe, key="décision 7", now=NOW + DAY)
    assert look(NOW + DAY) == 0


def test_nothing_is_told_when_the_transaction_fails(zoe: User) -> None:
    with transaction.atomic():
        tell(zoe)
        transaction.set_rollback(True)
    assert look(NOW) == 0


def test_what_comes_meanwhile_is_in_the_next_mail(zoe: User) -> None:
    tell(zoe, text="Première.")
    assert look(NOW) == 1
    for minute in (1, 2, 3):
        tell(zoe, text=f"Suite {minute}.", now=NOW + minute * MINUTE)
    assert mails_until(NOW + 2 * HOUR, since=NOW + 5 * MINUTE) == [NOW + clock.SPACING]
    second = sent()[-1]
    assert second.subject == "Mille cafés : 3 nouvelles"
    assert [f"Suite {minute}." in second.body for minute in (1, 2, 3)] == [True] * 3
    assert "Première." not in second.body


def test_a_thousand_to_one_person_are_few_mails(zoe: User) -> None:
    for number in range(1000):
        tell(zoe, text=f"Numéro {number}.")
    assert mails_until(NOW + 2 * DAY) == [NOW]
    (mail,) = sent()
    assert "Et 980 de plus sur le site" in mail.body
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_a_thousand_over_a_day_are_few_mails(zoe: User) -> None:
    moments = []
    for number in range(200):
        now = NOW + number * 5 * MINUTE
        for _ in range(5):
            tell(zoe, now=now)
        moments += [now] * look(now)
    moments += mails_until(NOW + 3 * DAY, since=NOW + 1000 * MINUTE)
    counts = by_day(moments)
    assert max(counts.values()) == clock.PER_DAY
    assert sum(counts.values()) <= 2 * clock.PER_DAY + 1
    assert not Notification.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (dt.datetime(2026, 7, 1, 4, 59, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)),
        (dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC), dt.datetime(2026, 7, 2, 5, tzinfo=dt.UTC)),
        (dt.datetime(2026, 12, 1, 5, tzinfo=dt.UTC), dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)),
        # The night when the hour changes.
        (dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 6, tzinfo=dt.UTC)),
    ],
)
def test_the_digest_is_at_seven_in_paris(zoe: User, now: dt.datetime, expected: dt.datetime) -> None:
    tell(zoe, topic=DAILY.name, now=now)
    tell(zoe, topic=DAILY.name, now=now)
    assert look(expected - MINUTE) == 0
    assert look(expected) == 1
    assert look(expected + DAY) == 0


def test_never_is_never_by_mail_and_stays_on_the_site(zoe: User) -> None:
    assert tell(zoe, topic=SILENT.name)
    assert mails_until(NOW + 2 * DAY) == []
    assert Notification.objects.get().read_at is None


def test_a_topic_keeps_its_own_spacing(zoe: User) -> None:
    tell(zoe, topic=SPACED.name)
    look(NOW)
    tell(zoe, topic=SPACED.name, now=NOW + HOUR)
    tell(zoe, topic=SPACED.name, now=NOW + 2 * HOUR)
    assert mails_until(NOW + DAY) == [NOW + SPACED.spacing]


def test_what_was_read_on_the_site_is_not_mailed(zoe: User) -> None:
    tell(zoe)
    services.mark_read(Notification.objects.all(), now=NOW)
    assert look(NOW) == 0


def test_what_waits_follows_a_choice(zoe: User) -> None:
    tell(zoe)
    services.choose(user_id=zoe.pk, topic=AT_ONCE, rhythm=Rhythm.DAILY, now=NOW)
    assert look(NOW) == 0
    services.choose(user_id=zoe.pk, topic=AT_ONCE, rhythm=Rhythm.NEVER, now=NOW)
    assert look(NOW + 2 * DAY) == 0
    services.choose(user_id=zoe.pk, topic=AT_ONCE, rhythm=Rhythm.NOW, now=NOW)
    tell(zoe, now=NOW + 3 * DAY)
    assert look(NOW + 3 * DAY) == 1


@pytest.mark.parametrize(
    "url", ["", "bureau/", "//ailleurs.example/", "/\\ailleurs.example/", "https://x/", "/\0/"]
)
def test_an_address_elsewhere_is_refused(zoe: User, url: str) -> None:
    with pytest.raises(ValueError, match="adresse"):
        tell(zoe, url=url)


def test_words_are_one_line_without_nul_and_not_endless(zoe: User) -> None:
    found = tell(zoe, text="Une\nligne\0 \r\n" + "a" * 600)
    assert found
    assert found.text.startswith("Une ligne aaa")
    assert len(found.text) == 500
    with pytest.raises(ValueError, match="texte"):
        tell(zoe, text=" \0\n")


def test_an_unknown_topic_is_a_mistake_and_one_whose_code_is_gone_is_left_out(zoe: User) -> None:
    with pytest.raises(KeyError, match=r"tests\.inconnu"):
        tell(zoe, topic="tests.inconnu")
    tell(zoe, text="Reste.")
    Notification.objects.create(
        to=zoe, topic="tests.gone", text="Parti.", url="/", created_at=NOW, due_at=NOW
    )
    look(NOW)
    (mail,) = sent()
    assert "Reste." in mail.body
    assert "Parti." not in mail.body


def test_two_topics_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"tests\.now"):
        register_topic(Topic("tests.now", "Autre", "autre"))


def test_a_closed_account_is_told_nothing(zoe: User) -> None:
    tell(zoe)
    User.objects.filter(pk=zoe.pk).update(is_active=False)
    assert look(NOW) == 0
    zoe.refresh_from_db()
    assert tell(zoe) is None
    assert mails_until(NOW + DAY) == []


def test_queries_do_not_grow_with_rows_nor_much_with_people(
    zoe: User, django_assert_num_queries: Any
) -> None:
    def cost(people: list[User], each: int, now: dt.datetime) -> int:
        for person in people:
            for _ in range(each):
                tell(person, now=now)
        with CaptureQueriesContext(connection) as seen:
            assert look(now) == len(people)
        return len(seen)

    one = cost([zoe], 1, NOW)
    assert cost([zoe], 30, NOW + DAY) == one
    others = [make_person() for _ in range(4)]
    # Each person more: the row of their mail, and reading it back.
    assert cost([zoe, *others], 3, NOW + 2 * DAY) <= one + 4 * 2


def test_the_job_marks_and_asks_in_one_transaction(zoe: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(zoe)
    monkeypatch.setattr(MailPace.objects, "bulk_update", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        sending.send_due([zoe.pk], now=NOW)
    monkeypatch.undo()
    assert asked_mails() == 0
    assert look(NOW) == 1


def test_the_task_does_it_all(zoe: User) -> None:
    reminded = make_person()
    tell(zoe)
    remind(**reminder(reminded), after=dt.timedelta(0))
    job = jobs.enqueue("common.send_notifications", actor=command("horaire"), now=NOW)
    jobs.testing.run_pending(now=NOW)
    job.refresh_from_db()
    assert job.result_text == "Rappels : 1. Courriels : 2."
    assert {mail.to[0] for mail in sent()} == {"zoe@example.org", reminded.email}


def reminder(to: User, **changes: Any) -> dict[str, Any]:
    asked = {"topic": AT_ONCE.name, "to": to, "target": to, "text": "À faire.", "url": "/bureau/", "now": NOW}
    return {**asked, "every": 2 * DAY, "at_most": 3, **changes}


def test_reminders_come_after_then_every_so_often_and_end(zoe: User) -> None:
    for _ in range(2):
        remind(**reminder(zoe), after=DAY)
    assert Reminder.objects.count() == 1
    moments = mails_until(NOW + 12 * DAY)
    assert moments == [NOW + DAY, NOW + 3 * DAY, NOW + 5 * DAY]
    remind(**reminder(zoe, now=NOW + 13 * DAY), after=DAY)
    assert mails_until(NOW + 16 * DAY, since=NOW + 13 * DAY) == []


def test_reminders_stop_when_it_is_done(zoe: User) -> None:
    remind(**reminder(zoe), after=DAY)
    mails_until(NOW + 2 * DAY)
    assert stop_reminders(zoe, AT_ONCE.name) == 1
    assert stop_reminders(zoe, AT_ONCE.name) == 0
    assert mails_until(NOW + 9 * DAY, since=NOW + 2 * DAY) == []


def test_a_long_stop_of_the_site_is_one_reminder(zoe: User) -> None:
    remind(**reminder(zoe, at_most=10), after=DAY)
    assert mails_until(NOW + 31 * DAY, since=NOW + 30 * DAY) == [NOW + 30 * DAY]


@pytest.mark.parametrize("wrong", [{"every": MINUTE}, {"at_most": 0}, {"at_most": 101}])
def test_a_reminder_that_would_be_a_salvo_is_refused(zoe: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rappel"):
        remind(**reminder(zoe, **wrong), after=DAY)


def test_nothing_is_kept_beyond_its_time(zoe: User) -> None:
    tell(zoe)
    tell(zoe, now=NOW + 100 * DAY)
    remind(**reminder(zoe, at_most=1), after=DAY)
    look(NOW + DAY)
    remind(**reminder(zoe, target=make_person()), after=300 * DAY)
    privacy.purge(actor=command("tests"), now=NOW + 182 * DAY)
    assert [row.created_at for row in Notification.objects.all()] == [NOW + 100 * DAY]
    assert Reminder.objects.get().next_at == NOW + 300 * DAY


def test_notify_is_what_rooms_call() -> None:
    assert notify is services.notify
