"""Error pages and the style guide."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

from millecafes.common import views

pytestmark = pytest.mark.django_db


def test_the_style_guide_shows_every_part(client: Client) -> None:
    html = client.get("/styleguide/").content.decode()
    for anchor, title in views.GUIDE:
        assert f'id="{anchor}"' in html
        assert title.replace("'", "&#x27;") in html


def test_a_missing_page_helps(client: Client) -> None:
    response = client.get("/rien/de/tel/")
    assert response.status_code == 404
    html = response.content.decode()
    assert 'action="/communes/"' in html
    assert "Traceback" not in html


def test_the_500_page_needs_nothing() -> None:
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    html = response.content.decode()
    assert "Ce n’est pas de votre fait" in html
    assert 'rel="stylesheet"' in html


def test_the_500_page_comes_unstyled_when_the_style_is_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: str) -> str:
        raise DjangoViteAssetNotFoundError(path)

    monkeypatch.setattr(views, "vite_asset", missing)
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Ce n’est pas de votre fait" in response.content.decode()


def test_an_expired_form_is_said_in_words(client: Client) -> None:
    response = Client(enforce_csrf_checks=True).post("/contact/", {"body": "x"})
    assert response.status_code == 403
    assert "recommencez" in response.content.decode()
