"""The messages of the contact form: who reads which, what is said of them, and what stays of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common.actors import Actor
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.pages import services
from millecafes.pages.enums import REGIONAL_SUBJECTS, Subject
from millecafes.pages.models import ContactMessage
from tests.factories.pages import make_message
from tests.factories.people import client_wearing, make_person
from tests.factories.territory import make_commune, make_departement

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def user() -> User:
    return make_person(name="Camille Roux")


@pytest.fixture
def team(user: User) -> Client:
    return client_wearing(RoleKind.TEAM, "network", user=user)


@pytest.fixture
def lead() -> Client:
    make_departement()
    return client_wearing(RoleKind.REGIONAL, "departement:81")


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def subjects(client: Client, query: str = "") -> list[str]:
    return [message.subject for message in client.get(f"/equipe/messages/?{query}").context["page"]]


def test_what_waits_comes_first_and_the_oldest_before(team: Client) -> None:
    now = timezone.now()
    make_message(Subject.PRESS, now=now)
    make_message(Subject.DATA, now=now - dt.timedelta(days=2))
    done = make_message(Subject.OTHER, now=now - dt.timedelta(days=3))
    team.post(f"/equipe/messages/{done.pk}/repondu/", {"etat": "answered"})
    assert subjects(team) == ["data", "press"]
    assert subjects(team, "etat=answered") == ["other"]
    assert subjects(team, "etat=all") == ["press", "data", "other"]
    assert subjects(team, "etat=all&objet=press") == ["press"]
    assert "<b>2</b> messages à répondre" in text(team.get("/equipe/messages/"))
    for query in ("etat=chocolat", "objet=chocolat"):
        refused = team.get(f"/equipe/messages/?{query}")
        assert refused.status_code == 422
        assert "« chocolat » n’est pas dans la liste" in text(refused)
    for page in (10**18, "x"):
        assert team.get(f"/equipe/messages/?page={page}").status_code == 200
    assert "Rien n’attend de réponse" in text(team.get("/equipe/messages/?objet=run&etat=waiting"))


def test_the_list_makes_as_many_queries_for_one_as_for_three(team: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert team.get("/equipe/messages/").status_code == 200
        return len(made)

    make_message(commune=make_commune())
    one = queries()
    make_message(commune=make_commune("81004", "Albi"))
    make_message(Subject.PRESS)
    assert queries() == one


def test_a_regional_lead_reads_what_concerns_cafes_of_the_perimeter(lead: Client) -> None:
    near = make_commune()
    far = make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    readable = [make_message(subject, commune=near) for subject in sorted(REGIONAL_SUBJECTS)]
    hidden = [make_message(subject, commune=near) for subject in set(Subject) - REGIONAL_SUBJECTS]
    hidden += [make_message(Subject.OPEN, commune=far), make_message(Subject.OPEN)]
    page = lead.get("/equipe/messages/")
    assert {message.pk for message in page.context["page"]} == {message.pk for message in readable}
    assert 'value="press"' not in text(page)
    assert lead.get("/equipe/messages/?objet=press").status_code == 422
    for message in readable:
        assert lead.get(message.get_absolute_url()).status_code == 200
        # Erasing is the team's.
        assert lead.post(f"{message.get_absolute_url()}effacer/").status_code == 404
    for message in hidden:
        assert lead.get(message.get_absolute_url()).status_code == 404
        assert lead.post(f"{message.get_absolute_url()}repondu/").status_code == 404
    assert not ContactMessage.objects.filter(answered_at__isnull=False).exists()


def test_a_region_holds_its_departements() -> None:
    message = make_message(commune=make_commune())
    assert subjects(client_wearing(RoleKind.REGIONAL, "region:76")) == ["open"]
    assert client_wearing(RoleKind.REGIONAL, "region:76").get(message.get_absolute_url()).status_code == 200


def test_one_message_says_all_there_is_and_until_when(team: Client) -> None:
    message = make_message(commune=make_commune(), body="<b>Gras</b>\nsuite")
    page = text(team.get(message.get_absolute_url()))
    assert "Claude Martin" in page
    assert 'href="mailto:claude@example.org' in page
    assert "&lt;b&gt;Gras&lt;/b&gt;<br>suite" in page
    assert "Técou" in page
    assert "S’effacera seul le" in page
    assert "À répondre" in page
    assert team.get(f"/equipe/messages/{10**30}/").status_code == 404


def test_an_answer_says_who_and_when_and_can_be_taken_back(team: Client, user: User) -> None:
    message = make_message()
    address = f"/equipe/messages/{message.pk}/repondu/"
    assert team.get(address).status_code == 405
    assert team.post(address, {"etat": "answered"})["Location"] == message.get_absolute_url()
    assert "Répondu le" in text(team.get(message.get_absolute_url()))
    assert "par Camille Roux" in text(team.get(message.get_absolute_url()))
    message.refresh_from_db()
    first = message.answered_at
    team.post(address, {"etat": "answered"})
    message.refresh_from_db()
    assert (message.answered_at, message.answered_by) == (first, user)
    team.post(address, {"etat": "waiting"})
    team.post(address, {"etat": "waiting"})
    message.refresh_from_db()
    assert (message.answered_at, message.answered_by) == (None, None)
    told = JournalEntry.objects.filter(target_type="pages.contactmessage").order_by("pk")
    assert [line.verb for line in told] == [
        "pages.message_received",
        "pages.message_answered",
        "pages.message_reopened",
    ]


def test_an_erased_colleague_leaves_no_name_on_the_answer(team: Client, user: User) -> None:
    message = make_message()
    services.mark_answered(
        message=message, actor=Actor(user_id=make_person(name="Partie").pk), now=timezone.now()
    )
    User.objects.filter(full_name="Partie").update(full_name="", erased_at=timezone.now())
    assert "par une personne effacée" in text(team.get(message.get_absolute_url()))


def test_erasing_asks_first_and_leaves_only_the_subject(team: Client) -> None:
    message = make_message(Subject.PRIVACY)
    address = f"{message.get_absolute_url()}effacer/"
    assert "cela ne se défait pas" in text(team.get(address))
    assert ContactMessage.objects.exists()
    assert team.post(address)["Location"] == "/equipe/messages/"
    assert not ContactMessage.objects.exists()
    assert team.post(address).status_code == 404
    line = JournalEntry.objects.get(verb="pages.message_erased")
    assert line.data == {"subject_label": "Mes données personnelles"}


def test_the_journal_says_that_somebody_wrote_and_not_who() -> None:
    message = make_message(Subject.RUN, commune=make_commune())
    line = JournalEntry.objects.get()
    assert (line.verb, line.actor_id, line.data) == (
        "pages.message_received",
        None,
        {"subject_label": "Tenir un café"},
    )
    assert line.purge_after == message.purge_after
    assert "|departement:81|" in line.perimeters
    assert not JournalPersonal.objects.exists()
    for personal in ("claude", "Martin", "Bonjour"):
        assert personal not in str(list(JournalEntry.objects.values()))


def test_the_form_leaves_one_line_and_its_refusals_none(client: Client) -> None:
    good = {"subject": "data", "email": "mairie@exemple.fr", "body": "Bonjour"}
    client.post("/contact/", {**good, "email": "mairie"})
    assert not JournalEntry.objects.exists()
    client.post("/contact/", good)
    assert JournalEntry.objects.get().verb == "pages.message_received"


def test_in_demonstration_a_message_says_so(team: Client, settings: Any) -> None:
    settings.DEMO = True
    message = make_message()
    settings.DEMO = False
    assert "Démonstration" in text(team.get(message.get_absolute_url()))
    assert "Démonstration" in text(team.get("/equipe/messages/"))


def test_a_form_of_another_hat_changes_nothing(team: Client) -> None:
    message = make_message()
    answer = team.post(f"/equipe/messages/{message.pk}/repondu/", {"etat": "answered", "hat": "999"})
    assert answer.status_code == 409
    message.refresh_from_db()
    assert message.answered_at is None


def test_the_desk_says_how_many_wait_for_this_hat(team: Client, lead: Client) -> None:
    assert "Rien n’attend de réponse" in text(team.get("/bureau/"))
    make_message(Subject.PRESS)
    assert "<b>1</b> message attend" in text(team.get("/bureau/"))
    make_message(Subject.OPEN, commune=make_commune())
    assert "<b>2</b> messages attendent" in text(team.get("/bureau/"))
    assert "<b>1</b> message attend" in text(lead.get("/bureau/"))
    mayor = client_wearing(RoleKind.ELECTED, "commune:81294")
    assert "/equipe/messages/" not in text(mayor.get("/bureau/"))
