"""Where a café may stand: near its commune, on land."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# A point farther than this from the point of its commune is a mistake: the largest communes of mainland
# France are some 35 km across. Overseas, communes reach 150 km.
FAR_KM, FAR_OVERSEAS_KM = 30.0, 150.0
_EARTH_KM = 6371.0088


class PlaceError(ValueError):
    """A point that cannot be, in the user's words."""


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres as the crow flies (haversine on the mean sphere, R = 6371.0088 km)."""
    north, east = radians(lat2 - lat1), radians(lon2 - lon1)
    half = sin(north / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def check_point(
    latitude: float,
    longitude: float,
    *,
    commune: str,
    centre: tuple[float, float] | None,
    is_overseas: bool = False,
) -> None:
    """Refuse a point that is not of this earth, or too far from its commune (`centre`: latitude, longitude).

    Raises
    ------
    PlaceError
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PlaceError(
            f"{latitude:g}, {longitude:g} n’est pas un point. "
            "Attendu : une latitude entre −90 et 90, une longitude entre −180 et 180."
        )
    if centre is None:
        return
    km = distance_km(latitude, longitude, *centre)
    if km <= (FAR_OVERSEAS_KM if is_overseas else FAR_KM):
        return
    swapped = distance_km(longitude, latitude, *centre) <= FAR_KM if abs(longitude) <= 90 else False
    hint = " La latitude et la longitude semblent échangées." if swapped else ""
    away = f"{km:,.0f}".replace(",", "\u202f")
    raise PlaceError(
        f"le point {latitude:.5f}, {longitude:.5f} est à {away} km de {commune}"
        f". Attendu : un point dans la commune ou tout près.{hint}"
    )


def in_the_sea(latitude: float, longitude: float) -> str:
    """What is said of a point that is on no land of ours."""
    return (
        f"le point {latitude:.5f}, {longitude:.5f} est en mer, ou hors de France. "
        "Attendu : un point dans la commune ou tout près."
    )
