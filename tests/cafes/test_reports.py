"""« Signaler une erreur »: what arrives, who is told, what is done of it, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import ReportState, ReportSubject
from millecafes.cafes.models import ErrorReport
from millecafes.cafes.services import purging
from millecafes.cafes.services.reporting import REPORTED, handle_report
from millecafes.common.journal.models import JournalEntry
from millecafes.common.notifications.models import Notification
from millecafes.pages.services import MESSAGES_PER_WINDOW
from tests.factories.cafes import ACTOR, make_cafe, make_report
from tests.factories.people import client_wearing, make_role
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
GOOD = {"about": "hours", "text": "Fermé le lundi.", "email": "", "ne_pas_remplir": ""}
LIST = "/equipe/cafes/signalements/"


def test_a_report_arrives_and_those_concerned_are_told(client: Client) -> None:
    cafe, other = make_cafe("Zinc"), make_cafe("Autre")
    team = make_role(RoleKind.TEAM, "network").user
    lead = make_role(RoleKind.REGIONAL, "departement:81").user
    make_commune("33063", "Bordeaux", postal_code="33000")
    elsewhere = make_role(RoleKind.REGIONAL, "departement:33").user
    keeper = make_role(RoleKind.MANAGER, f"cafe:{cafe.pk}").user
    neighbour = make_role(RoleKind.MANAGER, f"cafe:{other.pk}").user
    response = client.post(f"/cafes/{cafe.pk}/signaler/", {**GOOD, "email": "elle@exemple.fr"})
    assert response["Location"] == f"/cafes/{cafe.pk}/signaler/merci/"
    assert "est arrivé" in client.get(response["Location"]).content.decode()
    report = ErrorReport.objects.get()
    assert (report.cafe, report.state, report.email) == (cafe, ReportState.WAITING, "elle@exemple.fr")
    told = Notification.objects.filter(topic=REPORTED.name)
    assert {row.to_id for row in told} == {team.pk, lead.pk, keeper.pk}
    assert elsewhere.pk not in {row.to_id for row in told}
    assert neighbour.pk not in {row.to_id for row in told}
    # Neither the message nor its author are in what is told, nor in the journal.
    assert not any("lundi" in row.text or "exemple.fr" in row.text for row in told)
    line = JournalEntry.objects.get(verb="cafes.error_reported")
    assert "lundi" not in str(line.data)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("about", "", "Choisissez ce qui est faux"),
        ("about", "couleur", "couleur"),
        ("text", "", "Écrivez ce qui est faux"),
        ("text", "x" * 2_001, "2001"),
        ("email", "elle", "Attendu : prenom@exemple.fr"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(client: Client, field: str, value: str, said: str) -> None:
    cafe = make_cafe()
    typed = {**GOOD, field: value}
    response = client.post(f"/cafes/{cafe.pk}/signaler/", typed)
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert typed["text"] in html
    assert not ErrorReport.objects.exists()


def test_robots_floods_and_nul(client: Client) -> None:
    cafe = make_cafe()
    address = f"/cafes/{cafe.pk}/signaler/"
    assert client.post(address, {**GOOD, "ne_pas_remplir": "x"}).status_code == 302
    assert client.post(address, {**GOOD, "text": "a\0b"}).status_code == 400
    assert not ErrorReport.objects.exists()
    for _ in range(MESSAGES_PER_WINDOW):
        assert client.post(address, GOOD).status_code == 302
    refused = client.post(address, GOOD)
    assert refused.status_code == 429
    assert "Fermé le lundi." in refused.content.decode()
    assert client.post(address, GOOD, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert client.post("/cafes/999999/signaler/", GOOD).status_code == 404


def test_the_team_handles_it() -> None:
    report = make_report(make_cafe("Zinc"), email="elle@exemple.fr")
    client = client_wearing(RoleKind.TEAM, "network")
    assert "Les horaires" in client.get(LIST).content.decode()
    office = f"/equipe/cafes/{report.cafe_id}/"
    assert f"{LIST}{report.pk}/" in client.get(office).content.decode()
    page = client.get(f"{LIST}{report.pk}/").content.decode()
    assert "Fermé le lundi." in page
    assert "elle@exemple.fr" in page
    refused = client.post(f"{LIST}{report.pk}/", {"state": "perdu", "answer": ""})
    assert refused.status_code == 422
    done = client.post(f"{LIST}{report.pk}/", {"state": "done", "answer": "Horaires changés"}, follow=True)
    assert "Rien n’attend" in done.content.decode()
    assert f"{LIST}{report.pk}/" not in client.get(office).content.decode()
    report.refresh_from_db()
    assert (report.state, report.answer) == (ReportState.DONE, "Horaires changés")
    assert report.handled_at is not None
    assert "corrigé" in str(JournalEntry.objects.get(verb="cafes.report_handled").data)
    assert "Corrigé" in client.get(f"{LIST}?etat=done").content.decode()
    assert client.get(f"{LIST}?etat=bleu").status_code == 422
    again = client.post(f"{LIST}{report.pk}/", {"state": "waiting", "answer": ""})
    report.refresh_from_db()
    assert again.status_code == 302
    assert (report.state, report.handled_at) == (ReportState.WAITING, None)


def test_a_manager_sees_the_reports_of_their_café_without_addresses() -> None:
    cafe, other = make_cafe("Zinc"), make_cafe("Autre")
    own, foreign = make_report(cafe, email="elle@exemple.fr"), make_report(other, text="Adresse fausse.")
    client = client_wearing(RoleKind.MANAGER, f"cafe:{cafe.pk}")
    html = client.get(LIST).content.decode()
    assert "Zinc" in html
    assert "Autre" not in html
    page = client.get(f"{LIST}{own.pk}/").content.decode()
    assert "Fermé le lundi." in page
    assert "elle@exemple.fr" not in page
    assert client.get(f"{LIST}{foreign.pk}/").status_code == 404
    assert "Erreurs signalées" in client.get("/bureau/").content.decode()
    assert f"{LIST}{own.pk}/" in client.get(f"/cafes/{cafe.pk}/tenir/").content.decode()


def test_the_list_takes_as_many_queries_for_one_as_for_three() -> None:
    client, counts = client_wearing(RoleKind.TEAM, "network"), []
    client.get(LIST)
    for count in (1, 2):
        for number in range(count):
            make_report(make_cafe(f"Zinc {count} {number}"))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(LIST).content.decode().count("table__link") in {1, 3}
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_handled_report_goes_after_a_year_and_a_waiting_one_stays() -> None:
    cafe, now = make_cafe(), timezone.now()
    waiting, done = make_report(cafe), make_report(cafe, about=ReportSubject.PLACE)
    handle_report(report=done, state=ReportState.DISMISSED, answer="", actor=ACTOR, now=now)
    assert not purging.reports_are_due(now + dt.timedelta(days=364))
    later = now + dt.timedelta(days=366)
    assert purging.purge_reports(now=later) == {"erreurs signalées": 1}
    assert list(ErrorReport.objects.all()) == [waiting]
