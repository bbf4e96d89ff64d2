"""Reads of the room `cafes`."""

from millecafes.cafes.queries.cafes import (
    answers,
    by_osm,
    cafe_of_hat,
    cafes,
    followed_by,
    keys_above,
    keys_within,
    labels,
    lookalikes,
    office_address,
    on_map,
)

__all__ = [
    "answers",
    "by_osm",
    "cafe_of_hat",
    "cafes",
    "followed_by",
    "keys_above",
    "keys_within",
    "labels",
    "lookalikes",
    "office_address",
    "on_map",
]
