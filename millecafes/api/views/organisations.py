"""Organisations, for tokens whose hat may list them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from millecafes.api.admission import Bearer, within
from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.schemas import PieceOut, PieceQuery, Problem, rows_asked
from millecafes.common.access import LARGEST_ID
from millecafes.common.actors import actor_of
from millecafes.common.permissions import can
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.forms import ListFilter
from millecafes.partners.queries import departements_for, filtered
from millecafes.partners.queries import organisations as every_organisation

router = Router(tags=["organisations"])
SCOPE = "organisations:read"


class OrganisationCommuneOut(Schema):
    """Where an organisation is."""

    code: str = Field(description="Code INSEE.")
    name: str = Field(description="Nom.")
    departement: str = Field(alias="departement_id", description="Code du département.")


class OrganisationOut(Schema):
    """An organisation, without the people to reach in it."""

    id: int = Field(alias="pk", description="Numéro.")
    name: str = Field(description="Nom.")
    kind: OrganisationKind = Field(description="Nature.")
    siret: str = Field(description="SIRET ; vide : inconnu.")
    rna: str = Field(description="Numéro RNA ; vide : inconnu, ou pas une association.")
    commune: OrganisationCommuneOut | None = Field(description="Commune ; null : non indiquée.")
    website: str = Field(description="Site ; vide : non indiqué.")
    phone: str = Field(description="Téléphone public ; vide : non indiqué.")
    email: str = Field(description="Adresse e-mail publique ; vide : non indiquée.")
    is_demo: bool = Field(description="Organisation inventée, de la démonstration.")
    url: str = Field(alias="get_absolute_url", description="Adresse de sa page.")


class OrganisationsPage(PieceOut):
    """A piece of the list of organisations."""

    items: list[OrganisationOut] = Field(description="Organisations, par ordre de numéro.")


class OrganisationQuery(PieceQuery):
    """What to keep: the same names and the same words of refusal as on the page."""

    q: str = Field("", description="Nom, SIRET ou numéro RNA, même incomplet ; 80 caractères au plus.")
    nature: str = Field("", description="Nature : l’une de celles de « kind ».")
    departement: str = Field("", description="Code d’un département où vous voyez une organisation.")


@router.get(
    "/",
    response={200: OrganisationsPage, 401: Problem, 403: Problem, 404: Problem},
    summary="Les organisations du périmètre",
    url_name="organisations",
    auth=Bearer(SCOPE),
)
def organisations(request: HttpRequest, query: Query[OrganisationQuery]) -> dict[str, Any]:
    """Les organisations que voit la casquette du jeton, dans son périmètre : comme /organisations/.

    Dans l’ordre de leurs numéros : aucune n’est oubliée ni donnée deux fois, même renommée entre-temps.
    """
    actor = actor_of(request)
    if not can(actor, "partners.list_organisations"):
        raise ProblemError("introuvable", "Rien à cette adresse pour la casquette portée.")
    form = ListFilter(request.GET, departements=departements_for(actor))
    if not form.is_valid():
        raise refused(
            Fault(str(name), f"{form.fields[name].label} : {' '.join(map(str, words))}")
            for name, words in form.errors.items()
        )
    return rows_asked(request, filtered(actor, form.asked), query, key="pk")


@router.get(
    "/{number}",
    response={200: OrganisationOut, 401: Problem, 403: Problem, 404: Problem},
    summary="Une organisation du périmètre",
    url_name="organisation",
    auth=Bearer(SCOPE),
)
def organisation(
    request: HttpRequest,
    number: Annotated[int, Path(ge=1, le=LARGEST_ID, description="Numéro de l’organisation.")],
) -> Any:
    """Une organisation ; hors du périmètre du jeton, c’est comme si elle n’existait pas (404)."""
    found = every_organisation().filter(pk=number).first()
    if found is None or not within(request, "partners.view_organisation", found):
        raise ProblemError("introuvable", f"Aucune organisation de numéro {number} pour ce jeton.")
    return found
