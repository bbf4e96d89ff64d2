"""The home page: a search, honest figures, four doors."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db


def test_an_empty_site_shows_no_figure_as_zero(client: Client) -> None:
    html = client.get("/").content.decode()
    assert "donnée non chargée" in html
    assert 'action="/communes/"' in html


def test_examples_are_shown_only_when_they_exist(client: Client) -> None:
    assert "Par exemple" not in client.get("/").content.decode()
    commune = make_commune("81294", "Técou")
    assert f'<a href="{commune.get_absolute_url()}">Técou</a>' in client.get("/").content.decode()


def test_the_home_page_asks_the_same_queries_with_more_communes(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for n in range(3):
        make_commune(f"8100{n}", f"Village {n}")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get("/")
