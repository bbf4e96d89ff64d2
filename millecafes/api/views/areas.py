"""Areas with their indicators: France, régions, départements, intercommunalités."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from millecafes.api.problems import Fault, refused
from millecafes.api.schemas import PieceOut, PieceQuery, list_asked
from millecafes.territory.enums import AreaKind, ValueStatus
from millecafes.territory.queries.areas import AreaFilter, Sourced, filtered_areas, sourced_indicators
from millecafes.territory.queries.listing import ListingError, check_place
from millecafes.territory.queries.statistics import AreaRow

router = Router(tags=["territoires"])
MAX_TEXT = 80
# By which area above a kind is filtered, as on its page.
ABOVE = {AreaKind.DEPARTEMENT: "region", AreaKind.EPCI: "departement"}


class AreaValueOut(Schema):
    """One indicator of an area."""

    key: str = Field(description="Clé de l’indicateur : voir /api/v1/indicateurs.")
    value: float | None = Field(description="Valeur ; null : inconnue, jamais zéro.")
    status: ValueStatus | None = Field(description="Pourquoi la valeur manque ; null : non chargée.")
    known: int = Field(description="Communes dont la valeur est connue.")
    total: int = Field(description="Communes concernées.")
    note: str = Field(description="Pourquoi la valeur manque, en mots ; vide sinon.")


class AreaRowOut(Schema):
    """An area with its indicators."""

    code: str = Field(description="Code : de la région, du département ; SIREN de l’intercommunalité.")
    name: str = Field(description="Nom.")
    indicators: list[AreaValueOut] = Field(description="Ses indicateurs.")


class AreasPage(PieceOut):
    """A piece of the list of areas."""

    items: list[AreaRowOut] = Field(description="Territoires, par ordre de code.")


class AreaQuery(PieceQuery):
    """What to keep."""

    q: str = Field("", max_length=MAX_TEXT, description="Partie du nom, ou code.")
    region: str = Field("", max_length=2, description="Pour les départements : code de leur région.")
    departement: str = Field("", max_length=3, description="Pour les EPCI : code d’un de leurs départements.")


@router.get("/{kind}", response={200: AreasPage}, summary="Les territoires d’une sorte", url_name="areas")
def areas(
    request: HttpRequest,
    kind: Annotated[
        Literal["france", "region", "departement", "epci"], Path(description="Sorte de territoire.")
    ],
    query: Query[AreaQuery],
) -> dict[str, Any]:
    """Les mêmes lignes et les mêmes filtres que /territoires/, par ordre de code."""
    area_kind = AreaKind(kind)
    for field in ("region", "departement"):
        _check(field, getattr(query, field), area_kind)
    asked = AreaFilter(area_kind, query.q.strip(), query.region, query.departement)
    page = list_asked(request, filtered_areas(asked), query)
    sourced = sourced_indicators() if page["items"] else []
    return {**page, "items": [_row(row, sourced) for row in page["items"]]}


def _check(field: str, code: str, kind: AreaKind) -> None:
    """A place that does not exist, or by which this kind is not filtered, is refused.

    Raises
    ------
    ProblemError
    """
    if code and ABOVE.get(kind) != field:
        words = f"{field} : « {code} » ne filtre pas cette liste. Attendu : rien."
        raise refused([Fault(field, words)])
    try:
        check_place(field, code)
    except ListingError as error:
        raise refused([Fault(field, str(error))]) from error


def _row(row: AreaRow, sourced: list[Sourced]) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "indicators": [_value(row, found) for found in sourced],
    }


def _value(row: AreaRow, sourced: Sourced) -> dict[str, Any]:
    cell = row.values.get(sourced.indicator.key)
    return {
        "key": sourced.indicator.key,
        "value": cell.value if cell else None,
        "status": cell.status if cell else None,
        "known": cell.known if cell else 0,
        "total": cell.total if cell else 0,
        "note": sourced.word(cell),
    }
