"""Great-circle distances: known values, symmetry, agreement of arcs and chords."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.engines.geo.distances import (
    EARTH_RADIUS_KM,
    UNKNOWN,
    Points,
    chord_to_km,
    great_circle_km,
    km_to_chord,
    on_unit_sphere,
)

anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def point(lon: float, lat: float) -> Points:
    return Points(np.array([lon]), np.array([lat]))


def test_known_distances():
    # One degree of a meridian, a quarter of the equator, half a turn from pole to pole.
    ends = [((0, 0), (0, 1)), ((0, 0), (90, 0)), ((12, -90), (50, 90))]
    expected = [np.pi * EARTH_RADIUS_KM * share for share in (1 / 180, 1 / 2, 1)]
    got = [float(great_circle_km(point(*a), point(*b))[0]) for a, b in ends]
    assert got == pytest.approx(expected, rel=1e-12)


def test_paris_to_toulouse():
    # Notre-Dame to the Capitole: 588.5 km on the WGS84 ellipsoid; the sphere is within 0.3 %.
    assert great_circle_km(point(2.3499, 48.8530), point(1.4437, 43.6045))[0] == pytest.approx(
        588.5, rel=3e-3
    )


@given(anywhere, anywhere)
def test_symmetric_and_never_negative(a, b):
    there, back = great_circle_km(point(*a), point(*b)), great_circle_km(point(*b), point(*a))
    assert there[0] == back[0]
    assert 0 <= there[0] <= np.pi * EARTH_RADIUS_KM * (1 + 1e-12)
    assert great_circle_km(point(*a), point(*a))[0] == 0


@given(anywhere, anywhere)
def test_chord_gives_the_same_arc(a, b):
    chord = np.linalg.norm(on_unit_sphere(point(*a)) - on_unit_sphere(point(*b)), axis=1)
    # Near the antipodes one last digit of a chord is worth a tenth of a kilometre.
    assert chord_to_km(chord)[0] == pytest.approx(
        great_circle_km(point(*a), point(*b))[0], rel=1e-5, abs=1e-6
    )


@given(st.floats(0, 20_000))
def test_km_and_chord_are_inverse(km):
    assert chord_to_km(np.array([km_to_chord(km)]))[0] == pytest.approx(km, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("lon", "lat", "terrain", "message"),
    [
        ([181.0], [0.0], [], r"lon \(degrees\): expected from -180 to 180, got 181.0"),
        ([0.0], [np.nan], [], r"lat \(degrees\): expected from -90 to 90, got nan"),
        ([0.0], [0.0, 1.0], [], "expected one length"),
        ([0.0], [0.0], [0.3], "terrain: expected PLAIN"),
        ([[0.0]], [0.0], [], "lon: expected one dimension, got 2"),
    ],
)
def test_bad_points_are_named(lon, lat, terrain, message):
    with pytest.raises(ValueError, match=message):
        Points(np.array(lon), np.array(lat), np.array(terrain))


def test_terrain_is_unknown_unless_said():
    assert point(1, 2).terrain.tolist() == [UNKNOWN]


def test_pairs_need_as_many_ends():
    with pytest.raises(ValueError, match="expected one length, got 1, 2"):
        great_circle_km(point(0, 0), Points(np.zeros(2), np.zeros(2)))
