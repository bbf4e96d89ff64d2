"""The formula and its band against the OSRM pairs of Gironde (a national file)."""

import csv
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from scipy.optimize import linprog

from millecafes.engines.geo.distances import PLAIN, Points, great_circle_km
from millecafes.engines.geo.travel import FormulaTimes

pytestmark = pytest.mark.national


@pytest.fixture(scope="module")
def pairs(shared_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    """Great-circle km and OSRM minutes of every pair."""
    with (shared_dir / "instances" / "gironde_osrm_2498_pairs.csv").open(newline="") as f:
        rows = list(csv.DictReader(f))
    number = {
        key: np.array([float(row[key]) for row in rows]) for key in ("X1", "Y1", "X2", "Y2", "Dist_min")
    }
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True).transform
    ends = [Points(*map(np.asarray, to_degrees(number[f"X{end}"], number[f"Y{end}"]))) for end in (1, 2)]
    return great_circle_km(*ends), number["Dist_min"]


def formula(km: np.ndarray):
    plain = np.full(km.size, PLAIN)
    north = Points(np.zeros(km.size), np.degrees(km / 6371.0088), plain)
    return FormulaTimes().times(Points(np.zeros(km.size), np.zeros(km.size), plain), north)


def test_mean_error_under_fifteen_kilometres(pairs):
    km, minutes = pairs
    near = km < 15
    error = np.abs(formula(km[near]).value - minutes[near])
    assert near.sum() > 150
    assert error.mean() <= 2.5
    assert np.quantile(error, 0.9) <= 4.2


def test_nine_journeys_out_of_ten_fall_in_the_band(pairs):
    km, minutes = pairs
    near = km < 20
    band = formula(km[near])
    inside = (band.low <= minutes[near]) & (minutes[near] <= band.high)
    assert 0.88 <= inside.mean() <= 0.92


@pytest.mark.parametrize(("quantile", "scale", "shift"), [(0.05, 0.849, -1.463), (0.95, 1.310, 2.837)])
def test_the_band_is_what_the_regression_gives(pairs, quantile, scale, shift):
    """Quantile regression as a linear programme: least weighted sum of gaps above and below."""
    km, minutes = pairs
    near = km < 20
    value, n = formula(km[near]).value, int(near.sum())
    cost = np.concatenate([[0, 0], np.full(n, quantile), np.full(n, 1 - quantile)])
    equal = np.hstack([np.ones((n, 1)), value[:, None], np.eye(n), -np.eye(n)])
    fit = linprog(cost, A_eq=equal, b_eq=minutes[near], bounds=[(None, None)] * 2 + [(0, None)] * (2 * n))
    assert fit.x[:2] == pytest.approx([shift, scale], abs=2e-3)
