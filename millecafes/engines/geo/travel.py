"""Minutes by car between points: the protocol every provider follows, and the fitted formula.

The formula ``t = 1.42 v^0.93`` (v great-circle km, t minutes) was fitted on OSRM car times between
communes of Gironde (2,500 pairs, repository `gironde_osrm_2498_pairs.csv`; mean absolute error
2.2 min and 90 % of errors under 4.1 min for the 164 pairs under 15 km).

The band was fitted on the 277 of those pairs under 20 km, where nearest services are: linear
quantile regressions (5 % and 95 %) of the OSRM minutes on the formula's, so that nine journeys
out of ten fall inside. Share of pairs below / above the band, by distance: 0-5 km 0 / 12 % (25 pairs
only), 5-10 km 7 / 2 %, 10-15 km 6 / 4 %, 15-20 km 4 / 5 %, 20-30 km 6 / 9 %, 30-60 km 4 / 6 %.
`tests/engines/geo/test_gironde.py` fits it again and compares.

Terrain is an assumption, not a fit: 1.35 in a massif (1.1 to 1.5), else 1; where the massif is
not known the central value is that of the plain and the band reaches that of the mountain.
Straits, estuaries and closed passes break the formula; callers keep landmasses apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from millecafes.engines.geo.distances import MOUNTAIN, PLAIN, Floats, Points, great_circle_km

FORMULA = "formula"
OSRM = "osrm"
ON_SITE = "on_site"

Labels = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Minutes:
    """Minutes of n journeys.

    Parameters
    ----------
    value, low, high : float array, shape (n,)
        Minutes, 0 or more; nine journeys out of ten take from `low` to `high`.
    provenance : str array, shape (n,)
        `FORMULA`, `OSRM` or `ON_SITE` for each.
    """

    value: Floats
    low: Floats
    high: Floats
    provenance: Labels

    def __post_init__(self) -> None:
        shapes = {np.shape(a) for a in (self.value, self.low, self.high, self.provenance)}
        if len(shapes) != 1:
            raise ValueError(f"value, low, high, provenance: expected one shape, got {sorted(shapes)}")
        if not ((self.low >= 0) & (self.low <= self.value) & (self.value <= self.high)).all():
            raise ValueError("low, value, high (minutes): expected 0 <= low <= value <= high")


class TravelTimes(Protocol):
    """A provider of minutes by car."""

    def times(self, origins: Points, destinations: Points) -> Minutes:
        """Minutes of each pair (origin i, destination i); no pair is left without an answer."""
        ...

    def reach_km(self, minutes: Floats, origins: Points) -> Floats:
        """Great-circle km that nobody leaving origin i can exceed in `minutes[i]`.

        Never decreasing in minutes; infinite minutes reach infinitely far.
        """
        ...


@dataclass(frozen=True)
class FormulaTimes:
    """The fitted formula with its terrain factor and its band. Parking minutes are not counted.

    Parameters
    ----------
    scale, power : float
        ``minutes = scale * km ** power`` in the plain; scale 0.1 to 10, power 0.1 to 1.
    mountain, mountain_low, mountain_high : float
        Factor in a massif and its range, 1 to 3, in that order: low <= central <= high.
    low_scale, low_shift, high_scale, high_shift : float
        ``low = low_scale * t - low_shift`` (0 at least), ``high = high_scale * t + high_shift``,
        minutes, for the plain's t; low_scale 0 to 1, high_scale 1 to 3, shifts 0 to 30.
    """

    scale: float = 1.42
    power: float = 0.93
    mountain: float = 1.35
    mountain_low: float = 1.1
    mountain_high: float = 1.5
    low_scale: float = 0.849
    low_shift: float = 1.463
    high_scale: float = 1.310
    high_shift: float = 2.837

    def __post_init__(self) -> None:
        for name, unit, low, high in (
            ("scale", "minutes per km^power", 0.1, 10),
            ("power", "no unit", 0.1, 1),
            ("mountain_low", "no unit", 1, 3),
            ("mountain", "no unit", self.mountain_low, 3),
            ("mountain_high", "no unit", self.mountain, 3),
            ("low_scale", "no unit", 0, 1),
            ("high_scale", "no unit", 1, 3),
            ("low_shift", "minutes", 0, 30),
            ("high_shift", "minutes", 0, 30),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} ({unit}): expected from {low} to {high}, got {value}")

    def times(self, origins: Points, destinations: Points) -> Minutes:
        """Minutes of each pair; symmetric, 0 at distance 0, growing with distance on one terrain."""
        plain = self.scale * great_circle_km(origins, destinations) ** self.power
        terrain = np.maximum(origins.terrain, destinations.terrain)
        factor = self.factor(terrain)
        factor_low = np.where(terrain == MOUNTAIN, self.mountain_low, 1.0)
        factor_high = np.where(terrain == PLAIN, 1.0, self.mountain_high)
        low = factor_low * np.maximum(self.low_scale * plain - self.low_shift, 0.0)
        high = factor_high * (self.high_scale * plain + self.high_shift)
        value = factor * plain
        return Minutes(value, low, high, np.full(value.shape, FORMULA))

    def factor(self, terrain: Floats) -> Floats:
        """The central terrain factor of journeys of that terrain."""
        return np.where(terrain == MOUNTAIN, self.mountain, 1.0)

    def reach_km(self, minutes: Floats, origins: Points) -> Floats:
        """Km covered in `minutes` on the origin's own terrain, the easiest a journey from it can have."""
        return (minutes / (self.scale * self.factor(origins.terrain))) ** (1 / self.power)
