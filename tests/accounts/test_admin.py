"""The repair tool looks people up, and writes nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from millecafes.accounts.models import User
from tests.factories.people import give_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Client:
    client = Client()
    repairer = User.objects.create_superuser("equipe@exemple.fr", "un-mot-de-passe")
    give_factor(repairer)
    client.force_login(repairer)
    return client


def test_a_person_is_looked_up_and_never_rewritten(team: Client) -> None:
    person = User.objects.create_user("mairie@exemple.fr")
    assert "mairie@exemple.fr" in team.get("/admin/accounts/user/").content.decode()
    address = f"/admin/accounts/user/{person.pk}/change/"
    assert team.get(address).status_code == 200
    assert team.post(address, {"email": "AUTRE@exemple.fr", "is_staff": "on"}).status_code == 403
    person.refresh_from_db()
    assert (person.email, person.is_staff) == ("mairie@exemple.fr", False)
