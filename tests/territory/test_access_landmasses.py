"""Groups of communes that roads join."""

import pytest

from millecafes.territory.solving.ground import landmass_of


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("81294", "continent"),
        ("17161", "continent"),  # Île de Ré has a bridge
        ("2A004", "corse"),
        ("2B033", "corse"),
        ("29155", "Ouessant"),
        ("56241", "Belle-Île"),
        ("97105", "971"),
        ("97110", "La Désirade"),
        ("97411", "974"),
        ("97608", "Petite-Terre"),
    ],
)
def test_group(code, group):
    assert landmass_of(code) == group


def test_communes_of_an_island_are_together():
    assert landmass_of("56009") == landmass_of("56114") != landmass_of("56069")
