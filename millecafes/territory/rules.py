"""Business predicates of the territory, and where the page of a commune is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.urls import reverse

from millecafes.territory.enums import Zone

if TYPE_CHECKING:
    from millecafes.territory.models import Commune

ELIGIBLE_POPULATION = 3_500


def is_in_programme(commune: Commune) -> bool:
    """Whether the programme covers this commune at all (overseas collectivities are outside)."""
    return commune.zone != Zone.COM


def is_eligible(commune: Commune) -> bool | None:
    """Whether the commune has fewer than 3,500 inhabitants (municipal population).

    None when that is not known, or when the commune is outside the programme.
    """
    if not is_in_programme(commune) or commune.population is None:
        return None
    return commune.population < ELIGIBLE_POPULATION


def commune_url(code: str, slug: str) -> str:
    """The address of the page of a commune.

    Lists hold hundreds of them: one address is reversed for the process, the others are written like it.
    """
    before, _, after = _an_address().partition("00000-x")
    return f"{before}{code}-{slug}{after}"


@cache
def _an_address() -> str:
    return reverse("territory:commune", args=["00000", "x"])
