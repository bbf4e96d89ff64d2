"""The formula: hand-computed minutes, terrain, band, symmetry, and the reach that bounds it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.engines.geo.distances import MOUNTAIN, PLAIN, UNKNOWN, Points, great_circle_km
from millecafes.engines.geo.travel import FORMULA, FormulaTimes, Minutes
from tests.engines.geo.spaces import points

TEN_KM = 10 / 6371.0088 * 180 / np.pi  # degrees of latitude


def pair(km_degrees: float, terrain: float = PLAIN, other: float = PLAIN) -> tuple[Points, Points]:
    return (
        Points(np.array([2.0]), np.array([45.0]), np.array([terrain])),
        Points(np.array([2.0]), np.array([45.0 + km_degrees]), np.array([other])),
    )


def test_ten_kilometres_in_the_plain():
    minutes = FormulaTimes().times(*pair(TEN_KM))
    # 1.42 x 10^0.93 = 12.086 by hand; band 0.849t - 1.463 and 1.310t + 2.837.
    assert minutes.value[0] == pytest.approx(12.086, abs=1e-3)
    assert minutes.low[0] == pytest.approx(8.798, abs=1e-3)
    assert minutes.high[0] == pytest.approx(18.670, abs=2e-3)
    assert minutes.provenance.tolist() == [FORMULA]


@pytest.mark.parametrize(
    ("a", "b", "factor"),
    [(PLAIN, PLAIN, 1), (PLAIN, MOUNTAIN, 1.35), (MOUNTAIN, MOUNTAIN, 1.35), (UNKNOWN, MOUNTAIN, 1.35)],
)
def test_terrain_is_the_harder_end(a, b, factor):
    plain = FormulaTimes().times(*pair(TEN_KM)).value[0]
    assert FormulaTimes().times(*pair(TEN_KM, a, b)).value[0] == pytest.approx(factor * plain)


def test_unknown_terrain_keeps_the_value_and_widens_the_band():
    known, unknown = FormulaTimes().times(*pair(TEN_KM)), FormulaTimes().times(*pair(TEN_KM, UNKNOWN))
    assert unknown.value[0] == known.value[0]
    assert unknown.low[0] == known.low[0]
    assert unknown.high[0] > known.high[0]


@given(points(smallest=1), st.randoms(use_true_random=False))
def test_symmetric_ordered_and_never_negative(places, random):
    index = np.array([random.randrange(len(places)) for _ in range(len(places))])
    other, formula = places.take(index), FormulaTimes()
    there, back = formula.times(places, other), formula.times(other, places)
    assert there.value.tolist() == back.value.tolist()
    assert there.low.tolist() == back.low.tolist()
    assert there.high.tolist() == back.high.tolist()
    assert (there.low >= 0).all()
    assert (there.low <= there.value).all()
    assert (there.value <= there.high).all()
    assert (formula.times(places, places).value == 0).all()


@given(points(smallest=1), points(smallest=1))
def test_nobody_goes_farther_than_the_reach(places, others):
    index = np.arange(len(places)) % len(others)
    destinations, formula = others.take(index), FormulaTimes()
    minutes = formula.times(places, destinations).value
    assert (great_circle_km(places, destinations) <= formula.reach_km(minutes, places) * (1 + 1e-9)).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [("scale", 0.0), ("power", 1.2), ("mountain", 1.0), ("mountain_high", 1.2), ("low_scale", 1.1)],
)
def test_bad_parameters_are_named(field, value):
    with pytest.raises(ValueError, match=rf"^{field} \(.*\): expected from .* to .*, got {value}"):
        FormulaTimes(**{field: value})


def test_minutes_refuse_a_band_upside_down():
    one, two = np.array([1.0]), np.array([2.0])
    with pytest.raises(ValueError, match="0 <= low <= value <= high"):
        Minutes(one, two, two, np.array([FORMULA]))
    with pytest.raises(ValueError, match="expected one shape"):
        Minutes(one, one, np.array([1.0, 2.0]), np.array([FORMULA]))
