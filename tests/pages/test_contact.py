"""The contact form: what arrives, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from millecafes.common.requests import client_address
from millecafes.pages import services
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactAttempt, ContactMessage
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db

GOOD = {
    "subject": "data",
    "name": "",
    "email": "mairie@exemple.fr",
    "commune": "",
    "body": "La boulangerie a fermé.",
}


def test_a_message_is_kept_with_its_retention(client: Client) -> None:
    make_commune("81294", "Técou")
    response = client.post("/contact/", {**GOOD, "commune": "técou"})
    assert response.status_code == 302
    assert response["Location"] == "/contact/merci/"
    message = ContactMessage.objects.get()
    assert message.subject == Subject.DATA
    assert message.commune_id == "81294"
    assert message.purge_after - timezone.localdate() >= dt.timedelta(days=729)
    assert client.get("/contact/merci/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", "", "Choisissez l’objet"),
        ("subject", "chocolat", "chocolat"),
        ("email", "mairie", "Attendu : prenom@exemple.fr"),
        ("email", "", "c’est là que nous répondrons"),
        ("body", "", "Écrivez votre message"),
        ("body", "x" * 5_001, "5001"),
        ("commune", "Zzyzxville", "Aucune commune"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(client: Client, field: str, value: str, said: str) -> None:
    response = client.post("/contact/", {**GOOD, field: value})
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert f'aria-describedby="id_{field}_error"' in html
    kept = {**GOOD, field: value}
    assert kept["body"] in html
    assert not ContactMessage.objects.exists()


def test_homonyms_are_proposed(client: Client) -> None:
    make_commune("81294", "Saint-Martin")
    make_commune("09999", "Saint-Martin", postal_code="09000")
    html = client.post("/contact/", {**GOOD, "commune": "saint martin"}).content.decode()
    assert "Saint-Martin, Département 81 (81), code 81294" in html
    assert "09999" in html
    assert client.post("/contact/", {**GOOD, "commune": "09999"}).status_code == 302
    assert ContactMessage.objects.get().commune_id == "09999"


def test_a_robot_is_thanked_and_forgotten(client: Client) -> None:
    assert client.post("/contact/", {**GOOD, "ne_pas_remplir": "x"}).status_code == 302
    assert not ContactMessage.objects.exists()


def test_a_village_passes_and_a_flood_does_not(client: Client) -> None:
    for _ in range(services.MESSAGES_PER_WINDOW):
        assert client.post("/contact/", GOOD).status_code == 302
    response = client.post("/contact/", GOOD)
    assert response.status_code == 429
    assert "boulangerie" in response.content.decode()
    assert ContactMessage.objects.count() == services.MESSAGES_PER_WINDOW
    other = client.post("/contact/", GOOD, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_the_address_is_never_stored(client: Client) -> None:
    client.post("/contact/", GOOD, REMOTE_ADDR="192.0.2.7")
    attempt = ContactAttempt.objects.get()
    assert "192.0.2.7" not in attempt.fingerprint
    now = timezone.now()
    today = services.address_fingerprint("192.0.2.7", now=now)
    assert today != services.address_fingerprint("192.0.2.7", now=now + dt.timedelta(days=1))
    assert today != services.address_fingerprint("192.0.2.8", now=now)


def test_nul_is_refused(client: Client) -> None:
    assert client.post("/contact/", {**GOOD, "body": "a\0b"}).status_code == 400
    assert not ContactMessage.objects.exists()


def test_the_subject_can_be_given_by_the_link(client: Client) -> None:
    html = client.get("/contact/?objet=data&commune=81294").content.decode()
    assert '<option value="data" selected>' in html
    assert 'value="81294"' in html


def test_purge_erases_what_is_past_and_only_that(client: Client) -> None:
    client.post("/contact/", GOOD)
    message = ContactMessage.objects.get()
    last_day = message.created_at + services.RETENTION
    assert services.purge_messages(now=last_day) == {"messages": 0, "empreintes d’adresses": 1}
    assert not ContactAttempt.objects.exists()
    assert services.purge_messages(now=last_day + dt.timedelta(days=1))["messages"] == 1


def test_the_site_asks_for_a_purge_only_when_one_is_due(client: Client) -> None:
    client.post("/contact/", GOOD)
    assert not services.purge_is_due(timezone.now())
    ContactMessage.objects.update(purge_after=timezone.localdate() - dt.timedelta(days=1))
    assert services.purge_is_due(timezone.now())
    said = io.StringIO()
    call_command("purge", stdout=said)
    assert "Messages de contact : messages : 1." in said.getvalue()
    assert not services.purge_is_due(timezone.now())
    assert not ContactMessage.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.7"),  # nobody in front: what the visitor claims is not believed
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.7"),
        (1, "", "192.0.2.7"),
    ],
)
def test_the_address_behind_proxies(proxies: int, forwarded: str, address: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=forwarded)
    with override_settings(PROXIES=proxies):
        assert client_address(request) == address
