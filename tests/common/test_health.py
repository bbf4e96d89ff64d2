"""Probes: alive, ready, and the page for people; details for the team or this machine only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from millecafes.accounts.enums import RoleKind
from millecafes.common import health
from tests.factories.people import client_wearing, make_person

AWAY = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def broken_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer."""

    def refuse(*args: object, **options: object) -> None:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(connection, "cursor", refuse)


@pytest.fixture
def part() -> Iterator[None]:
    """A part that is not vital, and is not well."""

    def check() -> str:
        raise health.UnwellError("ne bat plus depuis 10 min")

    health.register("test", health.Part("Travailleur", check))
    yield
    health.unregister("test")


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    # Without the mark `django_db`, any query fails.
    client.cookies["sessionid"] = "a" * 32
    response = client.get("/sante/vivant/")
    assert (response.status_code, response.json()) == (200, {"etat": "ok"})
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.database
def test_ready_says_ok_and_no_more_to_strangers(client: Client) -> None:
    response = client.get("/sante/pret/", **AWAY)
    assert (response.status_code, response.json()) == (200, {"etat": "ok"})
    proxied = client.get("/sante/pret/", headers={"X-Forwarded-For": "203.0.113.7"})
    assert proxied.json() == {"etat": "ok"}
    person = Client()
    person.force_login(make_person())
    assert person.get("/sante/pret/", **AWAY).json() == {"etat": "ok"}


@pytest.mark.django_db
def test_this_machine_and_the_team_see_details(client: Client) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    for asked in (client.get("/sante/pret/"), team.get("/sante/pret/", **AWAY)):
        parts = {part["nom"]: part for part in asked.json()["parties"]}
        assert {"database", "migrations", "storage", "cache"} <= parts.keys()
        assert all(part["bien"] for part in parts.values())
    assert "Go libres" in team.get("/sante/", **AWAY).text
    assert "Go libres" not in client.get("/sante/", **AWAY).text
    assert "Le site fonctionne" in client.get("/sante/", **AWAY).text


@pytest.mark.django_db
def test_the_probes_make_few_queries_and_no_session(
    client: Client, django_assert_max_num_queries: object
) -> None:
    client.get("/sante/pret/", **AWAY)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        response = client.get("/sante/pret/", **AWAY)
    assert not response.cookies


@pytest.mark.django_db
def test_a_database_that_does_not_answer(client: Client, broken_database: None) -> None:
    assert client.get("/sante/vivant/").status_code == 200
    response = client.get("/sante/pret/", **AWAY)
    assert (response.status_code, response.json()) == (503, {"etat": "en panne"})
    page = client.get("/sante/", **AWAY)
    assert page.status_code == 503
    assert "Le site a un problème" in page.text


@pytest.mark.django_db
@pytest.mark.database
def test_a_missing_migration(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("pages", "0001_initial")
    response = client.get("/sante/pret/")
    assert response.status_code == 503
    (finding,) = [part for part in response.json()["parties"] if not part["bien"]]
    assert finding["nom"] == "migrations"
    assert "millecafes prepare" in finding["detail"]


@pytest.mark.django_db
def test_a_folder_that_takes_no_file(client: Client, tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path / "absent"):
        response = client.get("/sante/pret/")
    assert response.status_code == 503
    assert "n’accepte plus de fichier" in response.text


@pytest.mark.django_db
def test_a_disk_almost_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    response = client.get("/sante/pret/")
    assert response.status_code == 503
    assert "faites de la place" in response.text


@pytest.mark.django_db
def test_a_part_that_is_not_vital_does_not_stop_the_site(client: Client, part: None) -> None:
    response = client.get("/sante/pret/", **AWAY)
    assert (response.status_code, response.json()) == (200, {"etat": "à surveiller"})
    assert "ne bat plus depuis 10 min" in client.get("/sante/").text
