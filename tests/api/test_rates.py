"""How often the API may be asked: counted exactly, by several processes at once, and told in headers."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.api import services
from millecafes.api.models import RateCount
from millecafes.api.rules import client_of, minute_of
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.people import make_role, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PUBLIC, ME = "/api/v1/indicateurs", "/api/v1/moi"
NOW = dt.datetime(2026, 11, 23, 10, 0, 13, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, and a clock that stands still."""
    settings.API_RATE_ANONYMOUS, settings.API_RATE_TOKEN = 3, 5
    stand_at(monkeypatch, NOW)


def stand_at(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_headers_tell_what_is_left_then_how_long_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for left in (2, 1, 0):
        answer = client.get(PUBLIC)
        assert answer.status_code == 200
        assert answer["RateLimit-Policy"] == '"anonyme";q=3;w=60'
        assert answer["RateLimit"] == f'"anonyme";r={left};t=47'
        assert "Retry-After" not in answer
    for _ in range(2):
        answer = client.get(PUBLIC)
        assert answer.status_code == 429
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer["Retry-After"], answer["RateLimit"]) == ("47", '"anonyme";r=0;t=47')
        assert answer["Cache-Control"] == "private, no-store"
        problem = answer.json()
        assert problem["type"] == "/api/#probleme-debit"
        assert "Plus de 3 demandes en une minute. Attendez 47 s" in problem["detail"]
    stand_at(monkeypatch, NOW + dt.timedelta(seconds=47))
    assert client.get(PUBLIC)["RateLimit"] == '"anonyme";r=2;t=60'


def test_refusals_count_and_tell_too(client: Client) -> None:
    assert client.get(f"{PUBLIC}?chocolat=1").status_code == 422
    assert client.get(ME)["RateLimit"] == '"anonyme";r=1;t=47'
    assert (
        client.get(PUBLIC, headers={"authorization": "Bearer mc_faux"})["RateLimit"] == '"anonyme";r=0;t=47'
    )
    # Guessing tokens ends there.
    assert client.get(PUBLIC, headers={"authorization": "Bearer mc_faux"}).status_code == 429


def test_a_token_has_its_own_limit_wherever_it_is_shown_from(client: Client) -> None:
    for _ in range(4):
        client.get(PUBLIC)
    _, secret = make_token(make_role(RoleKind.TEAM, "network", now=NOW), now=NOW)
    answers = [
        client.get(ME, headers={"authorization": f"Bearer {secret}"}, REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["RateLimit-Policy"] == '"jeton";q=5;w=60'
    _, other = make_token(make_role(RoleKind.TEAM, "network", now=NOW), now=NOW)
    assert client.get(ME, headers={"authorization": f"Bearer {other}"}).status_code == 200


def test_each_network_address_counts_for_itself(client: Client) -> None:
    for _ in range(4):
        last = client.get(PUBLIC, REMOTE_ADDR="192.0.2.1")
    assert last.status_code == 429
    assert client.get(PUBLIC, REMOTE_ADDR="192.0.2.2").status_code == 200
    # A visitor cannot choose the address they are counted under.
    forged = client.get(PUBLIC, REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": "198.51.100.7"})
    assert forged.status_code == 429


def test_an_address_is_kept_as_a_fingerprint_of_the_day() -> None:
    one = client_of("192.0.2.1", NOW)
    assert "192" not in one
    assert one == client_of("::ffff:192.0.2.1", NOW)
    assert one != client_of("192.0.2.2", NOW)
    assert one != client_of("192.0.2.1", NOW + dt.timedelta(days=1))
    # In IPv6 one customer has a whole network.
    assert client_of("2001:db8::1", NOW) == client_of("2001:db8::ffff:2", NOW)
    assert client_of("2001:db8::1", NOW) != client_of("2001:db8:0:1::1", NOW)
    assert client_of("", NOW) == client_of("", NOW)


def test_a_flood_writes_nothing_more(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(4):
        client.get(PUBLIC)
    with django_assert_num_queries(0):
        assert client.get(PUBLIC).status_code == 429


def test_a_late_clock_does_not_give_a_new_minute() -> None:
    def used(now: dt.datetime) -> int:
        return services.count_request(token=None, address="192.0.2.1", now=now).used

    later = NOW + dt.timedelta(minutes=1)
    assert [used(NOW), used(later), used(NOW), used(later)] == [1, 1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_never_share_a_number(tmp_path: Path, settings: Any) -> None:
    settings.API_RATE_ANONYMOUS = 30

    def ask() -> list[int]:
        # What a process remembers is not what another does: only the database counts.
        services.forget_floods()
        return [Client().get(PUBLIC).status_code for _ in range(6)]

    with a_database_for_several(tmp_path):
        answers = at_once(8, ask)
        assert elsewhere(lambda: RateCount.objects.get().number) >= 31
    statuses = [status for answer in answers for status in answer]
    assert statuses.count(200) == 30
    assert statuses.count(429) == 18


ASK = """
import datetime as dt, sys
import django
django.setup()
from millecafes.api.services import count_request
now = dt.datetime.fromisoformat(sys.argv[1])
sys.stdin.readline()
for _ in range(20):
    print(count_request(token=None, address="192.0.2.9", now=now).used)
"""


@pytest.mark.django_db(transaction=True)
def test_several_processes_count_together(tmp_path: Path) -> None:
    """Real processes, as those of the server, each with its memory and its connection."""
    with a_database_for_several(tmp_path):
        address = elsewhere(database_address)
        command = [sys.executable, "-c", ASK, NOW.isoformat()]
        processes = [
            subprocess.Popen(
                command,
                env=environment(address),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        found = [process.communicate("\n", timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], [error for _, error in found]
    numbers = [int(line) for output, _ in found for line in output.split()]
    assert sorted(numbers) == list(range(1, 61))


def database_address() -> str:
    """The database of this test, for other processes."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    place = f"{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 5432}"
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{place}/{values['NAME']}"


def environment(address: str) -> dict[str, str]:
    """What a process of the same server is started with."""
    return {
        **os.environ,
        "SECRET_KEY": "la même pour tous les processus d’un serveur",
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.test",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="seul SQLite n’a qu’un écrivain à la fois")
def test_reading_does_not_wait_for_a_long_write(tmp_path: Path, caplog: Any) -> None:
    held, free = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():  # immediate: it holds the database
            RateCount.objects.create(client="autre", minute=1, number=1)
            held.set()
            free.wait(60)

    def ask() -> int:
        held.wait(60)
        try:
            return Client().get(PUBLIC).status_code
        finally:
            free.set()

    tasks = iter([write, ask])
    lock = threading.Lock()

    def one() -> Any:
        with lock:
            task = next(tasks)
        return task()

    with a_database_for_several(tmp_path):
        assert set(at_once(2, one)) == {None, 200}
    assert "une demande n’est pas comptée" in caplog.text


def test_counts_are_purged_after_a_day() -> None:
    services.count_request(token=None, address="192.0.2.1", now=NOW)
    assert not services.purge_is_due(NOW)
    tomorrow = NOW + dt.timedelta(days=1, minutes=1)
    assert services.purge_is_due(tomorrow)
    assert services.purge_counts(now=tomorrow) == {"comptes de demandes": 1}
    assert not RateCount.objects.exists()


def test_the_minute_and_the_wait_fit() -> None:
    for second in range(0, 120, 7):
        now = NOW + dt.timedelta(seconds=second)
        rate = services.count_request(token=None, address=f"192.0.2.{second}", now=now)
        assert minute_of(now + dt.timedelta(seconds=rate.wait)) == minute_of(now) + 1
        assert 1 <= rate.wait <= 60
        assert re.fullmatch(r'"anonyme";r=2;t=\d+', rate.headers()["RateLimit"])
