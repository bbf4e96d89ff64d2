"""Applied once whatever happens: twice at once, killed, cancelled; and kept no longer than said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common import jobs
from millecafes.common.actors import Actor
from millecafes.common.imports import services
from millecafes.common.imports.models import ImportLine, ImportMatching, ImportRun
from millecafes.common.imports.privacy import LINES_DAYS, RUNS_DAYS, purge_imports, purge_is_due
from millecafes.common.imports.registry import ImportColumn
from millecafes.common.imports.services import ImportStepError
from millecafes.common.jobs import leasing
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.queue import cancel
from millecafes.common.jobs.running import Run, execute
from millecafes.common.journal.models import JournalEntry
from millecafes.common.notifications.models import Notification
from millecafes.partners.importing import ORGANISATIONS
from millecafes.partners.importing.columns import COLUMNS
from millecafes.partners.models import Organisation
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.imports import TEAM, apply, csv_of, fresh, look, sent_by, undo
from tests.factories.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ROWS = (("Cave", "Presse"), ("Fournil", "Presse"), ("Quincaillerie", "Presse"))


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> ImportRun:
    """An import being written by a job, in pieces of one line."""
    run = look(csv_of(*ROWS))
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr("millecafes.common.imports.analysing.PIECE", 1)
    services.apply(run=run, actor=TEAM, now=timezone.now())
    return fresh(run)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_apply_at_once_write_once(tmp_path: Path) -> None:
    run = look(csv_of(*ROWS))

    def write() -> None:
        services.apply(run=ImportRun.objects.get(pk=run.pk), actor=TEAM, now=timezone.now())

    with a_database_for_several(tmp_path):
        answers = at_once(2, write)
        assert sorted(type(answer).__name__ for answer in answers) == ["ImportStepError", "NoneType"]
        assert elsewhere(Organisation.objects.count) == len(ROWS)


def test_a_job_killed_on_the_way_writes_once_at_its_next_attempt(
    by_job: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    create, seen = ORGANISATIONS.create, []

    def die(*arguments: Any) -> Any:
        seen.append(arguments)
        if len(seen) == 2:
            raise Killed
        return create(*arguments)

    now = timezone.now()
    job = leasing.claim(worker="un", now=now)
    assert job
    with monkeypatch.context() as patch:
        patch.setitem(ORGANISATIONS.__dict__, "create", die)
        with pytest.raises(Killed):
            execute(Run(job))
    assert len(seen) == 2
    assert not Organisation.objects.exists()
    assert leasing.reap(now=now + dt.timedelta(minutes=2)) == 1
    jobs.testing.run_pending(now=now + dt.timedelta(hours=2))
    assert Organisation.objects.count() == len(ROWS)
    assert fresh(by_job).state == "applied"
    assert JournalEntry.objects.filter(verb="common.import_applied").count() == 1


def test_cancelling_while_lines_are_written_keeps_none(
    by_job: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, done = ORGANISATIONS.create, []

    def ask_to_stop(*arguments: Any) -> Any:
        done.append(create(*arguments))
        if len(done) == 2:
            run.cancel_seen = True
        return done[-1]

    job = leasing.claim(worker="un", now=timezone.now())
    assert job
    run = Run(job)
    with monkeypatch.context() as patch:
        patch.setitem(ORGANISATIONS.__dict__, "create", ask_to_stop)
        execute(run)
    assert len(done) == 2
    assert not Organisation.objects.exists()
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert services.is_stopped(fresh(by_job))
    apply(by_job)
    jobs.testing.run_pending()
    assert Organisation.objects.count() == len(ROWS)


def test_an_analysis_taken_again_from_the_start_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr("millecafes.common.imports.analysing.PIECE", 1)
    run = look(csv_of(*ROWS, ROWS[0]))
    find, seen = ORGANISATIONS.find_duplicates, []

    def die(batch: Any) -> None:
        seen.append(batch)
        if len(seen) == 3:
            raise RuntimeError("panne")
        find(batch)

    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setitem(ORGANISATIONS.__dict__, "find_duplicates", die)
        jobs.testing.run_pending(now=now)
    assert [line.state for line in run.lines.order_by("number")] == ["new", "new", "", ""]
    jobs.testing.run_pending(now=now + dt.timedelta(hours=2))
    assert [line.state for line in run.lines.order_by("number")] == ["new", "new", "new", "doubt"]
    assert fresh(run).state == "ready"


def test_an_import_abandoned_is_not_written_by_the_job_that_waited(by_job: ImportRun) -> None:
    job = Job.objects.get(name="common.apply_import")
    with pytest.raises(ImportStepError, match="écriture en cours"):
        services.drop(run=by_job, actor=TEAM, now=timezone.now())
    cancel(job=job, actor=TEAM, now=timezone.now())
    services.drop(run=by_job, actor=TEAM, now=timezone.now())
    jobs.testing.run_pending()
    assert not Organisation.objects.exists()
    assert not ImportRun.objects.exists()


def test_lines_are_kept_thirty_days_and_then_nothing_can_be_undone() -> None:
    now = timezone.now()
    applied, waiting = apply(look(csv_of(*ROWS))), look(csv_of(("Autre chose", "Presse")))
    assert not purge_is_due(now)
    late = now + dt.timedelta(days=LINES_DAYS, minutes=1)
    assert purge_is_due(late)
    done = purge_imports(now=late)
    assert (done["lignes d’imports"], done["imports de fichiers"]) == (len(ROWS), 1)
    assert not ImportRun.objects.filter(pk=waiting.pk).exists()
    with pytest.raises(ImportStepError, match="ses lignes sont effacées"):
        undo(applied)
    purge_imports(now=now + dt.timedelta(days=RUNS_DAYS, minutes=1))
    assert not ImportRun.objects.exists()


def test_columns_remembered_are_forgotten_when_nobody_meets_them() -> None:
    sent_by(make_person())
    assert ImportMatching.objects.exists()
    purge_imports(now=timezone.now() + dt.timedelta(days=729))
    assert ImportMatching.objects.exists()
    assert purge_imports(now=timezone.now() + dt.timedelta(days=731))["colonnes retenues"]
    assert not ImportMatching.objects.exists()


def test_cells_may_hold_anything_that_is_text() -> None:
    strange = ["\u202e", "🧀" * 60, "'=1+1", "a\tb", "\ufeff", "٣٤", "x" * 4_000, "<b>", "%s {0}", "\\u0000"]
    run = look(csv_of(*([text] * 6 for text in strange)))
    assert fresh(run).state == "ready"
    assert ImportLine.objects.filter(run=run).exclude(state="error").count() <= 1


def value_or_words(column: ImportColumn, text: str) -> str:
    """What a cell says, or why it says nothing."""
    try:
        return f"lu : {column.value(text)}"
    except ValueError as error:
        return str(error)


@given(st.text(max_size=60), st.sampled_from(COLUMNS))
def test_any_text_in_a_cell_is_a_value_or_words(text: str, column: ImportColumn) -> None:
    told = value_or_words(column, text)
    assert told.startswith("lu : ") or "ttendu" in told


def test_who_sent_a_long_file_is_told_at_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 1)
    user = make_person()
    actor = Actor(user.pk, None, "team", "network")
    run = look(csv_of(*ROWS), actor=actor)
    jobs.testing.run_pending()
    for step in (services.apply, services.undo):
        step(run=fresh(run), actor=actor, now=timezone.now())
        jobs.testing.run_pending()
    told = Notification.objects.order_by("pk")
    assert [row.text for row in told] == [
        "structures.csv : l’aperçu est prêt.",
        "structures.csv : l’import est fait.",
        "structures.csv : l’import est annulé.",
    ]
    assert {(row.to_id, row.url) for row in told} == {(user.pk, run.get_absolute_url())}
