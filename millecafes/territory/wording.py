"""French around place names and dates: « à Técou », « au Bourg », « aux Abymes », « d'Audes »."""

from __future__ import annotations

import re

from millecafes.common.formats import MONTHS

_ARTICLES = ("Le ", "La ", "Les ", "L'", "L’")
_VOWELS = "aàâäeéèêëiîïoôöuùûüœæ"
# An h is taken as sounded, but in these beginnings; a y is a vowel before a consonant or an e.
_MUTE = re.compile(r"(?:hé|hy|hippol|hilaire|hôpital|hospital|y(?:$|[^aouàâôû]))")
_VINTAGE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def split_article(name: str) -> tuple[str, str]:
    """The leading article of a name, or nothing, and the rest."""
    for article in _ARTICLES:
        if name.startswith(article) and len(name) > len(article):
            return article, name[len(article) :]
    return "", name


def at(name: str) -> str:
    """Where: « à Técou », « à La Rochelle », « à L'Isle », « au Bourg », « aux Abymes »."""
    article, rest = split_article(name)
    if article == "Le ":
        return f"au {rest}"
    return f"aux {rest}" if article == "Les " else f"à {name}"


def of(name: str) -> str:
    """Whose: « de Técou », « de L'Isle », « du Bourg », « des Abymes », « d'Audes »."""
    article, rest = split_article(name)
    if article == "Le ":
        return f"du {rest}"
    if article == "Les ":
        return f"des {rest}"
    return f"d'{name}" if not article and elides(name) else f"de {name}"


def elides(name: str) -> bool:
    """Whether « de » becomes « d' » before this name."""
    start = name.casefold()
    return start[:1] in _VOWELS or bool(_MUTE.match(start))


def enumerate_words(words: list[str], last: str = "et") -> str:
    """« café, pain et épicerie »."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def vintage_words(vintage: str) -> str:
    """« 2026-04 » reads « avril 2026 »; a year, or anything else, reads as it is."""
    found = _VINTAGE.fullmatch(vintage)
    if not found or not found[2] or not 1 <= int(found[2]) <= len(MONTHS):
        return vintage
    month = f"{MONTHS[int(found[2]) - 1]} {found[1]}"
    if not found[3]:
        return month
    number = int(found[3])
    return f"{'1er' if number == 1 else number} {month}"
