"""The published schema of the CSV file of cafés (Table Schema, specs.frictionlessdata.io)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from millecafes.cafes import catalogue
from millecafes.cafes.enums import (
    SEPARATOR,
    Activity,
    CafeKind,
    CafeModel,
    CafeVariant,
    Language,
    Origin,
    Payment,
    Relation,
    Wheelchair,
)
from millecafes.cafes.feeds.columns import COLUMNS
from millecafes.common.exports.columns import UNKNOWN

# Raised when a column comes, goes, or holds something else.
VERSION = "1.0.0"
_DAYS = (
    "activite_depuis",
    "lien_depuis",
    "ouvert_le",
    "horaires_confirmes_le",
    "expresso_releve_le",
    "date_maj",
)


def _one_of(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


def _several(codes: Any) -> dict[str, Any]:
    one = "|".join(codes)
    return {"pattern": rf"({one})(\{SEPARATOR}({one}))*"}


def _constraints() -> dict[str, dict[str, Any]]:
    themes = sorted({kind.inclusion for kind in catalogue.services().values() if kind.inclusion})
    return {
        "id": {"required": True, "unique": True, "pattern": "[1-9][0-9]*"},
        "nom": {"required": True, "maxLength": 121},
        "sorte": _one_of(*CafeKind.labels),
        "modele": {"required": True} | _one_of(*CafeModel.labels),
        "variante": _one_of(*CafeVariant.labels),
        "origine": {"required": True} | _one_of(*Origin.labels),
        "activite": _one_of(*Activity.labels),
        "lien": _one_of(*Relation.labels),
        "commune": {"required": True},
        "code_insee": {"required": True, "pattern": "([013-9][0-9]|2[0-9AB])[0-9]{3}"},
        "code_postal": {"pattern": "[0-9]{5}"},
        "departement": {"required": True},
        "latitude": {"minimum": -90, "maximum": 90},
        "longitude": {"minimum": -180, "maximum": 180},
        "itinerance": {"required": True} | _one_of("Itinérant", "Fixe"),
        "pivot": {"pattern": "[0-9]{14}"},
        "services_en_service": _several(catalogue.services()),
        "thematiques_inclusion": _several(themes),
        "acces_fauteuil": _one_of(*Wheelchair.labels),
        "langues": _several(Language.values),
        "paiement": _several(Payment.values),
        "expresso_euros": {"minimum": 0.01, "maximum": 10},
        "openstreetmap": {"pattern": "(node|way|relation)/[0-9]+"},
        "date_maj": {"required": True},
        "demonstration": _one_of("oui"),
    }


def table_schema() -> dict[str, Any]:
    """The schema of `/cafes/export.csv`: every column in its order, its type and what it may hold."""
    constraints = _constraints()
    fields = []
    for column in COLUMNS:
        told: dict[str, Any] = {"name": column.heading, "description": column.definition}
        if column.kind == "number":
            told |= {"type": "number", "decimalChar": ","}
        elif column.key in _DAYS:
            told |= {"type": "date", "format": "default"}
        else:
            told["type"] = "string"
        if column.key in constraints:
            told["constraints"] = constraints[column.key]
        fields.append(told)
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": "mille-cafes",
        "title": "Cafés du réseau Mille cafés",
        "description": "Un café par ligne, pour le même filtre que la liste. Fichier CSV en UTF-8, "
        "séparateur point-virgule, virgule décimale.",
        "version": VERSION,
        "countryCode": "FR",
        "homepage": settings.SITE_URL + reverse("cafes:list"),
        "path": settings.SITE_URL + reverse("cafes:schema"),
        "fields": fields,
        "primaryKey": "id",
        "missingValues": ["", UNKNOWN],
    }


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """`/cafes/schema.json`: the Table Schema of the CSV."""
    return JsonResponse(table_schema(), json_dumps_params={"ensure_ascii": False, "indent": 1})
