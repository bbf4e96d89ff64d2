"""The pages: the list, the choices, and the link that stops."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from millecafes.accounts.models import User
from millecafes.accounts.services.my_data import erase_person
from millecafes.common.actors import command
from millecafes.common.notifications import services, stopping
from millecafes.common.notifications.models import Notification, NotificationChoice
from millecafes.common.notifications.queries import rhythm_of, rhythms_of
from millecafes.common.notifications.topics import Rhythm
from tests.common.notifications.conftest import AT_ONCE, DAILY, NEEDED
from tests.common.notifications.days import DAY, NOW, look, tell
from tests.factories.people import make_person
from tests.mails import sent

pytestmark = pytest.mark.django_db
LIST, CHOICES = "/notifications/", "/compte/courriels/"


@pytest.fixture
def zoe() -> User:
    return make_person("zoe@example.org")


@pytest.fixture
def signed_in(zoe: User) -> Client:
    client = Client()
    client.force_login(zoe)
    return client


def link(zoe: User) -> str:
    return f"/notifications/arreter/{stopping.token_of(zoe.pk, [AT_ONCE])}/"


def test_the_list_shows_ones_own_and_reads_nothing_by_itself(zoe: User, signed_in: Client) -> None:
    tell(zoe, text="Pour Zoé.")
    tell(make_person(), text="Pour une autre.")
    page = signed_in.get(LIST).text
    assert "Pour Zoé." in page
    assert "non lue" in page
    assert "Pour une autre." not in page
    assert Notification.objects.filter(read_at=None).count() == 2


def test_the_list_asks_as_much_for_three_as_for_one(zoe: User, signed_in: Client) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            tell(zoe)
        with CaptureQueriesContext(connection) as seen:
            assert signed_in.get(LIST).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_reading_is_a_post(zoe: User, signed_in: Client) -> None:
    found = tell(zoe)
    tell(zoe)
    assert found
    address = f"/notifications/{found.pk}/lue/"
    assert signed_in.get(address).status_code == 405
    assert signed_in.post(address).headers["Location"] == LIST
    assert Notification.objects.filter(read_at=None).count() == 1
    signed_in.post("/notifications/lues/")
    assert not Notification.objects.filter(read_at=None).exists()


def test_anothers_does_not_exist(signed_in: Client) -> None:
    found = tell(make_person())
    assert found
    assert signed_in.post(f"/notifications/{found.pk}/lue/").status_code == 404
    assert signed_in.post(f"/notifications/{10**30}/lue/").status_code == 404
    signed_in.post("/notifications/lues/")
    assert Notification.objects.get().read_at is None


def test_each_topic_is_chosen(zoe: User, signed_in: Client) -> None:
    page = signed_in.get(CHOICES).text
    assert AT_ONCE.label in page
    assert f"parce que {AT_ONCE.reason}." in page
    chosen = {topic.name: rhythm.value for topic, rhythm in rhythms_of(zoe.pk)}
    assert signed_in.post(CHOICES, {**chosen, AT_ONCE.name: "daily"}).status_code == 302
    assert rhythm_of(zoe.pk, AT_ONCE) == Rhythm.DAILY
    assert NotificationChoice.objects.count() == 1


WRONG = [(AT_ONCE.name, "souvent"), (AT_ONCE.name, ""), (NEEDED.name, "never")]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_choice_that_is_none_is_refused(zoe: User, signed_in: Client, name: str, value: str) -> None:
    chosen = {topic.name: rhythm.value for topic, rhythm in rhythms_of(zoe.pk)}
    answer = signed_in.post(CHOICES, {**chosen, DAILY.name: "now", name: value})
    assert answer.status_code == 422
    assert not NotificationChoice.objects.exists()


def test_the_link_of_a_mail_stops_with_one_click_and_without_sign_in(zoe: User) -> None:
    tell(zoe)
    look(NOW)
    header = sent()[0].extra_headers["List-Unsubscribe"]
    path = urlsplit(header.strip("<>")).path
    client = Client(enforce_csrf_checks=True)
    page = client.get(path)
    assert AT_ONCE.label in page.text
    assert rhythm_of(zoe.pk, AT_ONCE) == Rhythm.NOW
    # As mail software posts (RFC 8058): no cookie, no token of forms.
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert rhythm_of(zoe.pk, AT_ONCE) == Rhythm.NEVER
    tell(zoe, now=NOW + DAY)
    assert look(NOW + DAY) == 0


def test_stopping_twice_is_once_and_undone_as_before(zoe: User) -> None:
    services.choose(user_id=zoe.pk, topic=AT_ONCE, rhythm=Rhythm.DAILY, now=NOW)
    client = Client()
    for _ in range(2):
        assert "C’est arrêté" in client.post(link(zoe)).text
    assert "C’est rétabli" in client.post(link(zoe), {"annuler": "1"}).text
    assert rhythm_of(zoe.pk, AT_ONCE) == Rhythm.DAILY
    # Chosen by hand since: the undo of an old page changes nothing.
    services.choose(user_id=zoe.pk, topic=AT_ONCE, rhythm=Rhythm.NEVER, now=NOW)
    client.post(link(zoe), {"annuler": "1"})
    assert rhythm_of(zoe.pk, AT_ONCE) == Rhythm.NEVER


def test_a_forged_link_does_not_exist(zoe: User) -> None:
    token = stopping.token_of(zoe.pk, [AT_ONCE])
    payload, _, signature = token.partition(":")
    other = stopping.token_of(zoe.pk + 1, [AT_ONCE]).partition(":")[0]
    for wrong in (token[:-1], f"{other}:{signature}", payload, "x", "%20", "é" * 50, f"{token}x"):
        assert Client().post(f"/notifications/arreter/{wrong}/").status_code == 404
    assert Client().post("/notifications/arreter/%00/").status_code in {400, 404}
    assert not NotificationChoice.objects.exists()


def test_a_link_to_what_cannot_be_stopped_does_not_exist(zoe: User) -> None:
    token = stopping.token_of(zoe.pk, [NEEDED])
    assert Client().get(f"/notifications/arreter/{token}/").status_code == 404


def test_a_person_erased_in_between_leaves_nothing(zoe: User) -> None:
    tell(zoe)
    address = link(zoe)
    erase_person(user=zoe, actor=command("tests"), now=NOW)
    assert look(NOW) == 0
    assert Client().post(address).status_code == 404
    assert not NotificationChoice.objects.exists()
