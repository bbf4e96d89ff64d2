"""Pages of jobs: of who asked, and of the team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common import health, jobs
from millecafes.common.actors import Actor, command
from millecafes.common.jobs import leasing, queries, queue
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.running import Run
from tests.common.jobs.conftest import Declare
from tests.factories.people import client_wearing, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TEAM_PAGE = "/equipe/taches/"


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def asker() -> User:
    return make_person("zoe@example.org", name="Zoé Martin")


@pytest.fixture
def client(asker: User) -> Client:
    found = Client()
    found.force_login(asker)
    return found


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def ask(declare: Declare, asker: User) -> Callable[..., Job]:
    """A job that Zoé asked for."""

    def add(function: Callable[..., None] = lambda run: None, **options: Any) -> Job:
        declare("tests.asked", function, title="Calcul d’un plan", **options)
        return jobs.enqueue("tests.asked", actor=Actor(user_id=asker.pk), now=timezone.now())

    return add


def refuse(run: Run) -> None:
    raise jobs.JobError("Le fichier n’est pas arrivé.", retry=False)


def test_the_page_follows_a_job_to_its_end(client: Client, ask: Callable[..., Job]) -> None:
    def count(run: Run) -> None:
        run.progress(30, 120, "communes lues")
        run.result(text="120 communes lues.", url="/communes/")

    job = ask(count, atomic=False)
    page = text(client.get(job.get_absolute_url()))
    assert "Calcul d’un plan" in page
    assert "En attente de son tour" in page
    assert f'data-job="/taches/{job.uuid}/etat/"' in page
    held = leasing.claim(worker="w", now=timezone.now())
    assert held
    run = Run(held)
    run.progress(30, 120, "communes lues")
    run.beat()
    state = text(client.get(f"/taches/{job.uuid}/etat/"))
    assert 'max="100" value="25"' in state
    assert "communes lues&nbsp;: 25&nbsp;%" in state
    leasing.give_back(held, timezone.now())
    jobs.testing.run_pending()
    page = text(client.get(job.get_absolute_url()))
    for words in ("Faite", "120 communes lues.", 'href="/communes/"'):
        assert words in page
    assert "data-job=" not in page
    assert "Annuler" not in page


def test_what_was_asked_for_later_says_when(client: Client, ask: Callable[..., Job]) -> None:
    job = ask()
    Job.objects.update(run_at=dt.datetime(2027, 3, 1, 6, 30, tzinfo=dt.UTC))
    page = text(client.get(job.get_absolute_url()))
    assert "Prévue le 1er mars 2027 à 07:30" in page
    assert "En attente de son tour" not in page


def test_who_asked_takes_it_back_and_asks_again(client: Client, ask: Callable[..., Job]) -> None:
    job = ask()
    address = f"/taches/{job.uuid}/"
    response = client.post(f"{address}annuler/", {"next": "/communes/?q=1"})
    assert response["Location"] == "/communes/?q=1"
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert client.post(f"{address}annuler/", {"next": "//ailleurs.example/"})["Location"] == address
    page = text(client.get(address))
    assert "Annulée" in page
    assert "était déjà finie" in page
    assert client.post(f"{address}rejouer/")["Location"] == address
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_it_is_nobody_elses_business(ask: Callable[..., Job]) -> None:
    job = ask()
    other = Client()
    other.force_login(make_person())
    for address in ("", "etat/"):
        assert other.get(f"/taches/{job.uuid}/{address}").status_code == 404
    for address in ("annuler/", "rejouer/"):
        assert other.post(f"/taches/{job.uuid}/{address}").status_code == 404
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_getting_an_address_never_acts(client: Client, ask: Callable[..., Job]) -> None:
    job = ask()
    for address in ("annuler/", "rejouer/"):
        assert client.get(f"/taches/{job.uuid}/{address}").status_code == 405


def test_the_team_sees_failures_and_their_reasons(team: Client, ask: Callable[..., Job]) -> None:
    job = ask(refuse)
    assert "Aucun échec" in text(team.get(TEAM_PAGE))
    jobs.testing.run_pending()
    page = text(team.get(TEAM_PAGE))
    for words in ("Calcul d’un plan", "Le fichier n’est pas arrivé.", "Zoé Martin", "Rejouer"):
        assert words in page
    detail = text(team.get(job.get_absolute_url()))
    assert "test_pages.py" in detail
    assert "tests.asked" in detail


def test_who_asked_sees_the_reason_and_not_the_code(client: Client, ask: Callable[..., Job]) -> None:
    job = ask(refuse)
    jobs.testing.run_pending()
    page = text(client.get(job.get_absolute_url()))
    assert "Le fichier n’est pas arrivé." in page
    assert "Détail technique" not in page


def test_the_team_replays_one_or_all_of_a_kind(
    team: Client, ask: Callable[..., Job], declare: Declare
) -> None:
    first = ask(refuse)
    for _ in range(2):
        jobs.enqueue("tests.asked", actor=command("essai"), now=timezone.now())
    declare("tests.other", refuse)
    jobs.enqueue("tests.other", actor=command("essai"), now=timezone.now())
    jobs.testing.run_pending()
    assert Job.objects.filter(state=JobState.FAILED).count() == 4
    back = f"{TEAM_PAGE}?tache=tests.asked"
    assert team.post(f"/taches/{first.uuid}/rejouer/", {"next": back})["Location"] == back
    assert Job.objects.filter(state=JobState.FAILED).count() == 3
    # Causes differ from task to task: nothing is replayed without saying which.
    assert "Rejouer tous" not in text(team.get(TEAM_PAGE))
    assert "Rejouer tous" in text(team.get(back))
    team.post(f"{TEAM_PAGE}rejouer/", {"tache": ""})
    assert Job.objects.filter(state=JobState.FAILED).count() == 3
    assert "Tâches remises dans la file : 2." in text(
        team.post(f"{TEAM_PAGE}rejouer/", {"tache": "tests.asked"}, follow=True)
    )
    assert Job.objects.filter(state=JobState.FAILED).values_list("name", flat=True).get() == "tests.other"


def test_what_cannot_be_replayed_says_why(team: Client, ask: Callable[..., Job]) -> None:
    job = ask(refuse)
    jobs.testing.run_pending()
    Job.objects.update(is_blanked=True)
    assert "a été effacé" in text(team.get(job.get_absolute_url()))
    assert "a été effacé" in text(team.post(f"/taches/{job.uuid}/rejouer/", follow=True))
    job.refresh_from_db()
    assert job.state == JobState.FAILED


@pytest.mark.parametrize("query", ["etat=perdues", "tache=nulle.part", "etat=%00"])
def test_a_filter_that_means_nothing_is_said(team: Client, query: str) -> None:
    response = team.get(f"{TEAM_PAGE}?{query}")
    assert response.status_code in {400, 422}
    assert "Traceback" not in text(response)


@pytest.mark.parametrize("state", ["echec", "en-cours", "attente", "faites", "annulees", "toutes"])
def test_the_list_asks_as_much_of_the_database_for_one_as_for_three(
    team: Client, ask: Callable[..., Job], state: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert team.get(f"{TEAM_PAGE}?etat={state}").status_code == 200
        return len(seen)

    ends = {
        "echec": "failed",
        "en-cours": "running",
        "attente": "waiting",
        "faites": "done",
        "annulees": "cancelled",
    }
    ask()
    Job.objects.update(state=ends.get(state, "done"), ended_at=timezone.now())
    one = asked()
    for _ in range(2):
        jobs.enqueue("tests.asked", actor=Actor(user_id=make_person().pk), now=timezone.now())
    Job.objects.update(state=ends.get(state, "done"), ended_at=timezone.now())
    assert asked() == one


def test_a_queue_that_nobody_empties_is_said(team: Client, ask: Callable[..., Job]) -> None:
    now = timezone.now()
    assert queries.well(now) == "rien n’attend"
    ask()
    assert queries.well(now + dt.timedelta(minutes=4)) == "des tâches attendent leur tour"
    with pytest.raises(health.UnwellError, match="depuis 7 minutes"):
        queries.well(now + dt.timedelta(minutes=7))
    Job.objects.update(run_at=now - dt.timedelta(minutes=7))
    assert "attend depuis trop longtemps" in text(team.get(TEAM_PAGE))


def test_a_job_asked_for_later_is_not_late(declare: Declare) -> None:
    declare("tests.later", lambda run: None)
    now = timezone.now()
    jobs.enqueue("tests.later", actor=command("essai"), now=now, at=now + dt.timedelta(days=3))
    assert queries.late_by(now + dt.timedelta(days=1)) is None


def test_cancelling_twice_is_once(ask: Callable[..., Job]) -> None:
    job = ask()
    assert leasing.claim(worker="w", now=timezone.now())
    assert queue.cancel(job=job, actor=command("essai"), now=timezone.now())
    assert not queue.cancel(job=job, actor=command("essai"), now=timezone.now())
