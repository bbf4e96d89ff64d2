"""Communes: search by name or code, and the figures of one commune."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse
from ninja import Field, Path, Query, Router, Schema

from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.schemas import PieceOut, PieceQuery, Problem, rows_asked
from millecafes.territory.enums import Provenance, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.models import Commune
from millecafes.territory.queries.communes import find
from millecafes.territory.queries.listing import CommuneFilter, ListingError, listed_communes
from millecafes.territory.queries.profile import profile as commune_profile
from millecafes.territory.queries.search import MAX_QUERY, Match, search_communes
from millecafes.territory.rules import is_eligible

router = Router(tags=["communes"])
MAX_TEXT = 80
MOST = 100_000_000  # inhabitants


class CommuneMatch(Schema):
    """One answer to a search."""

    code: str = Field(alias="commune_code", description="Code INSEE de la commune d’aujourd’hui.")
    name: str = Field(description="Nom de la commune.")
    departement: str = Field(description="Département : nom et code.")
    population: int | None = Field(description="Population municipale ; null : inconnue.")
    url: str = Field(description="Adresse de sa page.")
    via: str = Field(description="Ce qui a été reconnu, quand ce n’est pas le nom actuel.")
    score: float = Field(description="De 0 à 1 : 1, le nom ou le code exact ; 0,5, une faute de frappe.")
    certain: bool = Field(description="Seule commune de ce nom ou de ce code.")


class CommuneQuery(Schema):
    """What to look for."""

    q: str = Field(min_length=1, max_length=MAX_QUERY, description="Nom, code postal ou code INSEE.")
    limit: int = Field(10, ge=1, le=50, description="Nombre de réponses au plus.")


@router.get("", response={200: list[CommuneMatch]}, summary="Chercher une commune", url_name="search")
def search(request: HttpRequest, query: Query[CommuneQuery]) -> list[Match]:
    """Communes dont le nom ou un code répond à la recherche, les plus proches d'abord."""
    return search_communes(query.q, query.limit)


class PlaceOut(Schema):
    """A commune one may go to."""

    code: str = Field(description="Code INSEE.")
    name: str = Field(description="Nom.")
    url: str = Field(description="Adresse de sa page.")


class SourceOut(Schema):
    """Where a value comes from."""

    source: str = Field(description="Clé de la source dans le catalogue.")
    vintage: str = Field(description="Millésime.")
    geo_vintage: str = Field(description="Géographie des communes du fichier.")


class RankOut(Schema):
    """Where the commune stands among those of the same density level: shares from 0 to 1."""

    lower: float = Field(description="Part des communes comparables qui ont strictement moins.")
    equal: float = Field(description="Part des communes comparables qui ont autant.")
    higher: float = Field(description="Part des communes comparables qui ont strictement plus.")


class QuartersOut(Schema):
    """The communes of the same density level."""

    low: float = Field(description="Un quart des communes comparables ont moins.")
    middle: float = Field(description="La moitié des communes comparables ont moins.")
    high: float = Field(description="Trois quarts des communes comparables ont moins.")
    count: int = Field(description="Nombre de communes comparables.")
    rank: RankOut | None = Field(
        description="Rang de la commune, au centième près ; null : sa propre valeur n’est pas connue."
    )


class ServiceOut(Schema):
    """Minutes by car to one service."""

    service: Service = Field(description="Clé du service.")
    label: str = Field(description="Nom du service.")
    unit: str = Field("min", description="Unité des durées.")
    places: int | None = Field(description="Lieux dans la commune ; null : inconnu.")
    on_site: bool = Field(description="Le service est dans la commune.")
    minutes: float | None = Field(description="Minutes jusqu’au plus proche, sans se garer ; null : inconnu.")
    low: float | None = Field(description="Bas de la fourchette (9 trajets sur 10).")
    high: float | None = Field(description="Haut de la fourchette (9 trajets sur 10).")
    nearest: PlaceOut | None = Field(description="Commune du plus proche.")
    second_minutes: float | None = Field(description="Minutes jusqu’au suivant, si le plus proche ferme.")
    second_low: float | None = Field(description="Bas de sa fourchette.")
    second_high: float | None = Field(description="Haut de sa fourchette.")
    second: PlaceOut | None = Field(description="Commune du suivant.")
    provenance: Provenance | None = Field(description="Comment les minutes sont obtenues.")
    basis: SupplyBasis | None = Field(
        description="loaded : source chargée ; assumed : hypothèse ; null : non calculé."
    )
    terrain: float = Field(
        description="Facteur de relief de la formule, une hypothèse ; 1 : en plaine, ou massif inconnu."
    )
    note: str = Field(alias="words", description="Pourquoi les minutes manquent ; vide sinon.")
    dataset: SourceOut | None = Field(description="Source de l’offre.")
    comparison: QuartersOut | None = Field(description="Communes de même niveau de densité.")


class FactOut(Schema):
    """One indicator."""

    key: str = Field(description="Clé de l’indicateur.")
    label: str = Field(description="Nom de l’indicateur.")
    year: str = Field(description="Année de la valeur ; vide : que le fichier ne dit pas, ou sans valeur.")
    unit: str = Field(description="Unité.")
    value: float | None = Field(description="Valeur ; null dès que le statut n’est pas « ok ».")
    category: str = Field(description="Libellé, pour un classement.")
    status: ValueStatus | None = Field(
        description="ok, secret, nd, hors_champ, non_diffuse ; null : non chargée."
    )
    note: str = Field(alias="words", description="Pourquoi la valeur manque ; vide sinon.")
    pooled: bool = Field(description="Valeur de l’intercommunalité (commune de moins de 200 habitants).")
    dataset: SourceOut | None = Field(description="Source.")
    comparison: QuartersOut | None = Field(description="Communes de même niveau de densité.")


class ReasonOut(Schema):
    """A reason of the verdict."""

    title: str = Field(description="Ce qu’il faut retenir.")
    text: str = Field(description="Les faits.")


class VerdictOut(Schema):
    """The answer of the page."""

    outcome: str = Field(description="Nature de la réponse.")
    eligible: bool | None = Field(description="Moins de 3 500 habitants ; null : inconnu ou hors programme.")
    sentence: str = Field(description="La réponse en une phrase.")
    lead: str = Field(description="Ce qu’elle veut dire.")
    change: str = Field(description="Ce qui la changerait ; vide sinon.")
    reasons: list[ReasonOut] = Field(description="Trois raisons au plus.")


class NeighbourOut(Schema):
    """A commune around."""

    place: PlaceOut = Field(description="La commune.")
    minutes: float | None = Field(description="Minutes de cette commune à son premier café ; null : inconnu.")
    nearest: str = Field(description="Où se trouve ce café.")
    has_cafe: bool | None = Field(description="Café dans la commune ; null : inconnu.")


class AreaOut(Schema):
    """An area the commune belongs to."""

    code: str = Field(alias="pk", description="Code.")
    name: str = Field(description="Nom.")


class HallOut(Schema):
    """The public office; no person is named."""

    address: str = Field(alias="hall_address", description="Adresse postale.")
    phone: str = Field(alias="hall_phone", description="Téléphone.")
    email: str = Field(alias="hall_email", description="Courriel.")
    site: str = Field(alias="hall_site", description="Site.")
    hours: list[Any] = Field(
        alias="hall_hours", description="[[premier jour, dernier jour, [[début, fin], …]], …]."
    )


class CommuneOut(Schema):
    """What the page of a commune says."""

    code: str = Field(alias="commune.code", description="Code INSEE d’aujourd’hui.")
    name: str = Field(alias="commune.name", description="Nom.")
    url: str = Field(alias="commune.get_absolute_url", description="Adresse de la page.")
    zone: Zone = Field(alias="commune.zone", description="metro, drom ou com.")
    population: int | None = Field(
        alias="commune.population", description="Population municipale ; null : inconnue."
    )
    departement: AreaOut = Field(alias="commune.departement", description="Département.")
    region: AreaOut | None = Field(alias="commune.departement.region", description="Région.")
    epci: AreaOut | None = Field(alias="commune.epci", description="Intercommunalité.")
    lon: float | None = Field(alias="commune.lon", description="Longitude du point de référence (degrés).")
    lat: float | None = Field(alias="commune.lat", description="Latitude du point de référence (degrés).")
    hall: HallOut = Field(alias="commune", description="La mairie.")
    verdict: VerdictOut = Field(description="La réponse.")
    services: list[ServiceOut] = Field(description="Minutes vers les services de base.")
    indicators: list[FactOut] = Field(description="Indicateurs.")
    neighbours: list[NeighbourOut] = Field(description="Communes voisines, les plus proches d’abord.")


class ListedOut(Schema):
    """A commune in a list."""

    code: str = Field(description="Code INSEE d’aujourd’hui.")
    name: str = Field(description="Nom.")
    url: str = Field(alias="get_absolute_url", description="Adresse de sa page.")
    zone: Zone = Field(description="metro ou drom.")
    population: int | None = Field(description="Population municipale ; null : inconnue.")
    eligible: bool | None = Field(description="Moins de 3 500 habitants ; null : inconnu.")
    departement: str = Field(alias="departement_id", description="Code du département.")
    region: str | None = Field(alias="departement.region_id", description="Code de la région.")
    epci: str | None = Field(alias="epci_id", description="SIREN de l’intercommunalité ; null : aucune.")
    lon: float | None = Field(description="Longitude du point de référence (degrés).")
    lat: float | None = Field(description="Latitude du point de référence (degrés).")

    @staticmethod
    def resolve_eligible(commune: Commune) -> bool | None:
        """As on the page of the commune."""
        return is_eligible(commune)


class ListedPage(PieceOut):
    """A piece of the list of communes."""

    items: list[ListedOut] = Field(description="Communes du programme, par ordre de code.")


class ListedQuery(PieceQuery):
    """What to keep."""

    q: str = Field(
        "", max_length=MAX_TEXT, description="Partie d’un nom, d’aujourd’hui ou d’hier ; ou un code."
    )
    departement: str = Field("", max_length=3, description="Code du département.")
    region: str = Field("", max_length=2, description="Code de la région.")
    epci: str = Field("", max_length=9, description="SIREN de l’intercommunalité.")
    eligible: Literal["oui", "non"] | None = Field(
        None, description="oui : moins de 3 500 habitants ; non : 3 500 et plus."
    )
    population_min: int | None = Field(None, ge=0, le=MOST, description="Habitants, au moins.")
    population_max: int | None = Field(None, ge=0, le=MOST, description="Habitants, au plus.")

    @property
    def asked(self) -> CommuneFilter:
        """The filter of the query."""
        return CommuneFilter(
            text=self.q,
            departement=self.departement.upper(),
            region=self.region,
            epci=self.epci,
            eligible=None if self.eligible is None else self.eligible == "oui",
            population_min=self.population_min,
            population_max=self.population_max,
        )


@router.get(
    "/liste",
    response={200: ListedPage},
    summary="Les communes d’un filtre",
    url_name="communes",
)
def communes(request: HttpRequest, query: Query[ListedQuery]) -> dict[str, Any]:
    """Les communes du programme qui répondent à tous les filtres, par ordre de code."""
    try:
        rows = listed_communes(query.asked)
    except ListingError as error:
        raise refused([Fault(error.field, str(error))]) from error
    return rows_asked(request, rows, query, key="code")


@router.get(
    "/{code}",
    response={200: CommuneOut, 301: None, 404: Problem},
    summary="Une commune",
    url_name="commune",
)
def commune(
    request: HttpRequest,
    code: Annotated[str, Path(max_length=5, description="Code INSEE, d’aujourd’hui ou d’hier.")],
) -> Any:
    """Tout ce que dit la page d'une commune ; un ancien code mène à celui d'aujourd'hui (301)."""
    found = find(code)
    if found.commune is None:
        raise ProblemError(
            "introuvable",
            f"« {code} » n’est le code d’aucune commune. Cherchez par le nom : /api/v1/communes?q=",
        )
    if found.moved or found.commune.code != code:
        return HttpResponsePermanentRedirect(reverse("api:commune", args=[found.commune.code]))
    return commune_profile(found.commune)
