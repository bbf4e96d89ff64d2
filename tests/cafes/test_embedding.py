"""The frames that other sites show: their headers, no cookie, and that the rest of the site is closed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.cafes import services
from millecafes.cafes.enums import Activity
from millecafes.config.settings.base import CONTENT_SECURITY_POLICY
from tests.architecture.source import ROOT
from tests.factories.cafes import ACTOR, make_cafe

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SMALL = 12_000


def policy_of(response: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


def test_a_frame_opens_anywhere_without_cookie_nor_script(client: Client) -> None:
    cafe = make_cafe("Zinc")
    services.set_hours(cafe=cafe, hours="24/7", actor=ACTOR, now=timezone.now())
    usual = policy_of(client.get("/cafes/"))
    for address in (f"/cafes/{cafe.pk}/integre/", "/cafes/integre/?departement=81", "/cafes/integre/"):
        response = client.get(address)
        assert not response.cookies
        assert "X-Frame-Options" not in response
        assert policy_of(response) == {**usual, "frame-ancestors": ["*"]}
        html = response.content.decode()
        assert "<script" not in html
        assert len(response.content) <= SMALL
        loaded = re.findall(r'<(?:link|img|source|iframe)\b[^>]*?(?:href|src)="([^"]+)"', html)
        assert loaded
        assert all(found.startswith("/static/") for found in loaded)
    assert "Ouvert jour et nuit" in client.get(f"/cafes/{cafe.pk}/integre/").content.decode()
    assert "Zinc" in client.get("/cafes/integre/?departement=81").content.decode()


def test_everything_else_stays_closed(client: Client) -> None:
    cafe = make_cafe()
    assert CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-ancestors"] == ["'none'"]
    addresses = ("/", "/cafes/", cafe.get_absolute_url(), "/cafes/integrer/", "/connexion/", "/nulle-part/")
    for address in (*addresses, f"/cafes/{cafe.pk}/signaler/", "/cafes/999999/integre/"):
        response = client.get(address)
        assert response["X-Frame-Options"] == "DENY", address
        assert policy_of(response)["frame-ancestors"] == ["'none'"], address


def test_what_cannot_be_shown_is_said(client: Client) -> None:
    closed = make_cafe("Fini", activity=Activity.CLOSED)
    assert client.get(f"/cafes/{closed.pk}/integre/").status_code == 404
    unknown = client.get("/cafes/integre/?departement=999")
    assert unknown.status_code == 422
    assert "« 999 » n’est pas dans la liste" in unknown.content.decode()
    assert "Choisissez un département" in client.get("/cafes/integre/").content.decode()


def test_the_guide_gives_the_lines_to_copy(client: Client) -> None:
    cafe = make_cafe('Chez "Léa"')
    html = client.get(f"/cafes/integrer/?cafe={cafe.pk}").content.decode()
    assert f"/cafes/{cafe.pk}/integre/" in html
    assert "&lt;iframe src=" in html
    assert 'title="Horaires de Chez &quot;Léa&quot;"' in html
    assert "/cafes/integre/?departement=81" in client.get("/cafes/integrer/?departement=81").content.decode()
    assert client.get("/cafes/integrer/?departement=999").status_code == 422
    assert client.get("/cafes/integrer/?cafe=999999").status_code == 404


def test_the_list_takes_as_many_queries_for_one_as_for_three(
    client: Client, django_assert_num_queries: Any
) -> None:
    for count in (1, 2):
        for number in range(count):
            make_cafe(f"Zinc {count} {number}")
        with django_assert_num_queries(5):
            client.get("/cafes/integre/?departement=81")


def test_the_style_of_frames_asks_for_nothing() -> None:
    style = (ROOT / "frontend" / "src" / "entries" / "embed.css").read_text()
    assert "url(" not in style
    assert "@import" not in style
