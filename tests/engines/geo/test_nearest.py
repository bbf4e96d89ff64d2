"""Nearest and second-nearest: equal to the exhaustive search, with any truthful provider."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millecafes.engines.geo.distances import MOUNTAIN, PLAIN, Floats, Points
from millecafes.engines.geo.nearest import NOWHERE, nearest_two
from millecafes.engines.geo.travel import FORMULA, ON_SITE, FormulaTimes, Minutes
from tests.engines.geo.spaces import every_minute, points


@dataclass(frozen=True)
class Winding:
    """Roads whose detour depends on both ends: near as the crow flies is not near by car."""

    formula: FormulaTimes = field(default_factory=FormulaTimes)

    def times(self, origins: Points, destinations: Points) -> Minutes:
        straight = self.formula.times(origins, destinations).value
        parity = np.round(
            origins.lon * 100 + destinations.lon * 100 + origins.lat * 100 + destinations.lat * 100
        )
        value = straight * np.where(parity % 3 == 0, 1.0, 2.2)
        return Minutes(value, value, value, np.full(value.shape, FORMULA))

    def reach_km(self, minutes: Floats, origins: Points) -> Floats:
        return self.formula.reach_km(minutes, origins)


@st.composite
def cases(draw: st.DrawFn):
    """Origins, a supply of which some are origins themselves, and counts."""
    origins = draw(points(smallest=1, largest=10))
    elsewhere = draw(points(largest=14))
    has = np.array(draw(st.lists(st.booleans(), min_size=len(origins), max_size=len(origins))), dtype=bool)
    supply = Points(
        np.concatenate([origins.lon[has], elsewhere.lon]),
        np.concatenate([origins.lat[has], elsewhere.lat]),
        np.concatenate([origins.terrain[has], elsewhere.terrain]),
    )
    own = np.full(len(origins), NOWHERE)
    own[has] = np.arange(has.sum())
    counts = np.array([draw(st.integers(1, 3)) for _ in range(len(supply))], dtype=np.int64)
    return origins, supply, counts, own


@pytest.mark.parametrize("times", [FormulaTimes(), Winding()])
@given(case=cases())
@settings(max_examples=80)
def test_equals_the_exhaustive_search(times, case):
    origins, supply, counts, own = case
    got = nearest_two(origins, supply, counts, own=own, times=times)
    table = every_minute(origins, supply, times)
    for i in range(len(origins)):
        row = table[i].copy()
        if own[i] >= 0:
            row[own[i]] = 0.0
        # One entry per place, not per spot.
        sorted_minutes = np.sort(np.repeat(row, counts))
        expected = np.concatenate([sorted_minutes, [np.nan, np.nan]])[:2]
        assert [got.minutes[i], got.second_minutes[i]] == pytest.approx(expected, nan_ok=True, rel=1e-9)
        assert (got.place[i] == NOWHERE) == np.isnan(expected[0])
        assert (got.second[i] == NOWHERE) == np.isnan(expected[1])
        if own[i] >= 0:
            assert (got.place[i], got.provenance[i]) == (own[i], ON_SITE)
        elif got.place[i] >= 0:
            assert row[got.place[i]] == pytest.approx(got.minutes[i])
            assert got.provenance[i] == FORMULA
        if got.second[i] >= 0:
            assert row[got.second[i]] == pytest.approx(got.second_minutes[i])


def test_a_mountain_may_hide_the_nearest_behind_many():
    """From the plain, ten closer villages in the massif lose to one a little farther in the plain."""
    origin = Points(np.array([2.0]), np.array([45.0]), np.array([PLAIN]))
    lat = np.concatenate([45.0 + np.linspace(0.100, 0.109, 10), [45.0 - 0.12]])
    supply = Points(np.full(11, 2.0), lat, np.array([MOUNTAIN] * 10 + [PLAIN]))
    got = nearest_two(origin, supply, np.ones(11, dtype=int), own=np.array([-1]), times=FormulaTimes())
    assert (got.place[0], got.second[0]) == (10, 0)


def test_two_bakeries_in_one_village_are_two_places():
    places = Points(np.array([2.0, 2.1]), np.array([45.0, 45.0]))
    got = nearest_two(places, places, np.array([2, 1]), own=np.array([0, 1]), times=FormulaTimes())
    assert got.place.tolist() == [0, 1]
    assert got.second.tolist() == [0, 0]
    assert got.minutes.tolist() == [0, 0]
    assert got.second_minutes[0] == 0
    assert got.second_minutes[1] > 5


def test_no_supply_is_nowhere_not_zero():
    origin = Points(np.array([2.0]), np.array([45.0]))
    empty = Points(np.empty(0), np.empty(0))
    got = nearest_two(origin, empty, np.empty(0, dtype=int), own=np.array([-1]), times=FormulaTimes())
    assert got.place.tolist() == got.second.tolist() == [NOWHERE]
    assert np.isnan(got.minutes[0])
    assert np.isnan(got.high[0])
    assert got.provenance.tolist() == [""]


def test_bad_counts_and_own_are_named():
    spot = Points(np.array([2.0]), np.array([45.0]))
    with pytest.raises(ValueError, match=r"counts \(places\): expected 1 whole numbers, 1 or more"):
        nearest_two(spot, spot, np.array([0]), own=np.array([0]), times=FormulaTimes())
    with pytest.raises(ValueError, match="own: expected 1 positions from -1 to 0"):
        nearest_two(spot, spot, np.array([1]), own=np.array([3]), times=FormulaTimes())
