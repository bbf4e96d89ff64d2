"""What pydantic refuses, said in French: the parameter, what was found, what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millecafes.api.problems import Fault


def fault_of(error: Mapping[str, Any]) -> Fault:
    """One error of pydantic, in words."""
    place, *path = error["loc"]
    field = ".".join(str(part) for part in path) or str(place)
    if error["type"] == "missing":
        return Fault(field, f"{field} : ce paramètre manque. Attendu : une valeur.")
    return Fault(field, f"{field} : {_found(error.get('input'))}. Attendu : {_expected(error)}.")


def _found(value: Any) -> str:
    text = str(value)
    if not text:
        return "rien n’est donné"
    shown = f"{text[:60]}…" if len(text) > 60 else text
    return f"« {shown} » ne convient pas"


def _expected(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    words = {
        "int_parsing": "un nombre entier",
        "int_from_float": "un nombre entier",
        "int_parsing_size": "un nombre entier plus petit",
        "greater_than_equal": "un nombre d’au moins {ge}",
        "less_than_equal": "un nombre d’au plus {le}",
        "string_too_long": "{max_length} caractères au plus",
        "string_too_short": "{min_length} caractère au moins",
        "enum": "l’un de {expected}",
        "literal_error": "l’un de {expected}",
        "string_pattern_mismatch": "un texte de cette forme : {pattern}",
    }
    said = words.get(error["type"], "une autre valeur ; voir /api/")
    return said.format_map(_Words(context))


class _Words(dict[str, Any]):
    """The values of an error; English lists are turned to French."""

    def __missing__(self, key: str) -> str:
        return "…"

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).replace(" or ", " ou ").replace("'", "")
