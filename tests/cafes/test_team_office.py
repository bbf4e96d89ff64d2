"""A café for the team: its life, its services, whom to reach, visits, notes, documents, journal."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes.enums import Activity, ServiceStatus
from millecafes.cafes.models import Cafe, CafeContact, CafeNote, Visit
from millecafes.cafes.services import purging
from millecafes.common.journal.models import JournalEntry
from tests.factories.cafes import (
    make_cafe,
    make_contact,
    make_event,
    make_note,
    make_service,
    make_visit,
)
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\xa0", " ").split())


def office(cafe: Cafe, path: str = "") -> str:
    return f"/equipe/cafes/{cafe.pk}/{path}"


def said(answer: Any) -> str:
    """The words of a refusal."""
    assert answer.status_code == 422
    return text(answer)


def verbs() -> set[str]:
    return set(JournalEntry.objects.values_list("verb", flat=True))


def test_the_page_tells_the_whole_of_a_café(team: Client) -> None:
    cafe = make_cafe(organisation=make_organisation("Les Amis"))
    make_event(cafe)
    make_service(cafe, "colis", partner=make_organisation("Relais Colis"))
    make_contact(cafe)
    make_visit(cafe, follow_up_on=dt.date(2024, 4, 1))
    make_note(cafe)
    page = text(team.get(office(cafe)))
    for words in (
        *("Ouvert, depuis le 1er mars 2024", "Membre, depuis le 1er mars 2024", "Changement de gérance"),
        *("Point colis", "Relais Colis", "Dominique Blanc", "Camille Roux", "Appeler la mairie", "En retard"),
        *("Le four est en panne.", "Documents", "Journal", "Les Amis", "jamais confirmés"),
    ):
        assert words in page


def test_as_many_queries_for_one_as_for_three(team: Client) -> None:
    cafe = make_cafe()

    def fill(rank: int) -> None:
        make_event(cafe, on=dt.date(2025, 1, rank))
        partner = make_organisation(f"Partenaire {rank}", commune=cafe.commune)
        make_service(cafe, ("colis", "pain", "presse")[rank - 1], partner=partner)
        make_contact(cafe, f"Contact {rank}")
        make_visit(cafe)
        make_note(cafe)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get(office(cafe)).status_code == 200
        return len(made)

    fill(1)
    one = queries()
    fill(2)
    fill(3)
    assert queries() == one


def test_an_entry_is_noted_and_taken_back(team: Client) -> None:
    cafe = make_cafe()
    told = {"state": "activity:paused", "on": "2026-01-05", "reason": "Travaux"}
    assert team.post(office(cafe, "etapes/nouvelle/"), told)["Location"] == office(cafe) + "#histoire"
    cafe.refresh_from_db()
    assert cafe.activity == Activity.PAUSED
    page = text(team.get(office(cafe)))
    assert 'En pause, depuis le 5 janvier 2026 <span class="soft">(Travaux)' in page
    entry = cafe.states.get(state="paused")
    assert "Retirer « En pause » du 05/01/2026" in text(team.get(office(cafe, f"etapes/{entry.pk}/retirer/")))
    assert team.post(office(cafe, f"etapes/{entry.pk}/retirer/")).status_code == 302
    cafe.refresh_from_db()
    assert cafe.activity == Activity.OPEN
    team.post(office(cafe, "etapes/nouvelle/"), {"state": "event:move", "on": "2026-02-01"})
    event = cafe.events.get()
    assert team.post(office(cafe, f"evenements/{event.pk}/retirer/")).status_code == 302
    assert not cafe.events.exists()
    assert {"cafes.state_removed", "cafes.event_recorded", "cafes.event_removed"} <= verbs()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "", "on": "2026-01-05"}, "Choisissez ce qui s’est passé"),
        ({"state": "activity:ivre", "on": "2026-01-05"}, "« activity:ivre » n’est pas dans la liste"),
        ({"state": "activity:closed", "on": ""}, "Choisissez le jour"),
        ({"state": "activity:closed", "on": "demain"}, "« demain » n’est pas une date"),
        ({"state": "activity:closed", "on": "2099-01-01"}, "n’est pas une date possible"),
        ({"state": "activity:closed", "on": "2023-01-01"}, "une fermeture avant l’ouverture"),
        ({"state": "activity:open", "on": "2026-01-01"}, "déjà dans cet état"),
        ({"state": "relation:left", "on": "2026-01-01", "reason": "x" * 301}, "300"),
    ],
)
def test_an_impossible_entry_is_refused_in_words(team: Client, told: dict[str, str], words: str) -> None:
    cafe = make_cafe()
    assert words in said(team.post(office(cafe, "etapes/nouvelle/"), told))
    assert cafe.states.count() == 2


def test_an_entry_that_holds_others_is_not_taken_back(team: Client) -> None:
    cafe = make_cafe(activity=Activity.CLOSED)
    opened = cafe.states.get(state="open")
    assert "Rien n’a changé" in said(team.post(office(cafe, f"etapes/{opened.pk}/retirer/")))
    assert cafe.states.filter(pk=opened.pk).exists()


def test_a_service_is_added_changed_confirmed_and_removed(team: Client) -> None:
    cafe = make_cafe()
    partner = make_organisation("Relais Colis")
    told = {"code": "colis", "status": "setup", "partner": "relais colis", "started_on": "2026-01-01"}
    assert team.post(office(cafe, "services/nouveau/"), told)["Location"] == office(cafe) + "#services"
    service = cafe.services.get()
    assert (service.status, service.partner) == (ServiceStatus.SETUP, partner)
    page = team.get(office(cafe, "services/nouveau/")).content.decode()
    assert 'value="colis"' not in page  # it is there already
    assert 'value="pain"' in page
    address = office(cafe, f"services/{service.pk}/")
    assert f"Relais Colis (n° {partner.pk})" in text(team.get(address))
    assert team.post(address, {"status": "running", "note": "Le matin"}).status_code == 302
    cafe.services.update(confirmed_on=dt.date(2025, 1, 1))
    assert team.post(f"{address}confirmer/").status_code == 302
    service.refresh_from_db()
    assert (service.status, service.partner, service.note) == ("running", None, "Le matin")
    assert service.confirmed_on == timezone.localdate()
    assert "25:00" in said(team.post(address, {"status": "running", "hours": "Mo 25:00-26:00"}))
    team.post(address, {"status": "running", "hours": "lundi 9h-12h"})
    service.refresh_from_db()
    assert service.hours == "Mo 09:00-12:00"
    wrong = {"status": "running", "started_on": "2026-02-01", "ended_on": "2026-01-01"}
    assert "avant de commencer" in said(team.post(address, wrong))
    assert "Choisissez le service" in said(
        team.post(office(cafe, "services/nouveau/"), {"status": "running"})
    )
    again = team.post(office(cafe, "services/nouveau/"), {"code": "colis", "status": "running"})
    assert "« colis » n’est pas dans la liste" in said(again)
    assert "Suspendu" in text(team.get(f"{address}retirer/"))
    assert team.post(f"{address}retirer/").status_code == 302
    assert not cafe.services.exists()


def test_a_contact_is_added_changed_confirmed_and_erased(team: Client) -> None:
    cafe = make_cafe()
    told = {"name": "Lou Blanc", "role": "Gérante", "email": "lou@example.org"}
    assert team.post(office(cafe, "contacts/nouveau/"), told)["Location"] == office(cafe) + "#contacts"
    contact = CafeContact.objects.get()
    address = office(cafe, f"contacts/{contact.pk}/")
    assert team.post(address, {**told, "phone": "0563000000"}).status_code == 302
    CafeContact.objects.update(confirmed_at=timezone.now() - dt.timedelta(days=1_090))
    assert team.post(f"{address}confirmer/").status_code == 302
    assert not purging.contacts_are_due(timezone.now() + dt.timedelta(days=10))
    assert "il en faut au moins un" in said(team.post(address, {"name": "Lou"}))
    assert "Écrivez le nom" in said(team.post(address, {"email": "lou@example.org"}))
    assert "« lou » n’est pas une adresse" in said(team.post(address, {"name": "Lou", "email": "lou"}))
    assert "Effacer ce contact" in text(team.get(f"{address}retirer/"))
    assert team.post(f"{address}retirer/").status_code == 302
    assert not CafeContact.objects.exists()
    told_of = JournalEntry.objects.filter(verb__startswith="cafes.contact_")
    assert {entry.verb for entry in told_of} == {
        *("cafes.contact_added", "cafes.contact_changed"),
        *("cafes.contact_confirmed", "cafes.contact_removed"),
    }
    assert "Lou" not in str([entry.data for entry in told_of])


def test_a_visit_is_noted_and_followed_up(team: Client) -> None:
    cafe = make_cafe()
    told = {"on": "2026-03-01", "who": "Camille", "observations": "Bon accueil", "follow_ups": "Appeler"}
    team.post(office(cafe, "visites/nouvelle/"), {**told, "follow_up_on": "2026-04-01"})
    visit = Visit.objects.get()
    address = office(cafe, f"visites/{visit.pk}/")
    assert team.post(f"{address}suites/").status_code == 302
    visit.refresh_from_db()
    assert visit.followed_up_at is not None
    assert "Données le" in text(team.get(office(cafe)))
    # The same words change nothing to what was done; others ask again.
    team.post(address, {**told, "observations": "Très bon accueil"})
    visit.refresh_from_db()
    assert visit.followed_up_at is not None
    team.post(address, {**told, "follow_ups": "Rappeler"})
    visit.refresh_from_db()
    assert visit.followed_up_at is None
    assert team.post(address, {**told, "follow_ups": ""}).status_code == 302
    assert "Rien n’est à faire" in text(team.post(f"{address}suites/", follow=True))
    assert team.post(f"{address}retirer/").status_code == 302
    assert not Visit.objects.exists()
    assert {"cafes.visit_changed", "cafes.visit_followed_up", "cafes.visit_removed"} <= verbs()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"on": ""}, "Choisissez le jour"),
        ({"on": "31/02/2026"}, "« 31/02/2026 » n’est pas une date"),
        ({"on": "1026-03-01"}, "n’est pas une date possible"),
        ({"who": ""}, "Écrivez qui est venu"),
        ({"follow_up_on": "2026-04-01"}, "Écrivez ce qu’il y a à faire"),
        ({"follow_ups": "Appeler", "follow_up_on": "2026-02-01"}, "avant la visite du 01/03/2026"),
        ({"observations": "x" * 8_001}, "8"),
    ],
)
def test_an_impossible_visit_is_refused_in_words(team: Client, told: dict[str, str], words: str) -> None:
    cafe = make_cafe()
    assert words in said(
        team.post(office(cafe, "visites/nouvelle/"), {"on": "2026-03-01", "who": "C", **told})
    )
    assert not Visit.objects.exists()


def test_a_note_is_written_and_taken_back(team: Client) -> None:
    cafe = make_cafe()
    team.post(office(cafe, "notes/nouvelle/"), {"text": "Le four est en panne.\nVoir mardi."})
    note = CafeNote.objects.get()
    assert note.author is not None
    assert "Écrivez la note" in said(team.post(office(cafe, "notes/nouvelle/"), {"text": " \n "}))
    assert "Voir mardi" in text(team.get(office(cafe, f"notes/{note.pk}/retirer/")))
    assert team.post(office(cafe, f"notes/{note.pk}/retirer/")).status_code == 302
    assert not CafeNote.objects.exists()
    assert {"cafes.note_added", "cafes.note_removed"} <= verbs()


def test_what_is_of_another_café_does_not_exist(team: Client) -> None:
    cafe, other = make_cafe(), make_cafe("Chez Lou")
    kept = {
        "etapes/{}/retirer/": other.states.first(),
        "evenements/{}/retirer/": make_event(other),
        "services/{}/": make_service(other),
        "contacts/{}/": make_contact(other),
        "notes/{}/retirer/": make_note(other),
        "visites/{}/": make_visit(other),
    }
    for path, row in kept.items():
        assert row is not None
        assert team.get(office(other, path.format(row.pk))).status_code == 200
        assert team.get(office(cafe, path.format(row.pk))).status_code == 404
        assert team.get(office(cafe, path.format(10**30))).status_code == 404


def test_it_opens_to_whoever_follows_the_café(team: Client) -> None:
    cafe = make_cafe()
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    other = make_cafe("Chez Lou", far)
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    assert lead.get(office(cafe)).status_code == 200
    assert lead.get(office(other)).status_code == 404
    manager = client_wearing(RoleKind.MANAGER, f"cafe:{cafe.pk}")
    assert manager.get(office(cafe)).status_code == 404
    # The journal leads here; a document comes back here.
    assert f'href="{office(cafe)}"' in team.get("/equipe/journal/").content.decode()
    page = team.get(f"/documents/ajouter/cafes.document/{cafe.pk}/")
    assert f'href="{office(cafe)}"' in page.content.decode()
