"""Folded names: one key per name, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common.matching import fold, without_article


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("L'Abergement-Clémenciat", "l abergement clemenciat"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("STE-MÈRE-ÉGLISE", "sainte mere eglise"),
        ("St  Étienne", "saint etienne"),
        ("Villeneuve s/ Lot", "villeneuve sur lot"),
        ("Saint-Rémy ss/Barbuise", "saint remy sous barbuise"),
        ("Ælfric", "aelfric"),
        ("Saint-Louis-lès-Bitche", "saint louis les bitche"),
        ("Paris 1er Arrondissement", "paris 1er arrondissement"),
        ("Est", "est"),
        ("…", ""),
        ("", ""),
    ],
)
def test_fold(name: str, key: str) -> None:
    assert fold(name) == key


@pytest.mark.parametrize(
    ("key", "bare"),
    [("le mans", "mans"), ("les abymes", "abymes"), ("l oie", "oie"), ("la", "la"), ("lens", "lens")],
)
def test_without_article(key: str, bare: str) -> None:
    assert without_article(key) == bare


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcdéèçœâ ÿ-'’"))
def test_case_and_separators_do_not_count(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.replace("-", " ").replace("'", "’"))


@given(st.text())
def test_a_key_is_plain(text: str) -> None:
    key = fold(text)
    assert key == key.strip()
    assert "  " not in key
    assert key.isascii()
