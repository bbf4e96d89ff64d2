"""Every editorial page answers, and says what is not known."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/le-programme/",
        "/faq/",
        "/mentions-legales/",
        "/vie-privee/",
        "/accessibilite/",
        "/plan-du-site/",
        "/contact/",
    ],
)
def test_pages_answer_with_one_title(client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    assert html.count("<h1") == 1
    assert client.post(path, {}).status_code in {405, 422}


def test_what_the_operator_did_not_fill_in_is_said(client: Client) -> None:
    assert "Non renseigné par l’exploitant" in client.get("/mentions-legales/").content.decode()
    operator = {"name": "GROUPE SOS", "address": "", "email": "", "director": "", "host": ""}
    with override_settings(SITE_OPERATOR=operator):
        assert "GROUPE SOS" in client.get("/mentions-legales/").content.decode()
