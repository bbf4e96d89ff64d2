"""The description of the API, completed: each refusal that any address may give, and its media type."""

from __future__ import annotations

from typing import Any

from millecafes.api.problems import KINDS, MEDIA_TYPE
from millecafes.api.schemas import Problem

# What any address may answer, and in which cases.
_EVERYWHERE = {
    400: "La requête ne se lit pas.",
    401: "Le jeton montré est refusé ; ou il en faut un.",
    403: "Le jeton montré n’a pas la portée demandée.",
    413: "Le corps est trop gros.",
    422: "Des paramètres sont à corriger : « errors » les nomme.",
    429: "Trop de requêtes : voir Retry-After.",
    500: "Une panne de notre côté.",
    503: "La base de données est occupée : voir Retry-After.",
}
_NAMES = {
    200: "La réponse.",
    301: "Ce code a changé : voir Location.",
    304: "Rien n’a changé depuis l’ETag donné.",
    404: "Rien à cette adresse, ou rien pour vous.",
}
# Never required: a failure may come before anything is counted.
_HEADERS = {
    "RateLimit-Policy": ("Le débit permis : q demandes en w secondes.", "string"),
    "RateLimit": ("Ce qu’il en reste : r demandes, pendant t secondes.", "string"),
    "WWW-Authenticate": ("Ce qui est demandé (RFC 6750).", "string"),
    "Retry-After": ("Secondes à attendre.", "integer"),
}
LICENCE = {
    "name": "Licence Ouverte 2.0 (Etalab)",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


def completed(schema: Any) -> Any:
    """Ninja's description, with every refusal as a problem."""
    schemas = schema["components"]["schemas"]
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= described.pop("$defs", {})
    described["required"] = ["type", "title", "status", "detail"]
    schemas["Problem"] = described
    schema["info"]["license"] = LICENCE
    for found in schemas.values():
        found.pop("description", None)  # English, for whoever reads the code
    for path in schema["paths"].values():
        for operation in path.values():
            _complete(operation)
            for parameter in operation["parameters"]:
                parameter["schema"] = _given(parameter["schema"])
    schema["components"]["headers"] = {
        name: {"description": words, "schema": {"type": kind}} for name, (words, kind) in _HEADERS.items()
    }
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    return schema


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, words in _EVERYWHERE.items():
        responses.setdefault(status, {"description": words})
    for status, response in responses.items():
        response["description"] = {**_NAMES, **_EVERYWHERE}.get(status, response["description"])
        if status >= 400:
            reference = {"$ref": "#/components/schemas/Problem"}
            response["content"] = {MEDIA_TYPE: {"schema": reference}}
        response["headers"] = _headers(status)
    operation["responses"] = dict(sorted(responses.items()))


def _headers(status: int) -> dict[str, Any]:
    """What the headers of an answer tell."""
    names = ["RateLimit-Policy", "RateLimit"]
    names += ["WWW-Authenticate"] if status in {401, 403} else []
    names += ["Retry-After"] if status in {429, 503} else []
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter may be when it is given: null is said by leaving it out."""
    choices = [choice for choice in schema.pop("anyOf", []) if choice != {"type": "null"}]
    schema |= choices[0] if choices else {}
    return {name: value for name, value in schema.items() if name not in {"title", "description"}}


def problem_kinds() -> list[Any]:
    """Every kind of problem, for the page that explains them."""
    return list(KINDS.values())
