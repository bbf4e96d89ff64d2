"""The one organisation that somebody means when typing in a form."""

from __future__ import annotations

import re

from django.db.models import Q

from millecafes.common.access import LARGEST_ID
from millecafes.common.actors import Actor
from millecafes.common.matching import fold, search_rows
from millecafes.partners.models import Organisation
from millecafes.partners.queries import listed_for

_NUMBERED = re.compile(r"(?:.*\()?n° ?([0-9]{1,19})\)?")
_PROPOSED = 5


class NoSuchOrganisationError(ValueError):
    """What was typed is no organisation, or several, in the user's words."""


def typed_for(organisation: Organisation | None) -> str:
    """What one would type to find this organisation for certain; empty for none."""
    return f"{organisation.name} (n° {organisation.pk})" if organisation else ""


def chosen_organisation(actor: Actor, typed: str, current: Organisation | None = None) -> Organisation | None:
    """The organisation typed by name, SIRET or number, among those this hat sees; None for nothing.

    `current`, the one that is there already, may stay, whoever sees it.

    Raises
    ------
    NoSuchOrganisationError
    """
    if not typed or typed == typed_for(current):
        return current if typed else None
    rows = listed_for(actor)
    numbered = _NUMBERED.fullmatch(typed)
    if numbered:
        number = int(numbered[1])
        found = list(rows.filter(pk=number)) if number <= LARGEST_ID else []
    else:
        siret = typed.replace(" ", "")
        found = list(rows.filter(Q(key=fold(typed)) | Q(siret=siret)).exclude(key="")[: _PROPOSED + 1])
        if not found:
            scores = search_rows(rows, typed, _PROPOSED + 1)
            found = list(rows.filter(pk__in=[number for number, _ in scores]))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchOrganisationError(
            f"Aucune organisation ne répond à « {typed[:80]} ». "
            "Attendu : un nom de la liste des organisations, ou un SIRET."
        )
    names = " ; ".join(typed_for(one) for one in found[:_PROPOSED])
    raise NoSuchOrganisationError(f"Plusieurs organisations possibles : {names}. Recopiez la bonne.")
