"""Communes of the programme, filtered as lists ask: by name, place and size."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from millecafes.common.matching import fold
from millecafes.territory.enums import Zone
from millecafes.territory.models import Commune, Departement, Epci, PlaceName, Region
from millecafes.territory.rules import ELIGIBLE_POPULATION


class ListingError(ValueError):
    """A filter that cannot be followed, in the user's words; `field` is at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class CommuneFilter:
    """What to keep. Everything is optional; `eligible` None keeps both."""

    text: str = ""
    departement: str = ""
    region: str = ""
    epci: str = ""
    eligible: bool | None = None
    population_min: int | None = None
    population_max: int | None = None


def called(rows: QuerySet[Commune], text: str) -> QuerySet[Commune]:
    """The communes whose name, of today or before, holds a text; or whose code it is."""
    named = PlaceName.objects.filter(key__contains=fold(text) or "\n").values("commune_id")
    return rows.filter(Q(pk__in=named) | Q(pk=text.upper()))


def programme() -> QuerySet[Commune]:
    """Every commune of the programme."""
    return Commune.objects.exclude(zone=Zone.COM)


def listed_communes(asked: CommuneFilter) -> QuerySet[Commune]:
    """The communes of a filter, with their département.

    Raises
    ------
    ListingError
        When a place does not exist, or when no population can be between the two bounds.
    """
    check_place("departement", asked.departement)
    check_place("region", asked.region)
    check_place("epci", asked.epci)
    low, high = asked.population_min, asked.population_max
    if low is not None and high is not None and low > high:
        raise ListingError(
            "population_min",
            f"Population : aucune n’est à la fois d’au moins {low} et d’au plus {high}. "
            "Attendu : population_min inférieure ou égale à population_max.",
        )
    rows = programme().select_related("departement")
    if asked.text.strip():
        rows = called(rows, asked.text.strip())
    places = {
        "departement": asked.departement,
        "departement__region": asked.region,
        "epci": asked.epci,
        "population__gte": low,
        "population__lte": high,
    }
    rows = rows.filter(**{path: value for path, value in places.items() if value not in ("", None)})
    if asked.eligible is not None:
        bound = "population__lt" if asked.eligible else "population__gte"
        rows = rows.filter(**{bound: ELIGIBLE_POPULATION})
    return rows


_PLACES = {
    "departement": (
        Departement.objects.filter(region__isnull=False),
        "d’un département du programme",
        "un code comme 81, 2A ou 974",
    ),
    "region": (Region.objects.all(), "d’une région", "un code comme 76"),
    "epci": (Epci.objects.all(), "d’une intercommunalité", "un SIREN de 9 chiffres, comme 200066124"),
}


def check_place(field: str, code: str) -> None:
    """Refuse the code of a place that does not exist; an empty one asks for nothing.

    Raises
    ------
    ListingError
    """
    rows, whose, expected = _PLACES[field]
    if code and not rows.all().filter(pk=code).exists():
        raise ListingError(
            field, f"« {code[:40]} » n’est pas le code {whose}. Attendu : {expected}, ou rien."
        )
