"""The one commune that somebody means when typing in a form."""

from __future__ import annotations

from collections.abc import Iterable

from millecafes.common.matching import fold
from millecafes.territory.models import Commune
from millecafes.territory.queries.place_index import Index, current_index
from millecafes.territory.queries.search import Match, agrees, search_communes, search_in


class NoSuchCommuneError(ValueError):
    """What was typed is no commune, or several, in the user's words."""


def chosen_commune(typed: str) -> Commune:
    """The commune typed by name or code, with its département.

    Raises
    ------
    NoSuchCommuneError
        With the communes to choose from when there are several.
    """
    code = _certain(typed, search_communes(typed, 5))
    return Commune.objects.select_related("departement").get(code=code)


def chosen_codes(typed: Iterable[str]) -> dict[str, str | NoSuchCommuneError]:
    """The code of the commune that each text means, or why there is none; one query for all of them."""
    index = current_index()
    found: dict[str, str | NoSuchCommuneError] = {}
    for text in set(typed):
        try:
            found[text] = _certain(text, search_in(index, text, 5))
        except NoSuchCommuneError as error:
            found[text] = error
    return found


def insee_codes(
    typed: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], str | NoSuchCommuneError]:
    """Today's code of each INSEE code, old or new, if the name beside it (or nothing) agrees.

    Never a postal code: many are the INSEE code of another commune. One query for all of them.
    """
    index = current_index()
    found: dict[tuple[str, str], str | NoSuchCommuneError] = {}
    for code, name in set(typed):
        try:
            found[code, name] = _coded(index, code, name)
        except NoSuchCommuneError as error:
            found[code, name] = error
    return found


def _coded(index: Index, code: str, name: str) -> str:
    # A spreadsheet ate the zero.
    known = f"0{code}" if code.isdecimal() and len(code) == 4 else code.upper()
    places = {entry.place.code: entry.place for entry in index.by_code.get(known, ())}
    if not places:
        raise NoSuchCommuneError(
            f"Aucune commune n’a le code Insee « {code} ». Attendu : 5 caractères, comme 81294."
        )
    if len(places) > 1:
        names = " ; ".join(f"{place.name}, code {place.code}" for place in places.values())
        raise NoSuchCommuneError(
            f"Le code « {code} » est devenu plusieurs communes : {names}. Écrivez le bon."
        )
    (place,) = places.values()
    beside = {*index.by_code[known], *index.by_code.get(place.code, ())}
    if name and not any(agrees(entry, fold(name)) for entry in beside):
        raise NoSuchCommuneError(
            f"« {name} » n’est pas la commune du code {place.code}, {place.name}. "
            "Attendu : un nom et un code qui s’accordent, ou l’un des deux."
        )
    return place.code


def _certain(typed: str, matches: list[Match]) -> str:
    certain = [match for match in matches if match.certain]
    if len(certain) == 1:
        return certain[0].commune_code
    if not matches:
        raise NoSuchCommuneError(f"Aucune commune ne répond à « {typed} ». Vérifiez le nom ou le code.")
    names = " ; ".join(f"{match.name}, {match.departement}, code {match.commune_code}" for match in matches)
    raise NoSuchCommuneError(f"Plusieurs communes possibles : {names}. Écrivez le code de la bonne.")
