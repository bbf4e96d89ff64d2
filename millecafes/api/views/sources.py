"""Where the figures come from, and what they mean."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from millecafes.territory.queries.choropleths import MAP_INDICATORS
from millecafes.territory.queries.datasets import SourceState, source_states
from millecafes.territory.queries.definitions import chapters

router = Router(tags=["sources"])


class SourceStateOut(Schema):
    """A source of the catalogue, and what is loaded of it."""

    key: str = Field(alias="source.key", description="Clé de la source.")
    title: str = Field(alias="source.title", description="Titre.")
    publisher: str = Field(alias="source.publisher", description="Qui la publie.")
    page: str = Field(alias="source.page", description="Page où elle est publiée.")
    licence: str = Field(alias="source.licence", description="Licence.")
    summary: str = Field(alias="source.summary", description="Ce qu’elle dit.")
    feeds: list[str] = Field(description="Ce que nous en tirons.")
    state: str = Field(alias="label", description="État du chargement, en mots.")
    vintage: str | None = Field(description="Millésime chargé ; null : source non chargée.")
    geo_vintage: str | None = Field(description="Géographie des communes du fichier chargé.")
    loaded_at: dt.datetime | None = Field(description="Chargée le ; null : non chargée.")
    rows: int | None = Field(description="Lignes chargées ; null : non chargée.")

    @staticmethod
    def resolve_vintage(state: SourceState) -> str | None:
        """As published: « 2023 », « 2026-04 »."""
        return state.dataset.vintage if state.dataset else None

    @staticmethod
    def resolve_geo_vintage(state: SourceState) -> str | None:
        """The geography of the file."""
        return state.dataset.geo_vintage if state.dataset else None

    @staticmethod
    def resolve_loaded_at(state: SourceState) -> dt.datetime | None:
        """When it was loaded."""
        return state.dataset.loaded_at if state.dataset else None

    @staticmethod
    def resolve_rows(state: SourceState) -> int | None:
        """How many rows."""
        return state.dataset.rows if state.dataset else None


class SourcesOut(Schema):
    """The catalogue. It grows by a few lines a year: it is given whole."""

    items: list[SourceStateOut] = Field(description="Sources, dans l’ordre du catalogue.")


class DefinitionOut(Schema):
    """What is measured."""

    key: str = Field(description="Clé.")
    label: str = Field(description="Nom.")
    unit: str = Field(description="Unité ; vide : sans unité.")
    definition: str = Field(description="Ce que cela veut dire.")


class ChapterOut(Schema):
    """Definitions of one kind."""

    key: str = Field(description="services, indicateurs, parts, territoires ou carte.")
    title: str = Field(description="Titre.")
    definitions: list[DefinitionOut] = Field(description="Définitions.")


class IndicatorsOut(Schema):
    """All definitions, given whole."""

    items: list[ChapterOut] = Field(description="Définitions, par sorte.")


@router.get(
    "/sources", response={200: SourcesOut}, summary="Les sources et leurs millésimes", url_name="sources"
)
def sources(request: HttpRequest) -> dict[str, Any]:
    """Le catalogue des sources ouvertes, et ce qui en est chargé : comme /donnees/."""
    return {"items": source_states()}


@router.get(
    "/indicateurs",
    response={200: IndicatorsOut},
    summary="Les indicateurs et leurs définitions",
    url_name="indicators",
)
def indicators(request: HttpRequest) -> dict[str, Any]:
    """Ce que veulent dire les services, les indicateurs, les parts et les valeurs de la carte."""
    shown = [
        {"key": found.key, "label": found.label, "unit": "", "definition": found.definition}
        for found in MAP_INDICATORS.values()
    ]
    return {"items": [*chapters(), {"key": "carte", "title": "Carte", "definitions": shown}]}
