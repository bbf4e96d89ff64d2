"""The desk: each hat lands on a page that says what awaits it."""

from __future__ import annotations

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.portal.wording import WELCOME
from millecafes.territory.queries.profile import profile
from tests.architecture.access_world import PERIMETERS, give
from tests.factories.people import client_wearing, give_factor, make_person
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", list(RoleKind))
def test_each_hat_has_its_desk(client: Client, kind: RoleKind) -> None:
    make_commune()
    person = make_person(name="Claude Vidal")
    give(person, kind, PERIMETERS[kind])
    give_factor(person)
    client.force_login(person)
    html = client.get("/bureau/").content.decode()
    assert "Bonjour Claude Vidal" in html
    assert kind.label in html
    assert all(door.label in html for door in WELCOME[kind].doors)


def test_without_a_role_one_is_told(client: Client) -> None:
    client.force_login(make_person())
    assert "pas de rôle aujourd’hui" in client.get("/bureau/").content.decode()


def test_a_town_hall_finds_its_commune_s_verdict() -> None:
    commune = make_commune()
    html = client_wearing(RoleKind.SECRETARY, "commune:81294").get("/bureau/").content.decode()
    assert commune.get_absolute_url() in html
    assert "Lire le diagnostic de Técou" in html
    assert profile(commune).verdict.sentence in html
    other = client_wearing(RoleKind.TEAM, "network").get("/bureau/").content.decode()
    assert "Lire le diagnostic de Técou" not in other
