"""The published plan: what was asked of it, what it is worth, what it does for each commune."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.schemas import PieceOut, PieceQuery, Problem, rows_asked
from millecafes.siting.enums import Objective, Outcome, SupplyChoice
from millecafes.siting.forms.filters import ResultFilter
from millecafes.siting.models import PlanRun
from millecafes.siting.queries import published, results
from millecafes.siting.queries.scenarios import published_run

router = Router(tags=["plan"])
OUTCOMES = {kind.value: kind.name.lower() for kind in Outcome}
NONE = "Aucun plan n’est publié aujourd’hui."


class PlanOut(Schema):
    """The published plan."""

    id: int = Field(alias="pk", description="Numéro.")
    name: str = Field(alias="scenario.name", description="Nom.")
    published_at: dt.datetime = Field(description="Quand il a été publié.")
    computed_at: dt.datetime = Field(alias="ended_at", description="Quand il a été calculé.")
    area: str = Field(alias="asked.area", description="network, region:CODE ou departement:CODE.")
    sites: int = Field(alias="asked.sites", description="Cafés demandés.")
    minutes: float = Field(alias="asked.minutes", description="Assez près : minutes de voiture au plus.")
    objective: Objective = Field(alias="asked.objective", description="Ce que le calcul cherche.")
    supply: SupplyChoice = Field(alias="asked.supply", description="Où il y a déjà des cafés.")
    value: float = Field(description="Valeur du plan, dans l’unité de « unit ».")
    unit: str = Field(alias="asked.unit", description="Unité de la valeur et de la borne.")
    bound: float | None = Field(description="Aucun plan ne vaut plus ; null : inconnue.")
    checked_bound: float | None = Field(description="La même, vérifiable d’après le certificat.")
    gap: float | None = Field(description="Part de la borne qui pourrait encore être gagnée, de 0 à 1.")
    proved: bool = Field(description="Le solveur exact a prouvé que rien ne fait mieux.")
    people: int = Field(alias="figures.people", description="Habitants du territoire.")
    gained: int = Field(alias="figures.gained", description="Habitants rapprochés d’un café.")
    sources: dict[str, Any] = Field(alias="data", description="Sources et dates, en mots.")
    is_demo: bool = Field(description="Plan inventé, de la démonstration.")


class PlanCommuneOut(Schema):
    """What the plan does for a commune."""

    code: str = Field(description="Code INSEE.")
    name: str = Field(description="Nom.")
    departement: str = Field(description="Code du département.")
    outcome: str = Field(
        description="existing (a déjà un café), already (déjà assez près), covered (desservie), "
        "chosen (retenue), left (reste loin), unknown."
    )
    minutes_before: float | None = Field(
        description="Minutes jusqu’au café aujourd’hui ; null : aucun accès."
    )
    minutes_after: float | None = Field(description="Minutes avec le plan.")
    served_by: str | None = Field(description="Code de la commune retenue la plus proche.")
    rank: int | None = Field(description="Rang dans le plan ; null : pas retenue.")
    people: int | None = Field(description="Habitants rapprochés à ce rang ; null : pas retenue.")
    semester: str = Field(description="Semestre prévu ; vide : sans calendrier.")


class PlanCommunesPage(PieceOut):
    """A piece of the communes of the plan."""

    items: list[PlanCommuneOut] = Field(description="Communes, dans l’ordre où elles sont gardées.")


class PlanQuery(PieceQuery):
    """What to keep: the same names and the same words of refusal as on the page."""

    q: str = Field("", max_length=80, description="Partie du nom, ou code.")
    region: str = Field("", max_length=2, description="Code d’une région.")
    departement: str = Field("", max_length=3, description="Code d’un département.")
    effet: str = Field(
        "",
        max_length=1,
        description="0 café existant, 1 assez près, 2 desservie, 3 retenue, 4 loin, 5 inconnu.",
    )


def _published() -> PlanRun:
    """The published plan.

    Raises
    ------
    ProblemError
    """
    run = published_run()
    if run is None:
        raise ProblemError("introuvable", NONE)
    return run


@router.get("", response={200: PlanOut, 404: Problem}, summary="Le plan publié", url_name="plan")
def plan(request: HttpRequest) -> Any:
    """Le plan que montrent les pages des communes : ce qui lui a été demandé, ce qu’il vaut, ses sources."""
    return _published()


@router.get(
    "/communes",
    response={200: PlanCommunesPage, 404: Problem},
    summary="Ce que fait le plan pour chaque commune",
    url_name="plan_communes",
)
def plan_communes(request: HttpRequest, query: Query[PlanQuery]) -> dict[str, Any]:
    """Les communes du plan publié, pour les filtres de /plan/."""
    run = _published()
    regions, departements = results.places(run)
    form = ResultFilter(request.GET, regions=regions, departements=departements)
    if not form.is_valid():
        raise refused(
            Fault(str(name), f"{form.fields[name].label} : {' '.join(map(str, words))}")
            for name, words in form.errors.items()
        )
    rows = results.outcomes(run, form.asked).select_related("commune")
    page = rows_asked(request, rows, query, key="pk")
    picks = published.ranks(run, [row.commune_id for row in page["items"]])
    return {**page, "items": [_told(row, picks.get(row.commune_id)) for row in page["items"]]}


def _told(row: Any, pick: Any) -> dict[str, Any]:
    return {
        "code": row.commune_id,
        "name": row.commune.name,
        "departement": row.commune.departement_id,
        "outcome": OUTCOMES[row.outcome],
        "minutes_before": row.before,
        "minutes_after": row.after,
        "served_by": row.site_id,
        "rank": pick.rank if pick else None,
        "people": round(pick.people) if pick else None,
        "semester": pick.semester if pick else "",
    }
