"""The description of the API put so that people read it: addresses by subject, parameters, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Deeper, a field is named with its kind, and explained where it stands.
DEEPEST = 2
_KINDS = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "array": "liste",
    "object": "objet",
    "null": "null",
}


@dataclass(frozen=True)
class Parameter:
    """What may be given to an address."""

    name: str
    place: str
    kind: str
    words: str
    is_required: bool


@dataclass(frozen=True)
class Property:
    """A field of an answer, and how deep it stands."""

    name: str
    kind: str
    words: str


@dataclass(frozen=True)
class Operation:
    """An address."""

    key: str
    path: str
    title: str
    words: str
    needs_token: bool
    parameters: list[Parameter]
    properties: list[Property]


@dataclass(frozen=True)
class Group:
    """The addresses of a subject."""

    name: str
    operations: list[Operation] = field(default_factory=list)


def operations(schema: Mapping[str, Any]) -> list[Group]:
    """Every address of a description, by subject, in the order of the description."""
    schemas = schema["components"]["schemas"]
    groups: dict[str, Group] = {}
    for path, methods in schema["paths"].items():
        for found in methods.values():
            name = found["tags"][0]
            groups.setdefault(name, Group(name)).operations.append(_operation(path, found, schemas))
    return list(groups.values())


def _operation(path: str, found: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    answer = found["responses"][200]["content"]["application/json"]["schema"]
    return Operation(
        key=found["operationId"],
        path=path,
        title=found["summary"],
        words=found["description"],
        needs_token="security" in found,
        parameters=[
            Parameter(
                name=given["name"],
                place="adresse" if given["in"] == "path" else "paramètre",
                kind=_kind(given["schema"], schemas),
                words=given["description"],
                is_required=given.get("required", False),
            )
            for given in found["parameters"]
        ],
        properties=list(_properties(answer, schemas, "", 0)),
    )


def _properties(
    found: Mapping[str, Any], schemas: Mapping[str, Any], before: str, depth: int
) -> list[Property]:
    """The fields of a schema, those inside after theirs: « items[].name »."""
    schema, is_list = _inner(found, schemas)
    before += "[]" if is_list else ""
    rows: list[Property] = []
    for name, inner in schema.get("properties", {}).items():
        path = f"{before}.{name}".lstrip(".")
        rows.append(Property(path, _kind(inner, schemas), inner.get("description", "")))
        if depth < DEEPEST:
            rows += _properties(inner, schemas, path, depth + 1)
    return rows


def _inner(found: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema behind references, choices and lists; and whether it was a list."""
    if "$ref" in found:
        return _inner(schemas[found["$ref"].rpartition("/")[2]], schemas)
    for choice in (*found.get("anyOf", ()), *found.get("allOf", ())):
        if choice != {"type": "null"}:
            return _inner(choice, schemas)
    if found.get("type") == "array":
        return _inner(found.get("items", {}), schemas)[0], True
    return found, False


def _kind(found: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """The kind of a value, in words."""
    choices = found.get("anyOf")
    if choices:
        return " ou ".join(dict.fromkeys(_kind(choice, schemas) for choice in choices))
    if "$ref" in found or "allOf" in found:
        schema, _ = _inner(found, schemas)
        return _kind(schema, schemas)
    if "enum" in found:
        return "l’un de " + ", ".join(map(str, found["enum"]))
    if "const" in found:
        return str(found["const"])
    if found.get("type") == "array":
        return f"liste ({_kind(found.get('items', {}), schemas)})"
    words = {"date-time": "date et heure", "date": "date"}.get(found.get("format", ""))
    words = words or _KINDS.get(found.get("type", ""), "valeur")
    low, high = found.get("minimum"), found.get("maximum")
    if low is not None and high is not None:
        return f"{words} de {low} à {high}"
    return f"{words}, {found['maxLength']} caractères au plus" if "maxLength" in found else words
