"""Sparse neighbours equal the dense comparison."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.engines.geo.distances import Points, great_circle_km
from millecafes.engines.geo.neighbours import Neighbours, within_km, within_minutes
from millecafes.engines.geo.travel import FormulaTimes
from tests.engines.geo.spaces import every_minute, points


@given(points(), points(), st.floats(0, 60))
def test_minutes_equal_the_dense_table(origins, sites, minutes):
    got = within_minutes(origins, sites, minutes=minutes, times=FormulaTimes())
    table = every_minute(origins, sites, FormulaTimes())
    assert len(got) == len(origins)
    for i in range(len(origins)):
        expected = np.flatnonzero(table[i] <= minutes)
        assert got.row(i).tolist() == expected.tolist()
        assert got.weight[got.indptr[i] : got.indptr[i + 1]].tolist() == table[i][expected].tolist()


@given(points(), points(), st.floats(0, 200))
def test_kilometres_equal_the_dense_table(origins, sites, km):
    got = within_km(origins, sites, km=km)
    for i in range(len(origins)):
        one = origins.take(np.full(len(sites), i))
        assert got.row(i).tolist() == np.flatnonzero(great_circle_km(one, sites) <= km).tolist()


@given(points(), st.floats(0, 60))
def test_neighbourhood_is_mutual(places, minutes):
    matrix = within_minutes(places, places, minutes=minutes, times=FormulaTimes()).matrix()
    assert abs(matrix - matrix.T).nnz == 0
    assert matrix.nnz >= len(places)  # each its own neighbour, at 0 minutes, stored


def test_radius_out_of_range_is_named():
    one = Points(np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match=r"km \(kilometres\): expected from 0 to 20015, got -1"):
        within_km(one, one, km=-1)
    with pytest.raises(ValueError, match=r"minutes \(minutes\): expected from 0 to 600, got 601"):
        within_minutes(one, one, minutes=601, times=FormulaTimes())


@pytest.mark.parametrize(
    ("indptr", "indices", "weight", "message"),
    [
        ([0, 2, 1], [0], [1.0], "indptr"),
        ([0, 1], [0], [], "indices, weight: expected 1 values"),
        ([0, 1], [5], [1.0], "indices: expected positions from 0 to 2"),
        ([0, 1], [0], [-1.0], "weight"),
    ],
)
def test_broken_structures_are_named(indptr, indices, weight, message):
    with pytest.raises(ValueError, match=message):
        Neighbours(np.array(indptr), np.array(indices, dtype=int), np.array(weight), 3)
