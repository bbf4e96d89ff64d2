"""SIRET and RNA numbers: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import pytest

from millecafes.partners.rules import NumberError, passes_luhn, rna_of, siret_of


@pytest.mark.parametrize(
    ("typed", "siret"),
    [
        ("", ""),
        ("  ", ""),
        ("732 829 320 00074", "73282932000074"),
        ("732\u202f829\u00a0320.000-74", "73282932000074"),
        ("35600000000048", "35600000000048"),  # La Poste, head office: a right key
        ("35600000049837", "35600000049837"),  # a post office: no key, but a sum of 45
    ],
)
def test_a_siret(typed: str, siret: str) -> None:
    assert siret_of(typed) == siret


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7328293200007", "14 chiffres"),
        ("73282932000074 0", "14 chiffres"),
        ("7328293200007A", "14 chiffres"),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "14 chiffres"),  # digits of another script
        ("73282932000075", "la clé de ce SIRET ne tombe pas juste"),
        ("73282932000047", "la clé"),  # two digits exchanged
        ("35600000049838", "la clé"),
        ("73282932000027", "la clé"),  # a sum multiple of five, but not La Poste
    ],
)
def test_a_wrong_siret_is_told(typed: str, said: str) -> None:
    with pytest.raises(NumberError, match=said):
        siret_of(typed)


def test_every_single_mistake_in_a_siret_is_caught() -> None:
    right = "73282932000074"
    for place, digit in enumerate(right):
        for other in set("0123456789") - {digit}:
            assert not passes_luhn(right[:place] + other + right[place + 1 :])


@pytest.mark.parametrize(
    ("typed", "rna"), [("", ""), ("w812 000 123", "W812000123"), ("W9R1011072", "W9R1011072")]
)
def test_an_rna_number(typed: str, rna: str) -> None:
    assert rna_of(typed) == rna


@pytest.mark.parametrize("typed", ["812000123", "W81200012", "W8120001234", "W81200012A", "X812000123", "W"])
def test_a_wrong_rna_number_is_told(typed: str) -> None:
    with pytest.raises(NumberError, match="W et 9 chiffres"):
        rna_of(typed)
