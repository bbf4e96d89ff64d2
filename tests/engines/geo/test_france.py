"""Nearest places on the real communes of France (national files)."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from millecafes.engines.geo.distances import Points
from millecafes.engines.geo.nearest import NOWHERE, Nearest, nearest_two
from millecafes.engines.geo.neighbours import within_minutes
from millecafes.engines.geo.travel import FormulaTimes
from tests.engines.geo.spaces import every_minute

pytestmark = pytest.mark.national


@pytest.fixture(scope="module")
def france(shared_dir: Path) -> tuple[Points, np.ndarray, Points, np.ndarray, np.ndarray]:
    """Metropolitan communes, their populations, those with a bar, how many, and where each stands."""
    with np.load(shared_dir / "instances" / "siting_france_2026.npz") as data:
        metro = data["metro"]
        codes, population = data["code"][metro].tolist(), data["population"][metro]
        points = Points(data["lon"][metro], data["lat"][metro])
    table = pq.read_table(shared_dir / "data" / "sirene_5630Z_actifs_par_commune_2026.parquet")
    code_column, count_column = table.column_names[:2]
    bars = dict(zip(table[code_column].to_pylist(), table[count_column].to_pylist(), strict=True))
    counts = np.array([int(bars.get(code, 0)) for code in codes])
    places = np.flatnonzero(counts)
    own = np.full(len(codes), NOWHERE)
    own[places] = np.arange(places.size)
    return points, population, points.take(places), counts[places], own


@pytest.fixture(scope="module")
def found(france) -> Nearest:
    points, _, supply, counts, own = france
    return nearest_two(points, supply, counts, own=own, times=FormulaTimes())


def test_two_hundred_communes_against_every_bar(france, found):
    points, _, supply, counts, own = france
    sample = np.random.default_rng(2026).choice(len(points), 200, replace=False)
    table = every_minute_by_row(points.take(sample), supply)
    for row, i in enumerate(sample):
        minutes = np.sort(np.repeat(np.where(np.arange(len(supply)) == own[i], 0.0, table[row]), counts))
        assert [found.minutes[i], found.second_minutes[i]] == pytest.approx(minutes[:2], rel=1e-9)


def every_minute_by_row(origins: Points, supply: Points) -> np.ndarray:
    """Minutes of every pair; the table is symmetric, so the shorter side is looped over."""
    return every_minute(supply, origins, FormulaTimes()).T


def test_half_of_the_residents_are_under_four_minutes(france, found):
    _, population, _, _, _ = france
    assert population[found.minutes < 4].sum() / population.sum() > 0.5
    # Bourg to bourg hides hamlets: most have a bar in their own commune. Where there is none, it is near.
    away = np.median(found.minutes[found.minutes > 0])
    assert 4 < away < 7


def test_who_can_come_within_fifteen_minutes(france):
    points, _, supply, _, _ = france
    near = within_minutes(points, supply, minutes=15, times=FormulaTimes())
    assert len(near) == len(points)
    reached = np.diff(near.indptr)
    assert 0 < (reached == 0).mean() < 0.05  # islands and high valleys
    assert near.weight.max() <= 15
