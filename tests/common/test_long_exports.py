"""Long exports: prepared by a job, under the hat that asked, at one moment of the database, or not at all."""

from __future__ import annotations

import csv
import io
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.common import exports, jobs
from millecafes.common.actors import Actor
from millecafes.common.documents.models import Document
from millecafes.common.exports import answering, registry
from millecafes.common.jobs import queue
from millecafes.common.jobs.models import Job, JobSchedule, JobState
from tests.concurrency import a_database_for_several, at_once
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LIST = "/organisations/"
COLUMNS = (exports.Column("nom", "Nom"), exports.Column("rang", "Rang", kind="number"))


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody of the team, and a site where three rows are many."""
    monkeypatch.setattr(answering, "AT_ONCE", 2)
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def three() -> None:
    for name in ("Cave", "=Dépôt", "<div>Épicerie</div>"):
        make_organisation(name)


def text(response: HttpResponse) -> str:
    return response.content.decode()


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form."""
    import re

    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.partition("/exports/")[2])
    return {name: value.replace("&amp;", "&") for name, value in found if name not in {"csrfmiddlewaretoken"}}


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def asked(team: Client, query: str = "") -> Job:
    """A long export, asked for."""
    page = text(team.get(f"{LIST}organisations.csv{query}"))
    response = team.post("/exports/", fields_of(page))
    job = Job.objects.get(name="common.export")
    assert response["Location"] == job.get_absolute_url()
    return job


def file_of(client: Client, job: Job) -> bytes:
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.failure
    response = client.get(job.result_url, follow=True)
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_long_list_is_prepared_beside_and_found_on_the_page_of_the_job(team: Client, three: None) -> None:
    page = team.get(f"{LIST}organisations.csv")
    assert "<b>3</b> lignes" in text(page)
    assert not Job.objects.exists()  # asking for the page asks for nothing
    job = asked(team)
    jobs.testing.run_pending()
    rows = rows_of(file_of(team, job))
    assert [row[0] for row in rows] == ["Nom", "Cave", "'=Dépôt", "<div>Épicerie</div>"]
    job.refresh_from_db()
    assert job.result_text.startswith("3 lignes")
    assert "Ouvrir le résultat" in text(team.get(job.get_absolute_url()))
    told = text(team.get("/notifications/"))
    assert "Votre fichier est prêt : Export : Organisations (CSV)." in told
    assert "Notifications (1)" in told
    document = Document.objects.get()
    assert document.expires_at is not None
    assert (document.expires_at - timezone.now()).days in {6, 7}


def test_the_file_is_that_of_the_filter_of_the_screen(team: Client, three: None) -> None:
    make_organisation("Cave du Nord")
    make_organisation("Caveau")
    job = asked(team, "?q=cave")
    jobs.testing.run_pending()
    screen = text(team.get(f"{LIST}?q=cave"))
    names = [row[0] for row in rows_of(file_of(team, job))[1:]]
    assert sorted(names) == ["Cave", "Cave du Nord", "Caveau"]
    positions = [screen.index(f">{name}<") for name in names]
    assert positions == sorted(positions)


def test_a_short_list_is_answered_at_once(team: Client) -> None:
    make_organisation("Cave")
    response = team.get(f"{LIST}organisations.csv")
    assert response["Content-Disposition"] == 'attachment; filename="organisations.csv"'
    assert not Job.objects.exists()


def test_a_double_click_is_one_export(team: Client, three: None) -> None:
    fields = fields_of(text(team.get(f"{LIST}organisations.csv")))
    for _ in range(2):
        team.post("/exports/", fields)
    assert Job.objects.count() == 1


def test_the_file_is_for_who_asked(team: Client, three: None) -> None:
    job = asked(team)
    jobs.testing.run_pending()
    file_of(team, job)
    other = client_wearing(RoleKind.BUYER, "network")
    assert other.get(Job.objects.get().result_url).status_code == 404


def test_a_role_that_ended_since_opens_nothing(team: Client, three: None) -> None:
    job = asked(team)
    Role.objects.update(ended_at=timezone.now())
    jobs.testing.run_pending()
    job.refresh_from_db()
    assert (job.state, job.failure) == (
        JobState.FAILED,
        "La casquette avec laquelle ce fichier a été demandé a pris fin.",
    )
    assert not Document.objects.exists()


@pytest.mark.parametrize("changes", [{"name": "nulle.part"}, {"extension": "geojson"}, {"name": ""}])
def test_what_is_no_export_is_not_found(team: Client, three: None, changes: dict[str, str]) -> None:
    fields = fields_of(text(team.get(f"{LIST}organisations.csv")))
    assert team.post("/exports/", {**fields, **changes}).status_code == 404
    buyer = client_wearing(RoleKind.BUYER, "network")
    fields.pop("hat", None)
    assert buyer.post("/exports/", fields).status_code == 404
    assert not Job.objects.exists()


def test_a_filter_that_means_nothing_is_said(team: Client, three: None) -> None:
    response = team.get(f"{LIST}organisations.csv?nature=x")
    assert response.status_code == 422
    assert "« x »" in text(response)


def test_cancelled_it_leaves_nothing(team: Client, three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    job = asked(team)
    monkeypatch.setattr("millecafes.common.exports.columns.BATCH", 1)
    seen: list[int] = []

    def cancel(run: jobs.Run, *values: Any) -> None:
        seen.append(values[0])
        run.cancel_seen = bool(queue.cancel(job=run.job, actor=run.actor, now=run.now))
        raise jobs.Cancelled

    monkeypatch.setattr(jobs.Run, "progress", cancel)
    jobs.testing.run_pending()
    job.refresh_from_db()
    assert (job.state, seen) == (JobState.CANCELLED, [1])
    assert not Document.objects.exists()


@pytest.fixture
def no_room() -> Iterator[Callable[[], None]]:
    """A disk on which no file may pass a kilobyte, really: the system says so at each write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_during_a_job_keeps_nothing_and_says_so(
    team: Client, no_room: Callable[[], None], settings: Any
) -> None:
    if connection.vendor == "sqlite":
        assert connection.is_in_memory_db()  # the base itself is not on that disk
    for number in range(60):
        make_organisation(f"Une organisation au nom assez long, {number}")
    job = asked(team)
    no_room()
    jobs.testing.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.WAITING  # again later: somebody may make room
    assert "Le disque du site est plein" in job.failure
    assert not Document.objects.exists()
    folder = Path(settings.DATA_DIR)
    assert [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size == 1_000] == []


def make_rows(count: int) -> None:
    """That many rows, made by the database itself."""
    table, now = JobSchedule._meta.db_table, connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "
            f"INSERT INTO {table} (name, last_slot) "
            "SELECT 'ligne ' || substr(CAST(10000000 + n AS varchar), 2), %s FROM numbers",
            [count - 1, now],
        )


def table(actor: Actor, asked: Any) -> exports.Table:
    found = JobSchedule.objects.order_by("name").values_list("name", "pk")
    rows = ((name, index) for index, (name, _) in enumerate(found.iterator(chunk_size=2_000)))
    return exports.Table("lignes", "Lignes", COLUMNS, rows, count=found.count())


@pytest.mark.django_db(transaction=True)
def test_a_million_rows_edited_meanwhile_are_those_of_one_moment(tmp_path: Path) -> None:
    count = 1_000_000
    file, wrote, started = tmp_path / "lignes.csv", threading.Event(), threading.Event()

    def export() -> int:
        def watch(done: int, total: int) -> None:
            started.set()
            assert wrote.wait(200)  # the others write in the middle of the reading

        with file.open("w+b") as stream:
            return answering.write_to(
                stream, exports.Export("Lignes", table), Actor(), "", "csv", watch
            ).length

    def edit() -> str:
        assert started.wait(200)
        with transaction.atomic():
            JobSchedule.objects.filter(name__gte="ligne 0020000").delete()
            JobSchedule.objects.create(name="ligne 0000000 bis", last_slot=timezone.now())
        wrote.set()  # done while the reader waits: neither stops the other
        return "écrit"

    turns: Iterator[Callable[[], Any]] = iter((export, edit))
    lock = threading.Lock()

    def act() -> Any:
        with lock:
            mine = next(turns)
        return mine()

    with a_database_for_several(tmp_path):
        assert at_once(1, lambda: make_rows(count), patience=200) == [None]
        assert set(at_once(2, act, patience=400)) == {count, "écrit"}
        (left,) = at_once(1, JobSchedule.objects.count)
    assert left == 20_001
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=";")
        assert next(rows)[0] == "Nom"
        assert all(row[0] == f"ligne {number:07}" for number, row in enumerate(rows))
        assert rows.line_num == count + 1


def test_every_list_registered_has_a_title_and_formats() -> None:
    for name, export in registry._exports.items():
        assert export.title, name
        assert set(export.formats) <= set(exports.FORMATS), name


def test_nobody_exports_with_an_account_that_was_closed(team: Client, three: None) -> None:
    job = asked(team)
    User.objects.update(is_active=False)
    jobs.testing.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
