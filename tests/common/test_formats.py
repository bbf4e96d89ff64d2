"""French numbers and dates."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common import formats


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1234.56, 1, "1\u202f234,6"),
        (0, 0, "0"),
        (-0.04, 1, "0,0"),
        (-5.6, 1, "−5,6"),
        (68_350_798, 0, "68\u202f350\u202f798"),
        (None, 1, "inconnu"),
        (math.nan, 1, "inconnu"),
    ],
)
def test_decimal(value: float | None, places: int, text: str) -> None:
    assert formats.decimal(value, places) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_decimal_reads_back_as_the_rounded_number(value: float, places: int) -> None:
    text = formats.decimal(value, places).replace("\u202f", "").replace(",", ".").replace("−", "-")
    assert float(text) == pytest.approx(round(value, places), abs=10**-places)
    assert not text.startswith("-0.0") or float(text) != 0


def test_units() -> None:
    assert formats.euros(21_570) == "21\u202f570\u202f€"
    assert formats.euros(None) == "inconnu"
    assert formats.percent(30.6) == "31\u202f%"
    assert formats.percent(30.64, 1) == "30,6\u202f%"
    assert formats.percent(None) == "inconnu"


def test_days() -> None:
    assert formats.day(dt.date(2026, 5, 1)) == "1er mai 2026"
    assert formats.day(dt.date(2026, 11, 22)) == "22 novembre 2026"
    assert formats.day(None) == "inconnu"


def test_days_ago() -> None:
    today = dt.date(2026, 11, 22)
    assert formats.ago(None, today) == "jamais"
    assert formats.ago(today, today) == "aujourd’hui"
    assert formats.ago(dt.date(2026, 11, 21), today) == "hier"
    assert formats.ago(dt.date(2026, 11, 10), today) == "il y a 12\u00a0jours"
    assert formats.ago(dt.date(2022, 1, 1), today) == "il y a 1\u202f786\u00a0jours"
    assert formats.ago(dt.date(2026, 12, 1), today) == "1er décembre 2026"


def test_span_merges_equal_ends_and_keeps_unknown() -> None:
    assert formats.span(8.2, 12.8) == "8 à 13"
    assert formats.span(8.2, 8.4) == "8"
    assert formats.span(None, 8.4) == "inconnu"
