"""Points on the sphere and the great-circle distances between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG R1), km."""

PLAIN = 0.0
UNKNOWN = 0.5
MOUNTAIN = 1.0
"""Terrain of a point, ordered so that the terrain of a journey is the larger of its two ends."""


@dataclass(frozen=True)
class Points:
    """Places given by longitude and latitude, with the terrain that surrounds them.

    Parameters
    ----------
    lon : float array, shape (n,)
        Longitudes, degrees, from -180 to 180.
    lat : float array, shape (n,)
        Latitudes, degrees, from -90 to 90.
    terrain : float array, shape (n,), optional
        `PLAIN`, `UNKNOWN` or `MOUNTAIN` for each point; all unknown by default.

    Raises
    ------
    ValueError
        When shapes differ or a number is out of range.
    """

    lon: Floats
    lat: Floats
    terrain: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        lon = as_vector("lon", self.lon, low=-180, high=180, unit="degrees")
        lat = as_vector("lat", self.lat, low=-90, high=90, unit="degrees")
        terrain = np.asarray(self.terrain, dtype=np.float64)
        if terrain.size == 0:
            terrain = np.full(lon.shape, UNKNOWN)
        if not np.isin(terrain, (PLAIN, UNKNOWN, MOUNTAIN)).all():
            raise ValueError("terrain: expected PLAIN (0), UNKNOWN (0.5) or MOUNTAIN (1)")
        if not lon.shape == lat.shape == terrain.shape:
            raise ValueError(
                f"lon, lat, terrain: expected one length, got {lon.shape}, {lat.shape}, {terrain.shape}"
            )
        for name, value in (("lon", lon), ("lat", lat), ("terrain", terrain)):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return int(self.lon.size)

    def take(self, index: npt.NDArray[Any]) -> Points:
        """The points at `index` (positions or a mask), in that order."""
        taken = object.__new__(Points)  # what was checked once is not checked again
        for name in ("lon", "lat", "terrain"):
            object.__setattr__(taken, name, getattr(self, name)[index])
        return taken


def as_vector(name: str, values: npt.ArrayLike, *, low: float, high: float, unit: str) -> Floats:
    """`values` as a float vector, all finite and within [low, high]; else ValueError naming the field."""
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, got {vector.ndim}")
    bad = ~((vector >= low) & (vector <= high))
    if bad.any():
        where = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name} ({unit}): expected from {low} to {high}, got {vector[where]} at position {where}"
        )
    return vector


def great_circle_km(origins: Points, destinations: Points) -> Floats:
    """Great-circle distance of each pair (origin i, destination i), by the haversine formula.

    Parameters
    ----------
    origins, destinations : Points
        As many origins as destinations (n).

    Returns
    -------
    float array, shape (n,)
        Kilometres on a sphere of radius `EARTH_RADIUS_KM`. Symmetric to the last bit.
    """
    if len(origins) != len(destinations):
        raise ValueError(
            f"origins, destinations: expected one length, got {len(origins)}, {len(destinations)}"
        )
    lat1, lat2 = np.radians(origins.lat), np.radians(destinations.lat)
    half_lat = np.sin((lat2 - lat1) / 2) ** 2
    half_lon = np.sin(np.radians(destinations.lon - origins.lon) / 2) ** 2
    squared = half_lat + np.cos(lat1) * np.cos(lat2) * half_lon
    km: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(squared, 0.0, 1.0)))
    return km


def on_unit_sphere(points: Points) -> Floats:
    """Points as vectors of length 1, shape (n, 3): what a k-d tree can search."""
    lon, lat = np.radians(points.lon), np.radians(points.lat)
    flat = np.cos(lat)
    return np.column_stack((flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)))


def chord_to_km(chord: npt.NDArray[Any]) -> Floats:
    """Great-circle kilometres of chords of the unit sphere; infinite stays infinite."""
    arc = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
    return np.where(np.isinf(chord), np.inf, arc)


def km_to_chord(km: float) -> float:
    """The chord of the unit sphere under an arc of `km` (half a turn at most)."""
    return float(2 * np.sin(min(km / EARTH_RADIUS_KM, np.pi) / 2))
