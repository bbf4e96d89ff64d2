"""The page of a commune: addresses, edge communes, statuses, and a constant number of queries."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from millecafes.common import slots
from millecafes.territory.enums import NameKind, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.models import AccessTime, Commune, IndicatorValue, PlaceName
from millecafes.territory.queries.communes import find
from millecafes.territory.queries.profile import profile
from millecafes.territory.services.access import refresh_access, refresh_statistics
from tests.factories.access import NOW, make_dataset, make_road, make_supply, make_values
from tests.factories.territory import make_commune

MAX_QUERIES = 12


def page(client: Client, code: str) -> str:
    """The text of a commune's page, without tags, spaces made plain."""
    response = client.get(Commune.objects.get(pk=code).get_absolute_url())
    assert response.status_code == 200
    body = response.content.decode().split("<main", 1)[1].split("</main>")[0]
    inline = re.sub(r"</?(?:em|b|a|strong)\b[^>]*>", "", body)
    text = (
        re.sub(r"<[^>]+>", " ", inline).replace("\u202f", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    )
    return " ".join(text.split())


@pytest.fixture
def road(db: None) -> list[Commune]:
    """Four villages and a town along a road, with cafés counted in the last two."""
    communes = make_road(500, 800, 150, 900, 6_000)
    cafes = make_dataset("sirene_5630z", "2026-04")
    make_supply(cafes, Service.DRINKS, c81004=1, c81005=3)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)
    return communes


def test_verdict_and_minutes(client: Client, road: list[Commune]) -> None:
    text = page(client, "81003")
    assert "Le premier café est à 10 minutes de voiture, à Village 3." in text
    assert "si le plus proche ferme : " in text
    assert "INSEE, Base Sirene : débits de boissons (code 56.30Z)" in text
    assert "avril 2026" in text
    on_site = page(client, "81004")
    assert "Il y a déjà un débit de boissons à Village 3." in on_site
    assert "Sur place" in on_site


def test_a_source_not_loaded_says_so(client: Client, road: list[Commune]) -> None:
    text = page(client, "81001")
    assert text.count("donnée non chargée, hypothèse") == 6  # every service but cafés
    assert "les communes de 3 500 habitants et plus ont chaque service de base" in text
    facts = profile(find("81001").commune or Commune()).facts
    assert facts["frr"].words == "donnée non chargée"
    assert facts["share_60_plus"].words == "donnée non chargée"
    assert "Revenu médian par an et par unité de consommation donnée non chargée" in text


def test_nothing_loaded_at_all(client: Client, db: None) -> None:
    make_commune(population=1_103)
    text = page(client, "81294")
    assert "1 103 habitants : moins de 3 500, la commune peut déposer un dossier" in text
    assert "Le premier café : donnée non chargée." in text
    assert not re.search(r"(?<!\d)0 min", text)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ValueStatus.SECRET, "secret statistique : moins de 50 ménages ou de 100 personnes"),
        (ValueStatus.ND, "non disponible"),
        (ValueStatus.OUT_OF_SCOPE, "hors du champ de la source"),
        (ValueStatus.NOT_RELEASED, "non diffusé"),
    ],
)
def test_every_status_in_words(client: Client, db: None, status: ValueStatus, words: str) -> None:
    make_commune()
    dataset = make_dataset("filosofi", "2021")
    IndicatorValue.objects.create(
        commune_id="81294", indicator="median_income", status=status, dataset=dataset
    )
    assert f"Revenu médian par an et par unité de consommation {words}" in page(client, "81294")


def test_a_true_zero_is_shown(client: Client, db: None) -> None:
    make_commune()
    dataset = make_dataset("rp_logement", "2021")
    make_values(dataset, "second_homes", c81294=0)
    make_values(dataset, "dwellings", c81294=200)
    assert "Résidences secondaires 0 %" in page(client, "81294")


def test_ranks_among_comparable_communes(client: Client, road: list[Commune]) -> None:
    census = make_dataset("rp_population", "2022")
    make_values(census, "pop_census", c81001=500, c81002=800, c81004=900)
    make_values(census, "age_60_plus", c81001=100, c81002=240, c81004=180)
    refresh_statistics(now=NOW)
    # Minutes: 27, 19, 10, 0 (the town, over 3,500, is not comparable); shares: 20, 30, 20 %.
    assert "plus loin que 99 % des communes comparables" in page(client, "81001")
    assert "plus près que 66 % des communes comparables" in page(client, "81003")
    assert "plus près que 99 % des communes comparables" in page(client, "81004")
    facts = profile(find("81001").commune or Commune()).facts
    assert facts["share_60_plus"].rank_words == "comme 50\u202f% des communes comparables"
    assert re.search(r"60 ans et plus 30 % 20 à 25 % plus que 99 % des communes comp", page(client, "81002"))
    # Its own value is unknown: there are comparable communes, and no rank.
    assert facts["share_vacant"].rank_words == "inconnu"


def test_no_rank_for_an_assumed_service_nor_for_the_value_of_an_epci(db: None) -> None:
    make_road(150, 900, 800, 6_000)
    census = make_dataset("rp_population", "2022")
    make_values(census, "pop_census", c81001=150, c81002=900, c81003=800)
    make_values(census, "age_60_plus", c81001=100, c81002=300, c81003=200)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)
    found = profile(find("81001").commune or Commune())
    assert found.facts["share_60_plus"].pooled
    assert found.facts["share_60_plus"].comparison is not None
    assert found.facts["share_60_plus"].rank_words == "sans rang"
    assert found.drinks.minutes is not None
    assert found.drinks.rank_words == ""


def test_links_to_the_areas_of_the_commune(client: Client, computed: None) -> None:
    commune = Commune.objects.get(pk="81294")
    html = client.get(commune.get_absolute_url()).content.decode()
    links = re.findall(r'href="(/territoires/[a-z]+/\?q=\w+)"', html.split('class="place__facts"')[1])
    assert [link.split("/")[2] for link in links] == ["departement", "region", "epci"]
    for link, name in zip(links, ["Tarn", "Occitanie", commune.epci and commune.epci.name], strict=True):
        listed = unescape(client.get(link).content.decode())
        assert [found.strip() for found in re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)', listed)] == [
            name
        ]
    outside = client.get("/communes/98735-papeete/").content.decode()
    assert 'href="/territoires/departement' not in outside


def test_terrain_is_told_as_an_assumption(client: Client, road: list[Commune]) -> None:
    unknown = "Hypothèse de relief : les massifs ne sont pas connus ici"
    assert unknown in page(client, "81003")
    grid = make_dataset("grilles")
    make_values(grid, "massif", c81001=0, c81002=0, c81003=6, c81004=0, c81005=0)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    factor = "ou y arrive, compte 1,35 fois le temps de plaine"
    assert factor in page(client, "81003")
    for plain in (page(client, "81001"), page(client, "81005")):
        assert factor not in plain
        assert unknown not in plain
    assert profile(find("81003").commune or Commune()).drinks.terrain == 1.35


def test_the_change_of_population_names_its_two_years(client: Client, db: None) -> None:
    make_commune()
    census = make_dataset("rp_population", "2022")
    make_values(census, "pop_census", c81294=1_010)
    make_values(census, "pop_previous", c81294=975)
    unsaid = "(année que le fichier ne dit pas)"
    text = page(client, "81294")
    assert f"Évolution depuis le recensement précédent {unsaid} +3,6 % INSEE, 2022" in text
    assert f"Population au recensement précédent {unsaid} 975" in text
    assert "1 010 habitant·e·s en 2022, 975 au recensement précédent." in text
    census.years = {"pop_previous": "2016"}
    census.save()
    text = page(client, "81294")
    assert "Évolution de la population de 2016 à 2022 +3,6 % 975 habitants en 2016 INSEE, 2022" in text
    assert "Population au recensement précédent (2016) 975" in text
    assert "1 010 habitant·e·s en 2022, 975 en 2016." in text
    assert "ne dit pas" not in text


@pytest.mark.parametrize(
    ("level", "category", "words"),
    [
        (0, "", "hors massif"),
        (6, "Massif Central", "Massif Central"),
        (5, "Massif de l'Est", "Massif de l’Est"),
    ],
)
def test_categories_read_as_words(client: Client, db: None, level: int, category: str, words: str) -> None:
    make_commune()
    IndicatorValue.objects.create(
        commune_id="81294",
        indicator="massif",
        value=level,
        category=category,
        dataset=make_dataset("grilles"),
    )
    assert f"Massif {words} ANCT, 2026" in page(client, "81294")
    assert profile(find("81294").commune or Commune()).facts["massif"].category == words
    assert "Typologie des ruralités donnée non chargée" in page(client, "81294")


def test_small_communes_show_their_epci(client: Client, db: None) -> None:
    make_commune("81294", "Técou", population=150)
    make_commune("81295", "Autre", population=900)
    dataset = make_dataset("rp_population", "2022")
    make_values(dataset, "pop_census", c81294=150, c81295=850)
    make_values(dataset, "age_60_plus", c81294=150, c81295=250)
    text = page(client, "81294")
    assert "60 ans et plus valeur de l’intercommunalité 40 %" in text
    assert "60 ans et plus 29 %" in page(client, "81295")
    assert profile(find("81294").commune or Commune()).pooled


def test_shares_never_mix_two_vintages(db: None) -> None:
    make_commune()
    make_values(make_dataset("rp_population", "2022"), "age_60_plus", c81294=300)
    make_values(make_dataset("comparateur", "2021"), "pop_census", c81294=1_000)
    fact = profile(find("81294").commune or Commune()).facts["share_60_plus"]
    assert fact.value is None
    assert fact.words == "non disponible"


@pytest.mark.parametrize("neighbours", [1, 10])
def test_queries_do_not_grow(
    client: Client, db: None, neighbours: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One for the commune, one for the cafés around, one for the plan; nothing per neighbour or indicator."""
    make_road(*[600] * (neighbours + 1))
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81002=1)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)
    client.get("/communes/81001-village-0/")
    with django_assert_num_queries(11):
        assert client.get("/communes/81001-village-0/").status_code == 200


def test_addresses(client: Client, db: None) -> None:
    ajaccio = make_commune("2A004", "Ajaccio", population=76_320, postal_code="20000")
    PlaceName.objects.create(key="20004", name="Ajaccio", code="20004", kind=NameKind.FORMER, commune=ajaccio)
    canonical = "/communes/2A004-ajaccio/"
    for path in ("/communes/2A004/", "/communes/2a004/", "/communes/2a004-ajaccio/", "/communes/20004/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, canonical)
    assert client.get("/communes/2A004-bastia/")["Location"] == canonical
    assert client.get("/communes/20004-ajaccio/")["Location"] == canonical
    assert client.get(canonical).status_code == 200
    assert client.post(canonical).status_code == 405


@pytest.mark.parametrize("path", ["/communes/99999/", "/communes/99999-tecou/", "/communes/tecou/"])
def test_unknown_is_a_helpful_404(client: Client, db: None, path: str) -> None:
    make_commune()
    response = client.get(path)
    assert response.status_code == 404
    text = response.content.decode()
    assert 'role="search"' in text
    assert ("/communes/81294-tecou/" in text) == ("tecou" in path)


def test_slots_receive_the_commune(client: Client, db: None) -> None:
    make_commune()
    seen: list[Any] = []

    def provider(request: Any, subject: Any) -> str:
        seen.append(subject)
        return ""

    names = ("commune.after_verdict", "commune.after_services", "commune.after_people", "commune.doors")
    for name in names:
        slots.register(name, provider)
    try:
        page(client, "81294")
    finally:
        for name in names:
            slots.unregister(name, provider)
    assert [commune.code for commune in seen] == ["81294"] * 4


# ------------------------------------------------------------------ edge communes of the real packages


@pytest.fixture
def computed(territory: None) -> None:
    """The fixture's communes with minutes and statistics, nothing else being loaded."""
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)


def test_every_edge_commune_has_a_page(client: Client, computed: None) -> None:
    for commune in Commune.objects.all():
        with_words = page(client, commune.code)
        assert commune.name in with_words
        for wrong in (" None", "nan ", " inf "):
            assert wrong not in with_words, commune


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("55039", "La commune ne compte aucun habitant."),
        ("75056", "Paris compte 2 103 778 habitants : c’est trop pour le programme."),
        ("97101", "La réponse changerait si la population municipale passait sous 3 500 habitants."),
        ("97601", "Acoua compte 5 192 habitants"),
        ("98735", "Papeete est hors du programme."),
        ("98411", "est hors du programme."),
        ("60694", "542 habitants : moins de 3 500"),
        ("15031", "217 habitants : moins de 3 500"),
        ("12218", "1 540 habitants : moins de 3 500"),
        ("42084", "507 habitants : moins de 3 500"),
        ("94038", "Autour de L'Haÿ-les-Roses"),
    ],
)
def test_edge_communes(client: Client, computed: None, code: str, words: str) -> None:
    assert words in page(client, code)


def test_overseas_collectivities_have_no_verdict(client: Client, computed: None) -> None:
    for commune in Commune.objects.filter(zone=Zone.COM):
        text = page(client, commune.code)
        assert "À combien de minutes" not in text
        assert "peut déposer un dossier" not in text


def test_districts_and_former_codes_lead_to_today(client: Client, computed: None) -> None:
    assert client.get("/communes/75101/")["Location"] == "/communes/75056-paris/"
    assert not AccessTime.objects.exclude(basis=SupplyBasis.ASSUMED).exists()


def test_queries_stay_under_the_limit(
    client: Client, computed: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for commune in Commune.objects.all():
        with django_assert_max_num_queries(MAX_QUERIES):
            client.get(commune.get_absolute_url())


def test_the_map_and_the_list_say_the_same(client: Client, computed: None) -> None:
    found = profile(find("81294").commune or Commune())
    assert found.surroundings is not None
    html = client.get(found.commune.get_absolute_url()).content.decode()
    listed = re.findall(r'<li><a href="(/communes/[^"]+)"', html.split('class="around"')[1])
    assert listed
    assert listed == [town.place.url for town in found.neighbours]
    points = len(re.findall(r'class="town(?: town--own|__cup)?"', html))
    assert points == len(listed) + 1
    assert len(found.surroundings.drawn) <= 26


def test_page_weight_and_strict_html(client: Client, computed: None) -> None:
    import gzip

    html = client.get("/communes/81294-tecou/").content
    assert len(gzip.compress(html, 6)) <= 25_000
    assert not re.search(rb"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", html)
