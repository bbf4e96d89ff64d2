"""The communes of the map: one value each, in the classes of its legend."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from millecafes.api.problems import Fault, refused
from millecafes.api.schemas import PieceOut, PieceQuery, list_asked
from millecafes.territory.queries.choropleths import MAP_INDICATORS, MapFilter, backing, select_communes
from millecafes.territory.queries.listing import ListingError, check_place

router = Router(tags=["carte"])
MAX_TEXT = 80
UNKNOWN = -1
MapKey = Literal["cafe", "alimentation", "services", "population", "frr"]
if set(get_args(MapKey)) != MAP_INDICATORS.keys():
    raise RuntimeError("la carte montre autre chose que ce que l’API décrit : voir MapKey")


class MapValueOut(Schema):
    """A commune of the map."""

    code: str = Field(description="Code INSEE d’aujourd’hui.")
    name: str = Field(description="Nom.")
    population: int | None = Field(description="Population municipale ; null : inconnue.")
    value: float | None = Field(description="Valeur ; null : inconnue, jamais zéro.")
    level: int = Field(description="Numéro de sa classe ; -1 : valeur inconnue.")


class MapClassOut(Schema):
    """A class of the legend."""

    level: int = Field(alias="index", description="Numéro de la classe ; -1 : valeur inconnue.")
    label: str = Field(description="Ce qu’elle contient.")
    count: int = Field(description="Communes du filtre, classe mise à part, qui y sont.")


class MapPage(PieceOut):
    """A piece of the communes of the map."""

    label: str = Field(description="Ce que la carte montre.")
    definition: str = Field(description="Ce que cela veut dire.")
    classes: list[MapClassOut] = Field(description="La légende.")
    sources: list[str] = Field(description="Sources et millésimes des valeurs.")
    missing: list[str] = Field(description="Ce dont la source n’est pas chargée.")
    items: list[MapValueOut] = Field(description="Communes, par ordre de code.")


class MapQuery(PieceQuery):
    """What to keep."""

    q: str = Field(
        "", max_length=MAX_TEXT, description="Partie d’un nom, d’aujourd’hui ou d’hier ; ou un code."
    )
    departement: str = Field("", max_length=3, description="Code du département.")
    classe: int | None = Field(
        None, ge=UNKNOWN, le=9, description="Numéro d’une classe ; -1 : valeur inconnue."
    )


@router.get("/{indicateur}", response={200: MapPage}, summary="Les communes de la carte", url_name="map")
def values(
    request: HttpRequest,
    indicateur: Annotated[MapKey, Path(description="Ce que la carte montre.")],
    query: Query[MapQuery],
) -> dict[str, Any]:
    """Les mêmes communes et les mêmes filtres que /carte/, par ordre de code."""
    indicator = MAP_INDICATORS[indicateur]
    if query.classe is not None and query.classe >= len(indicator.classes):
        words = f"classe : « {query.classe} » n’existe pas. Attendu : de -1 à {len(indicator.classes) - 1}."
        raise refused([Fault("classe", words)])
    try:
        check_place("departement", query.departement)
    except ListingError as error:
        raise refused([Fault(error.field, str(error))]) from error
    chosen = select_communes(MapFilter(indicator, query.departement, query.classe, query.q.strip()))
    behind = backing(indicator)
    return {
        **list_asked(request, chosen.rows, query),
        "label": indicator.label,
        "definition": indicator.definition,
        "classes": chosen.legend,
        "sources": behind.sources,
        "missing": behind.missing,
    }
