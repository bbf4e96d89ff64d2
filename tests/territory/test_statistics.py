"""Figures of areas against hand computation, distributions, ranks, and what stays unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.territory.enums import AreaKind, Service, ValueStatus, Zone
from millecafes.territory.indicators import AREA_INDICATORS
from millecafes.territory.models import AreaStatistic, Commune, Distribution, Epci, IndicatorValue, Supply
from millecafes.territory.queries.statistics import (
    FRANCE,
    NATIONAL_KEYS,
    area_rows,
    distributions,
    national_figures,
)
from millecafes.territory.ratios import rank
from millecafes.territory.services.access import refresh_access, refresh_statistics
from millecafes.territory.solving.statistics import AGGREGATES, Areas, weighted_medians
from tests.factories.access import NOW, make_dataset, make_road, make_supply, make_values
from tests.factories.territory import make_commune

database = [pytest.mark.django_db, pytest.mark.database]


def value(key: str, kind: AreaKind = AreaKind.FRANCE, code: str = FRANCE) -> tuple:
    row = AreaStatistic.objects.get(kind=kind, code=code, indicator=key)
    number = None if row.value is None else round(row.value, 4)
    return number, row.status, row.known, row.total


@pytest.fixture
def road(db: None) -> None:
    """Five communes of which four under 3,500, in two EPCI; one has no known population."""
    make_road(100, 300, 600, 5_000)
    make_commune("81005", "Sans population", population=None, lon=2.4, lat=43.8)
    make_commune("98735", "Papeete", zone=Zone.COM, population=26_000)
    west = Epci.objects.create(code="200000001", name="CC de l'Ouest", kind="CC")
    Commune.objects.filter(code__in=["81001", "81002"]).update(epci=west)


@pytest.mark.django_db
@pytest.mark.database
def test_packages_alone_give_counts_and_nothing_else(road):
    refresh_access(now=NOW)
    refresh_statistics(now=NOW)
    assert value("communes") == (5, "ok", 5, 5)
    assert value("communes_eligible") == (3, "ok", 4, 5)
    assert value("population") == (6_000, "ok", 4, 5)
    assert value("population_eligible_share") == (round(100 * 1_000 / 6_000, 4), "ok", 4, 5)
    for key in set(AREA_INDICATORS) - {
        "communes",
        "communes_eligible",
        "population",
        "population_eligible_share",
    }:
        # The assumption gives minutes to communes, but no statistics.
        assert value(key)[:3] == (None, ValueStatus.ND, 0), key
    assert value("communes_eligible", AreaKind.EPCI, "200000001") == (2, "ok", 2, 2)
    assert not Distribution.objects.exists()


@pytest.mark.django_db
@pytest.mark.database
def test_supply_and_minutes_by_hand(road):
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1, c81004=3)
    bpe = make_dataset("bpe", "2019")
    make_supply(bpe, Service.FOOD, c81003=1)
    make_supply(bpe, Service.GROCERY, c81003=1)
    Supply.objects.create(
        commune_id="81002", service=Service.DRINKS, count=1, declared_by="cafe:1", declared_on=NOW.date()
    )
    refresh_access(now=NOW)
    refresh_statistics(now=NOW)
    # Two of the three small communes have no 56.30Z; a declared place is not in that source.
    assert value("no_drinks_share") == (66.6667, "ok", 3, 3)
    assert value("no_food_share") == (66.6667, "ok", 3, 3)
    assert value("no_food_share", AreaKind.EPCI, "200000001") == (100, "ok", 2, 2)
    # 600 of 1,000 people live in 81003, one step (9.85 min) from the declared place or from 81004.
    assert value("minutes_drinks") == (pytest.approx(9.8525, abs=0.01), "ok", 3, 3)
    assert value("minutes_grocery") == (0, "ok", 3, 3)
    assert value("minutes_grocery", AreaKind.EPCI, "200000001")[0] == pytest.approx(9.85, abs=0.01)


@pytest.mark.django_db
@pytest.mark.database
def test_shares_add_counts_of_one_dataset_only(road):
    census, other = make_dataset("rp_population"), make_dataset("comparateur")
    make_values(census, "pop_census", c81001=100, c81002=300, c81004=5_000)
    make_values(census, "age_60_plus", c81001=50, c81002=60)
    make_values(other, "age_60_plus", c81004=5_000)
    make_values(make_dataset("frr"), "frr", c81001=1, c81002=0, c81004=1)
    IndicatorValue.objects.create(
        commune_id="81003", indicator="pop_census", status=ValueStatus.SECRET, dataset=census
    )
    refresh_statistics(now=NOW)
    assert value("share_60_plus") == (27.5, "ok", 2, 5)
    assert value("frr_share") == (50, "ok", 2, 3)
    assert value("share_vacant") == (None, ValueStatus.ND, 0, 5)


@pytest.mark.django_db
@pytest.mark.database
def test_distributions_by_density_and_among_the_small(road):
    census = make_dataset("rp_population")
    make_values(make_dataset("grilles"), "density", c81001=7, c81002=7, c81003=6, c81004=3)
    make_values(census, "pop_census", c81001=100, c81002=300, c81003=600, c81004=5_000)
    make_values(census, "age_60_plus", c81001=100, c81002=60, c81003=300, c81004=1_000)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81002=1)
    refresh_access(now=NOW)
    refresh_statistics(now=NOW)
    found = {(row.indicator, row.density): row for row in Distribution.objects.all()}
    assert all(len(row.quantiles) == 101 for row in found.values())
    # 81001 has 100 inhabitants: its census share is not one to compare with.
    assert (found["share_60_plus", 7].count, found["share_60_plus", 7].quantiles[0]) == (1, 20)
    assert found["share_60_plus", 0].count == 2
    assert found["share_60_plus", 3].quantiles[50] == 20
    assert found["pop_census", 0].quantiles[::50] == [100, 300, 600]
    assert found["minutes:drinks", 7].quantiles[0] == 0
    assert found["minutes:drinks", 7].count == 2
    assert ("minutes:bread", 0) not in found  # assumed, not loaded
    assert not any(key == "density" for key, _ in found)
    assert set(distributions(None, ["pop_census"])) == {"pop_census"}


@pytest.mark.django_db
@pytest.mark.database
def test_national_figures_say_where_they_come_from(road, django_assert_num_queries):
    make_dataset("decoupage_administratif", "2026")
    make_supply(make_dataset("sirene_5630z", "2026-04"), Service.DRINKS, c81001=1)
    refresh_access(now=NOW)
    refresh_statistics(now=NOW)
    with django_assert_num_queries(2):
        figures = {figure.key: figure for figure in national_figures()}
    assert list(figures) == list(NATIONAL_KEYS)
    assert (figures["communes_eligible"].value, figures["communes_eligible"].vintage) == (3, "2026")
    assert figures["no_drinks_share"].vintage == "2026-04"
    assert "Sirene" in figures["no_drinks_share"].source
    assert not figures["no_food_share"].known
    assert all(figure.definition and figure.unit and figure.source for figure in figures.values())


@pytest.mark.django_db
def test_before_any_computation_nothing_is_known():
    assert [figure.known for figure in national_figures()] == [False] * len(NATIONAL_KEYS)
    assert area_rows(AreaKind.REGION) == []


@pytest.mark.django_db
@pytest.mark.database
def test_area_rows_by_name_with_constant_queries(road, django_assert_num_queries):
    refresh_statistics(now=NOW)
    with django_assert_num_queries(2):
        rows = area_rows(AreaKind.EPCI, indicators=["communes", "frr_share"])
    assert [row.name for row in rows] == ["CC 200066124", "CC de l'Ouest"]
    assert [row.values["communes"].value for row in rows] == [3, 2]
    assert rows[0].values["frr_share"].status == ValueStatus.ND
    assert set(rows[0].values) == {"communes", "frr_share"}
    assert [row.code for row in area_rows(AreaKind.EPCI, codes=["200000001"])] == ["200000001"]
    assert area_rows(AreaKind.FRANCE)[0].name == "France"


@pytest.mark.django_db
@pytest.mark.database
def test_computing_again_replaces(road):
    refresh_statistics(now=NOW)
    before = AreaStatistic.objects.count()
    Commune.objects.filter(pk="81001").update(population=150)
    refresh_statistics(now=NOW)
    assert AreaStatistic.objects.count() == before
    assert value("population")[0] == 6_050


def test_every_area_indicator_has_its_computation():
    assert set(AGGREGATES) == set(AREA_INDICATORS)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(-1, 2), st.booleans()), max_size=40)
)
def test_weighted_median_equals_repeating_each_value(rows):
    values = np.array([np.nan if unknown else float(v) for v, _, _, unknown in rows])
    weights = np.array([float(w) for _, w, _, _ in rows])
    areas = Areas(AreaKind.REGION, ["a", "b", "c"], np.array([a for _, _, a, _ in rows], dtype=int))
    got = weighted_medians(values, weights, areas)
    for area in range(3):
        people = sorted(v for v, w, a, unknown in rows if a == area and not unknown for _ in range(w))
        expected = people[(len(people) - 1) // 2] if people else np.nan
        assert got[area] == pytest.approx(expected, nan_ok=True)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=300), st.integers(-5, 45))
def test_rank_is_within_a_hundredth_of_counting(values, asked):
    quantiles = np.quantile(values, np.linspace(0, 1, 101)).tolist()
    got = rank(quantiles, asked)
    sample = np.array(values)
    assert got.lower + got.equal + got.higher == pytest.approx(1)
    assert min(got.lower, got.equal, got.higher) >= -1e-12
    # A quantile lies between two neighbouring ranks: one value and one hundredth of slack.
    slack = 1 / max(len(values) - 1, 1) + 0.011
    assert abs(got.lower - (sample < asked).mean()) <= slack
    assert abs(got.higher - (sample > asked).mean()) <= slack


def test_a_plateau_of_zeros_is_level():
    quantiles = [0.0] * 41 + [float(i) for i in range(1, 61)]
    assert rank(quantiles, 0).lower == 0
    assert rank(quantiles, 0).equal == pytest.approx(0.4)
    assert rank(quantiles, 99).lower == 1
    assert rank(quantiles, -1).higher == 1


def test_a_value_rounded_as_its_quantiles_is_level_with_them():
    """Quantiles are stored with four decimals: a third is not above itself."""
    quantiles = [0.0] * 50 + [round(100 / 3, 4)] * 51
    assert rank(quantiles, 100 / 3).equal == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "comme 60\u202f% des communes comparables"),
        (30.5, "plus que 90\u202f% des communes comparables"),
        (40, "plus que 99\u202f% des communes comparables"),  # the largest: never more than itself
        (-1, "moins que 99\u202f% des communes comparables"),
    ],
)
def test_rank_in_words(value, words):
    quantiles = [0.0] * 61 + [float(i) for i in range(1, 41)]
    assert rank(quantiles, value).words("plus que", "moins que") == words
