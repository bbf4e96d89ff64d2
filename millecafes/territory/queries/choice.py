"""The one commune that somebody means when typing in a form."""

from __future__ import annotations

from millecafes.territory.models import Commune
from millecafes.territory.queries.search import search_communes


class NoSuchCommuneError(ValueError):
    """What was typed is no commune, or several, in the user's words."""


def chosen_commune(typed: str) -> Commune:
    """The commune typed by name or code, with its département.

    Raises
    ------
    NoSuchCommuneError
        With the communes to choose from when there are several.
    """
    matches = search_communes(typed, 5)
    certain = [match for match in matches if match.certain]
    if len(certain) == 1:
        return Commune.objects.select_related("departement").get(code=certain[0].commune_code)
    if not matches:
        raise NoSuchCommuneError(f"Aucune commune ne répond à « {typed} ». Vérifiez le nom ou le code.")
    names = " ; ".join(f"{match.name}, {match.departement}, code {match.commune_code}" for match in matches)
    raise NoSuchCommuneError(f"Plusieurs communes possibles : {names}. Écrivez le code de la bonne.")
