"""French around place names and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millecafes.common.matching import fold
from millecafes.territory.wording import at, enumerate_words, of, split_article, vintage_words


@pytest.mark.parametrize(
    ("name", "where", "whose"),
    [
        ("Técou", "à Técou", "de Técou"),
        ("Le Bourg", "au Bourg", "du Bourg"),
        ("Les Abymes", "aux Abymes", "des Abymes"),
        ("La Rochelle", "à La Rochelle", "de La Rochelle"),
        ("L'Isle", "à L'Isle", "de L'Isle"),
        ("L’Haÿ-les-Roses", "à L’Haÿ-les-Roses", "de L’Haÿ-les-Roses"),
        ("Audes", "à Audes", "d'Audes"),
        ("Épineuil-le-Fleuriel", "à Épineuil-le-Fleuriel", "d'Épineuil-le-Fleuriel"),
        ("Œuilly", "à Œuilly", "d'Œuilly"),
        ("Haut-Bocage", "à Haut-Bocage", "de Haut-Bocage"),
        ("Hyères", "à Hyères", "d'Hyères"),
        ("Yvetot", "à Yvetot", "d'Yvetot"),
        ("Yutz", "à Yutz", "de Yutz"),
        ("Y", "à Y", "d'Y"),
        ("Lesparre", "à Lesparre", "de Lesparre"),
        ("Lens", "à Lens", "de Lens"),
    ],
)
def test_prepositions(name: str, where: str, whose: str) -> None:
    assert at(name) == where
    assert of(name) == whose


@given(
    st.sampled_from(["", "Le ", "La ", "Les ", "L'"]), st.from_regex(r"[A-ZÉ][a-zéè]{1,12}", fullmatch=True)
)
def test_the_name_is_never_lost(article: str, rest: str) -> None:
    name = article + rest
    assert "".join(split_article(name)) == name
    for words in (at(name), of(name)):
        assert words.endswith(rest)
        assert fold(words).endswith(fold(rest))
        # A name may be « Le » and nothing more.
        assert rest == "Le" or " le " not in f" {words.lower()} "


@pytest.mark.parametrize(
    ("words", "sentence"),
    [([], ""), (["pain"], "pain"), (["pain", "café"], "pain et café"), (["a", "b", "c"], "a, b et c")],
)
def test_enumerations(words: list[str], sentence: str) -> None:
    assert enumerate_words(words) == sentence


@pytest.mark.parametrize(
    ("vintage", "words"),
    [
        ("2026", "2026"),
        ("2026-04", "avril 2026"),
        ("2025-07-10", "10 juillet 2025"),
        ("2025-05-01", "1er mai 2025"),
        ("2025-13", "2025-13"),
        ("1.1.0", "1.1.0"),
    ],
)
def test_vintages(vintage: str, words: str) -> None:
    assert vintage_words(vintage) == words
