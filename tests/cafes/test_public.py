"""What everybody sees: the list of cafés, its filter, a café's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.cafes import services
from millecafes.cafes.enums import Activity, CafeModel, CafeVariant, Relation, ServiceStatus, Wheelchair
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import public
from millecafes.cafes.services import StopDetails
from millecafes.territory.models import Commune
from tests.factories.cafes import ACTOR, make_cafe, make_service, tecou
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
# A Monday, at 13 h in Paris.
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def html_of(client: Client, address: str = "/cafes/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def names(asked: public.Asked, now: dt.datetime = NOW) -> list[str]:
    return [line.cafe.name for line in public.lines_of(public.ordered(asked, now))]


def far() -> Commune:
    return make_commune("31555", "Toulouse", lat=43.60, lon=1.44, postal_code="31000")


def open_at(cafe: Cafe, hours: str, now: dt.datetime = NOW) -> None:
    services.set_hours(cafe=cafe, hours=hours, actor=ACTOR, now=now)


def test_without_cafés_the_page_says_so(client: Client) -> None:
    html = html_of(client)
    assert "Aucun café n’est encore enregistré." in html
    assert "<b>0 café</b>" in html


def test_closed_and_left_cafés_are_not_in_the_list_but_keep_their_page(client: Client) -> None:
    make_cafe("Ouvert")
    closed = make_cafe("Fini", activity=Activity.CLOSED)
    left = make_cafe("Parti", relation=Relation.LEFT)
    html = html_of(client)
    assert "Ouvert" in html
    assert "Fini" not in html
    assert "Parti" not in html
    assert "Ce café est fermé." in html_of(client, closed.get_absolute_url())
    assert "ne fait plus partie du réseau" in html_of(client, left.get_absolute_url())
    assert client.get("/cafes/999999/").status_code == 404


class TestFilter:
    def test_each_question(self) -> None:
        zinc = make_cafe("Zinc", wheelchair=Wheelchair.YES)
        make_service(zinc, "pain")
        asso = make_cafe("Asso", far(), model=CafeModel.ASSOCIATIVE, variant=CafeVariant.CLASSIC)
        make_service(asso, "pain", status=ServiceStatus.WANTED)
        assert names(public.Asked()) == ["Asso", "Zinc"]
        assert names(public.Asked(accessible=True)) == ["Zinc"]
        assert names(public.Asked(services=("pain",))) == ["Zinc"]
        assert names(public.Asked(model=CafeModel.ASSOCIATIVE)) == ["Asso"]
        assert names(public.Asked(kinds=("associative",))) == ["Asso"]
        assert names(public.Asked(departement="81")) == ["Zinc"]
        assert names(public.Asked(near=(43.60, 1.44))) == ["Asso", "Zinc"]
        assert names(public.Asked(near=(48.85, 2.35))) == []

    def test_open_now_tonight_and_on_sunday(self) -> None:
        open_at(make_cafe("Midi"), "Mo-Fr 08:00-14:00")
        open_at(make_cafe("Soir"), "Mo-Fr 17:00-22:00")
        open_at(make_cafe("Dimanche"), "Su 10:00-12:00")
        opening = make_cafe("Bientôt", activity=Activity.OPENING)
        open_at(opening, "24/7")
        assert names(public.Asked(open="maintenant")) == ["Midi"]
        assert names(public.Asked(open="soir")) == ["Soir"]
        assert names(public.Asked(open="dimanche")) == ["Dimanche"]
        late = NOW + dt.timedelta(hours=10)
        assert names(public.Asked(open="soir"), late) == []

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("ou=Nulle-Part-Du-Tout", "Nulle-Part-Du-Tout"),
            ("pres=ici", "n’est pas une position"),
            ("pres=143.85,1.95", "n’est pas une position"),
            ("sorte=bleue", "n’est pas dans la liste"),
            ("service=magie", "n’est pas dans la liste"),
            ("departement=999", "n’est pas dans la liste"),
            ("ouvert=hier", "n’est pas dans la liste"),
            ("modele=x", "n’est pas dans la liste"),
        ],
    )
    def test_a_wrong_filter_is_said_and_shows_nothing(self, client: Client, query: str, said: str) -> None:
        make_cafe("Zinc")
        html = html_of(client, f"/cafes/?{query}")
        assert said in html
        assert "Corrigez le filtre" in html
        assert "Zinc</a>" not in html

    def test_near_a_commune_with_distances(self, client: Client) -> None:
        make_cafe("Zinc")
        make_cafe("Loin", far())
        html = html_of(client, "/cafes/?ou=T%C3%A9cou")
        assert "à vol d’oiseau de Técou (81)" in html
        assert html.index("Zinc</a>") < html.index("Loin</a>")
        assert "50 km" in html

    def test_a_position_is_kept_to_a_kilometre(self, client: Client) -> None:
        make_cafe("Zinc")
        assert "votre position" in html_of(client, "/cafes/?pres=43.851234,1.951234")
        assert public.Asked(near=(43.85, 1.95)).is_filtered


def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    client: Client, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    open_at(make_cafe("Zinc 0"), "24/7", now)
    html_of(client)
    for expected, count in ((1, 0), (20, 24)):
        for number in range(count):
            cafe = make_cafe(f"Zinc {number + 1}")
            open_at(cafe, "24/7", now)
            make_service(cafe, "pain")
        with django_assert_num_queries(8):
            html = html_of(client)
        assert html.count("cafe__name") == expected
        assert html.count("Ouvert jour et nuit") == expected
    assert "page=2" in html


class TestPage:
    def test_hours_first_then_how_to_come(self, client: Client) -> None:
        cafe = make_cafe("Zinc", phone="01 99 00 12 34", espresso_cents=140)
        services.set_hours(cafe=cafe, hours="Tu-Sa 08:00-19:30; PH off", actor=ACTOR, now=timezone.now())
        today = timezone.localdate()
        services.add_exception(cafe=cafe, first=today, note="Mariage", actor=ACTOR, now=timezone.now())
        make_service(cafe, "pain")
        html = html_of(client, cafe.get_absolute_url())
        assert html.index("Horaires") < html.index("Venir") < html.index("Sur place")
        assert "Mardi" in html
        assert "8\u00a0h\u00a0–\u00a019\u00a0h\u00a030" in html
        assert "fermé (Mariage)" in html
        assert "tel:0199001234" in html
        assert "1,40" in html
        assert "Dépôt de pain" in html

    def test_a_café_that_moves_says_where(self, client: Client) -> None:
        cafe = make_cafe("Roulotte", model=CafeModel.ITINERANT, variant=CafeVariant.SEASONAL)
        details = StopDetails("Place du marché", tecou(), "Fr 18:00-22:00")
        services.set_stop(cafe=cafe, details=details, actor=ACTOR, now=timezone.now())
        html = html_of(client, cafe.get_absolute_url())
        assert "Où le trouver" in html
        assert "Place du marché" in html

    def test_near_ones_and_the_commune_s_page(self, client: Client) -> None:
        cafe = make_cafe("Zinc")
        make_cafe("Loin", far())
        assert "Loin</a>" in html_of(client, cafe.get_absolute_url())
        html = html_of(client, cafe.commune.get_absolute_url())
        assert "Les cafés du réseau autour" in html
        assert "Zinc</a>" in html

    def test_the_search_finds_it(self, client: Client) -> None:
        make_cafe("La Bascule")
        make_cafe("La Bascule finie", activity=Activity.CLOSED)
        html = html_of(client, "/chercher/?q=bascule")
        assert "La Bascule" in html
        assert "finie" not in html
