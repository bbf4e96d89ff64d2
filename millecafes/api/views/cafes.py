"""The network's cafés: those of the public list, for the same filter."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.schemas import PieceOut, PieceQuery, Problem, rows_asked
from millecafes.cafes.enums import (
    Activity,
    CafeKind,
    CafeModel,
    CafeVariant,
    Language,
    Origin,
    Payment,
    PlaceOrigin,
    Relation,
    Wheelchair,
)
from millecafes.cafes.forms.filters import CafesFilter
from millecafes.cafes.queries import cafes as every_cafe
from millecafes.cafes.queries import public
from millecafes.cafes.queries.told import told
from millecafes.common.access import LARGEST_ID

router = Router(tags=["cafés"])


class CafeCommuneOut(Schema):
    """Where a café is; for a mobile café, where its base is."""

    code: str = Field(description="Code INSEE.")
    name: str = Field(description="Nom.")
    departement: str = Field(alias="departement_id", description="Code du département.")


class CafeOut(Schema):
    """A café, with what its two tracks say today."""

    id: int = Field(alias="cafe.pk", description="Numéro, qui ne change jamais.")
    name: str = Field(alias="cafe.name", description="Nom.")
    kind: CafeKind | None = Field(description="Sorte de la carte ; null : hors de la carte.")
    model: CafeModel = Field(alias="cafe.model", description="Comment il est tenu.")
    variant: CafeVariant | None = Field(description="Variante du modèle ; null : non précisée.")
    origin: Origin = Field(alias="cafe.origin", description="Ouvert avec le programme, ou avant.")
    activity: Activity | None = Field(description="Activité aujourd’hui ; null : rien d’enregistré.")
    activity_since: dt.date | None = Field(description="Depuis quel jour.")
    relation: Relation | None = Field(description="Lien avec le réseau aujourd’hui ; null : aucun encore.")
    relation_since: dt.date | None = Field(description="Depuis quel jour.")
    opened_on: dt.date | None = Field(
        alias="cafe.opened_on", description="Premier jour d’ouverture ; null : pas encore, ou inconnu."
    )
    commune: CafeCommuneOut = Field(alias="cafe.commune", description="Commune.")
    address: str = Field(alias="cafe.address", description="Numéro et voie ; vide : non renseignés.")
    lon: float | None = Field(alias="cafe.longitude", description="Longitude (degrés).")
    lat: float | None = Field(alias="cafe.latitude", description="Latitude (degrés).")
    place_origin: PlaceOrigin = Field(alias="cafe.place_origin", description="D’où vient le point.")
    phone: str = Field(alias="cafe.phone", description="Téléphone public ; vide : non renseigné.")
    email: str = Field(alias="cafe.email", description="Adresse e-mail publique ; vide : non renseignée.")
    website: str = Field(alias="cafe.website", description="Site ; vide : non renseigné.")
    hours: str = Field(
        alias="cafe.hours", description="Horaires (opening_hours d’OpenStreetMap) ; vide : non renseignés."
    )
    hours_note: str = Field(alias="cafe.hours_note", description="Précision sur les horaires.")
    hours_confirmed_at: dt.datetime | None = Field(
        alias="cafe.hours_confirmed_at", description="Quand quelqu’un les a confirmés ; null : jamais."
    )
    services: list[str] = Field(description="Codes des services en service.")
    wheelchair: Wheelchair | None = Field(description="Accès en fauteuil ; null : personne ne l’a dit.")
    access_note: str = Field(alias="cafe.access_note", description="Précision sur l’accès.")
    languages: list[Language] = Field(alias="cafe.languages", description="Langues parlées.")
    payment: list[Payment] = Field(alias="cafe.payment", description="Moyens de paiement.")
    espresso_euros: float | None = Field(
        alias="cafe.espresso_euros", description="Prix d’un expresso, en euros ; null : inconnu."
    )
    espresso_on: dt.date | None = Field(alias="cafe.espresso_on", description="Jour où il a été relevé.")
    story: str = Field(alias="cafe.story", description="Son histoire.")
    osm_ref: str = Field(alias="cafe.osm_ref", description="Objet OpenStreetMap ; vide : inconnu.")
    updated_on: dt.date = Field(description="Jour des dernières nouvelles, à défaut de l’enregistrement.")
    is_demo: bool = Field(alias="cafe.is_demo", description="Café inventé, de la démonstration.")
    url: str = Field(alias="cafe.get_absolute_url", description="Adresse de sa page.")

    @staticmethod
    def resolve_kind(one: Any) -> str | None:
        """An empty code is null."""
        return one.cafe.kind or None

    @staticmethod
    def resolve_variant(one: Any) -> str | None:
        """An empty code is null."""
        return one.cafe.variant or None

    @staticmethod
    def resolve_activity(one: Any) -> str | None:
        """An empty code is null."""
        return one.cafe.activity or None

    @staticmethod
    def resolve_relation(one: Any) -> str | None:
        """An empty code is null."""
        return one.cafe.relation or None

    @staticmethod
    def resolve_wheelchair(one: Any) -> str | None:
        """An empty code is null."""
        return one.cafe.wheelchair or None


class CafesPage(PieceOut):
    """A piece of the list of cafés."""

    items: list[CafeOut] = Field(description="Cafés, par ordre de numéro.")


class CafesQuery(PieceQuery):
    """What to keep: the same names and the same words of refusal as on the page."""

    ou: str = Field("", description="Nom ou code d’une commune : les cafés à moins de 100 km.")
    pres: str = Field("", description="Position « latitude,longitude » : les cafés à moins de 100 km.")
    ouvert: str = Field("", description="maintenant, soir ou dimanche.")
    sorte: list[str] = Field([], description="Sortes : celles de « kind » ; plusieurs fois si besoin.")
    service: list[str] = Field([], description="Codes de services, tous demandés ; plusieurs fois si besoin.")
    modele: str = Field("", description="Modèle : l’un de ceux de « model ».")
    departement: str = Field("", description="Code d’un département où le réseau a un café.")
    fauteuil: str = Field("", description="on : accessible en fauteuil.")


@router.get("", response={200: CafesPage}, summary="Les cafés du réseau", url_name="cafes")
def cafes(request: HttpRequest, query: Query[CafesQuery]) -> dict[str, Any]:
    """Les cafés que le public trouve, pour les filtres de /cafes/ ; dans l’ordre de leurs numéros."""
    now = timezone.now()
    form = CafesFilter(request.GET)
    if not form.is_valid():
        raise refused(
            Fault(str(name), f"{form.fields[name].label} : {' '.join(map(str, words))}")
            for name, words in form.errors.items()
        )
    page = rows_asked(request, public.answering(form.asked, now), query, key="pk")
    return {**page, "items": told(page["items"], timezone.localdate(now))}


@router.get("/{number}", response={200: CafeOut, 404: Problem}, summary="Un café", url_name="cafe")
def cafe(
    request: HttpRequest,
    number: Annotated[int, Path(ge=1, le=LARGEST_ID, description="Numéro du café.")],
) -> Any:
    """Un café ; celui qui a fermé ou quitté le réseau y est encore, et le dit."""
    found = every_cafe().filter(pk=number).first()
    if found is None:
        raise ProblemError("introuvable", f"Aucun café de numéro {number}.")
    return told([found], timezone.localdate())[0]
