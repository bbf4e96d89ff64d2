"""Minutes to services: hand-computed roads, unknowns, landmasses, declarations, incremental updates."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millecafes.common.actors import command
from millecafes.territory.enums import BASIC_SERVICES, Provenance, RunState, Service, SupplyBasis, Zone
from millecafes.territory.models import AccessTime, AreaStatistic, ImportRun, IndicatorValue, Supply
from millecafes.territory.queries.access import access_times
from millecafes.territory.services.access import declare_supply, refresh_access, refresh_statistics
from tests.factories.access import (
    NOW,
    TODAY,
    make_dataset,
    make_road,
    make_supply,
    make_values,
    minutes_to,
)
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ACTOR = command("tests")
# 0.1, 0.2 and 0.3 degree of longitude at 43.8 degrees north are 8.0256, 16.0512 and 24.0768 km.
STEP, TWO_STEPS, THREE_STEPS = 9.85, 18.77, 27.36


def declare(commune: str, count: int, by: str = "cafe:1", service: Service = Service.DRINKS) -> None:
    declare_supply(
        actor=ACTOR, commune=commune, service=service, count=count, declared_by=by, on=TODAY, now=NOW
    )


def test_the_road_by_hand():
    make_road(500, 500, 500, 500)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1, c81004=2)
    assert refresh_access(now=NOW) == 4 * len(BASIC_SERVICES)
    assert minutes_to(Service.DRINKS) == {
        "81001": (0, "81001", THREE_STEPS, "81004"),
        "81002": (STEP, "81001", TWO_STEPS, "81004"),
        "81003": (STEP, "81004", STEP, "81004"),
        "81004": (0, "81004", 0, "81004"),
    }
    row = AccessTime.objects.get(commune="81003", service=Service.DRINKS)
    assert (row.provenance, row.basis) == (Provenance.FORMULA, SupplyBasis.LOADED)
    assert 0 < row.low < row.minutes < row.high
    assert row.computed_at == NOW
    here = AccessTime.objects.get(commune="81004", service=Service.DRINKS)
    assert (here.provenance, here.low, here.high) == (Provenance.ON_SITE, 0, 0)


def test_a_service_not_loaded_rests_on_the_assumption():
    make_road(500, 3_500, 3_499)
    refresh_access(now=NOW)
    assert minutes_to(Service.BREAD)["81003"] == (STEP, "81002", None, None)
    assert set(AccessTime.objects.values_list("basis", flat=True)) == {SupplyBasis.ASSUMED}


def test_a_replaced_vintage_counts_for_nothing():
    make_road(500, 500)
    make_supply(make_dataset("sirene_5630z", "2025", is_current=False), Service.DRINKS, c81001=1)
    refresh_access(now=NOW)
    assert minutes_to(Service.DRINKS)["81002"] == (None, None, None, None)
    assert AccessTime.objects.filter(basis=SupplyBasis.LOADED).count() == 0


def test_nobody_crosses_the_sea_and_no_supply_is_null():
    make_road(500, 500)
    make_commune("2A004", "Ajaccio", population=500, lon=2.05, lat=43.8)
    make_commune("29155", "Ouessant", population=800, lon=2.15, lat=43.8)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c2A004=1, c81001=1)
    refresh_access(now=NOW)
    found = minutes_to(Service.DRINKS)
    assert found["81002"][:2] == (STEP, "81001")
    assert found["81002"][2:] == (None, None)
    assert found["2A004"] == (0, "2A004", None, None)
    assert found["29155"] == (None, None, None, None)


def test_a_commune_without_a_point_has_only_what_stands_in_it():
    make_road(500)
    make_commune("81100", "Sans point", lon=None, lat=None)
    make_commune("81101", "Sans point ni café", lon=None, lat=None)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81100=2)
    refresh_access(now=NOW)
    assert minutes_to(Service.DRINKS) == {
        "81001": (None, None, None, None),
        "81100": (0, "81100", 0, "81100"),
        "81101": (None, None, None, None),
    }


def test_where_the_source_says_nothing_minutes_are_unknown():
    make_road(500, 500, 500)
    dataset = make_dataset("sirene_5630z")
    make_supply(dataset, Service.DRINKS, c81001=1)
    ImportRun.objects.create(
        source="sirene_5630z",
        state=RunState.APPLIED,
        started_at=NOW,
        dataset=dataset,
        summary={"gives": ["supply:drinks"], "unknown": ["81002"]},
    )
    refresh_access(now=NOW)
    assert minutes_to(Service.DRINKS)["81002"] == (None, None, None, None)
    assert minutes_to(Service.DRINKS)["81003"] == (TWO_STEPS, "81001", None, None)
    refresh_statistics(now=NOW)
    share = AreaStatistic.objects.get(kind="france", indicator="no_drinks_share")
    assert (share.value, share.known, share.total) == (50, 2, 3)
    declare("81002", 1)
    assert minutes_to(Service.DRINKS)["81002"] == (0, "81002", STEP, "81001")


def test_overseas_collectivities_are_outside():
    make_road(500)
    make_commune("98735", "Papeete", zone=Zone.COM, lon=2.0, lat=43.8)
    refresh_access(now=NOW)
    assert not AccessTime.objects.filter(commune="98735").exists()
    with pytest.raises(ValidationError, match="hors du programme"):
        declare("98735", 1)


def test_a_massif_slows_and_its_absence_narrows_the_band():
    make_road(500, 500)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1)
    refresh_access(now=NOW)
    unknown = AccessTime.objects.get(commune="81002", service=Service.DRINKS)
    grid = make_dataset("grilles")
    make_values(grid, "massif", c81001=0, c81002=0)
    refresh_access(now=NOW)
    plain = AccessTime.objects.get(commune="81002", service=Service.DRINKS)
    assert (plain.minutes, plain.terrain) == (unknown.minutes, 1.0)
    assert plain.high < unknown.high
    IndicatorValue.objects.filter(commune="81002", indicator="massif").update(value=6)
    refresh_access(now=NOW)
    mountain = AccessTime.objects.get(commune="81002", service=Service.DRINKS)
    assert mountain.minutes == pytest.approx(1.35 * plain.minutes)
    assert mountain.terrain == 1.35


def test_declaring_replaces_what_that_declarer_said():
    make_road(500, 500, 500)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1)
    refresh_access(now=NOW)
    declare("81003", 2)
    assert minutes_to(Service.DRINKS)["81003"] == (0, "81003", 0, "81003")
    declare("81003", 1)
    assert minutes_to(Service.DRINKS)["81003"] == (0, "81003", TWO_STEPS, "81001")
    assert Supply.objects.filter(declared_by="cafe:1").get().count == 1
    declare("81003", 0)
    assert minutes_to(Service.DRINKS)["81003"] == (TWO_STEPS, "81001", None, None)
    assert not Supply.objects.filter(declared_by="cafe:1").exists()


def test_a_declared_place_is_not_added_to_the_dataset():
    make_road(500, 500)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=1)
    declare("81001", 1)
    assert minutes_to(Service.DRINKS)["81001"] == (0, "81001", None, None)
    declare("81001", 1, by="cafe:2")  # two declared cafés are two
    assert minutes_to(Service.DRINKS)["81001"] == (0, "81001", 0, "81001")


def test_declaring_what_has_no_minutes_only_keeps_it():
    make_road(500)
    declare("81001", 1, service=Service.FOOD)
    assert Supply.objects.get().service == Service.FOOD
    assert not AccessTime.objects.exists()


@pytest.mark.parametrize(
    ("commune", "count", "by", "message"),
    [
        ("99999", 1, "cafe:1", "Aucune commune"),
        ("81001", -1, "cafe:1", "attendu de 0 à 1000, reçu -1"),
        ("81001", 1, "  ", "attendu de 1 à 60 caractères"),
        ("81001", 1, "x" * 61, "attendu de 1 à 60 caractères"),
    ],
)
def test_bad_declarations_are_refused(commune, count, by, message):
    make_road(500)
    with pytest.raises(ValidationError, match=message):
        declare(commune, count, by=by)
    assert not Supply.objects.exists()


def stored_minutes() -> list[tuple]:
    """What is stored, without the names of places: two may be just as near."""
    return sorted(
        AccessTime.objects.filter(service=Service.DRINKS).values_list(
            "commune", "minutes", "low", "high", "second_minutes", "second_low", "second_high", "provenance"
        )
    )


@given(
    spots=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=12),
    changes=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3)), min_size=1, max_size=6),
    massif=st.integers(0, 12),
    data=st.data(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_incremental_equals_recomputed(spots, changes, massif, data):
    with transaction.atomic():
        for i, (x, y) in enumerate(spots):
            make_commune(str(81001 + i), f"V{i}", population=900, lon=2 + x / 20, lat=43.8 + y / 20)
        dataset = make_dataset("sirene_5630z")
        make_supply(dataset, Service.DRINKS, c81001=data.draw(st.integers(1, 2)))
        grid = make_dataset("grilles")
        make_values(grid, "massif", **{f"c{81001 + i}": float(i < massif) for i in range(len(spots))})
        refresh_access(services=[Service.DRINKS], now=NOW)
        for place, count in changes:
            declare(str(81001 + place % len(spots)), count)
        stepwise = stored_minutes()
        refresh_access(services=[Service.DRINKS], now=NOW)
        assert stepwise == stored_minutes()
        transaction.set_rollback(True)


def test_only_the_communes_that_may_change_are_written_again():
    make_road(*[500] * 8)
    make_supply(make_dataset("sirene_5630z"), Service.DRINKS, c81001=2, c81008=2)
    refresh_access(now=NOW)
    later = NOW + dt.timedelta(days=1)
    declare_supply(
        actor=ACTOR,
        commune="81007",
        service=Service.DRINKS,
        count=1,
        declared_by="cafe:1",
        on=TODAY,
        now=later,
    )
    changed = AccessTime.objects.filter(computed_at=later)
    assert set(changed.values_list("service", flat=True)) == {Service.DRINKS}
    # Four steps away the new place is level with the second-nearest of today: it may be written again.
    assert set(changed.values_list("commune_id", flat=True)) - {"81004"} == {"81005", "81006", "81007"}


def test_seven_rows_in_order_with_one_query(django_assert_num_queries):
    make_road(500, 4_000)
    refresh_access(now=NOW)
    with django_assert_num_queries(1):
        rows = access_times("81001")
        assert [row.service for row in rows] == list(BASIC_SERVICES)
        assert {row.nearest.name for row in rows} == {"Village 1"}


def test_the_command_computes_minutes_and_aggregates(capsys):
    make_road(500, 4_000)
    call_command("compute_access", "--service", "drinks")
    assert AccessTime.objects.count() == 2
    assert AreaStatistic.objects.filter(kind="france").exists()
    assert "2 temps d’accès" in capsys.readouterr().out
