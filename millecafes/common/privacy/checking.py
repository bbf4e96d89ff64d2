"""The check that fails the build when a table could hold something about somebody and nobody said so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from millecafes.common.privacy.declaring import Declaration, all_declarations
from millecafes.common.privacy.purging import purges

Field: TypeAlias = "models.Field[Any, Any]"

# What can hold no text, no file and no point. A kind of field that is not here must be declared.
HARMLESS = (
    models.BooleanField,
    models.IntegerField,
    models.FloatField,
    models.DecimalField,
    models.DateField,
    models.TimeField,
    models.DurationField,
    models.UUIDField,
)
# Numbers that place something on a map.
_POINT = re.compile(r"(^|_)(lon|lat|longitude|latitude)$")


def must_be_declared(field: Field) -> bool:
    """Whether a field could hold a text, a file, a point, or says which person."""
    if field.is_relation:
        person = get_user_model()
        return field.related_model is person or (bool(field.many_to_many) and field.model is person)
    return not isinstance(field, HARMLESS) or bool(_POINT.search(field.name))


def own_fields(model: type[models.Model]) -> Iterator[Field]:
    """The fields a model has a column or a table for."""
    yield from model._meta.local_fields
    yield from model._meta.local_many_to_many


def faults(
    found: Iterable[type[models.Model]], declared: Mapping[str, Declaration], known_purges: Iterable[str]
) -> Iterator[str]:
    """Everything wrong between the tables and what is declared of them, in French."""
    by_label = {model._meta.label_lower: model for model in found if not model._meta.proxy}
    for label, model in by_label.items():
        fields = declared[label].fields if label in declared else set()
        for field in own_fields(model):
            if must_be_declared(field) and field.name not in fields:
                yield f"{label}.{field.name} n’est déclaré ni personnel ni non personnel"
    for label, declaration in declared.items():
        if label in by_label:
            yield from _faults_of(declaration, by_label[label], set(known_purges))
        else:
            yield f"{label} est déclaré, mais ce modèle n’existe pas"


def _faults_of(declaration: Declaration, model: type[models.Model], known_purges: set[str]) -> Iterator[str]:
    label = declaration.label
    fields = {field.name: field for field in own_fields(model)}
    for name in sorted({*declaration.fields, *declaration.secret, *declaration.blanks} - fields.keys()):
        yield f"{label}.{name} est déclaré, mais ce champ n’existe pas"
    for name in sorted(declaration.personal.keys() & set(declaration.not_personal)):
        yield f"{label}.{name} est déclaré à la fois personnel et non personnel"
    if not declaration.personal:
        if not declaration.reason:
            yield f"{label} : dire pourquoi rien n’y est personnel (reason)"
        return
    for name in ("purpose", "basis", "retention"):
        if not getattr(declaration, name):
            yield f"{label} : il manque {name}"
    if isinstance(declaration.retention, int) and not declaration.purge:
        yield f"{label} : à garder {declaration.retention_words}, mais aucune purge n’est nommée"
    if declaration.purge and declaration.purge not in known_purges:
        yield f"{label} : la purge « {declaration.purge} » n’existe pas"
    if declaration.erase == "keep" and not declaration.reason:
        yield f"{label} : dire pourquoi rien n’est effacé (reason)"
    if declaration.subject is None and not declaration.reason:
        yield f"{label} : dire pourquoi on ne sait pas à qui sont ces lignes (reason)"
    yield from _subject_faults(declaration, model)
    if declaration.erase == "blank":
        for name in declaration.personal.keys() & fields.keys() - declaration.blanks.keys():
            if not _can_be_emptied(fields[name]):
                yield f"{label}.{name} ne peut pas être vidé : dire par quoi le remplacer (blanks)"


def _subject_faults(declaration: Declaration, model: type[models.Model]) -> Iterator[str]:
    subject = declaration.subject
    if subject is None or callable(subject) or subject == "pk":
        return
    path = subject[0] if isinstance(subject, tuple) else subject
    here: type[models.Model] | None = model
    for part in path.split("__"):
        try:
            field = here._meta.get_field(part) if here else None
        except FieldDoesNotExist:
            field = None
        if field is None:
            yield f"{declaration.label} : le chemin « {path} » (subject) ne mène nulle part"
            return
        related = field.related_model
        here = related if isinstance(related, type) else None
    if isinstance(subject, str) and here is not get_user_model():
        yield f"{declaration.label} : le chemin « {path} » (subject) ne mène pas à une personne"


def _can_be_emptied(field: Field) -> bool:
    if field.null or field.many_to_many:
        return True
    return not field.unique and (field.has_default() or field.empty_strings_allowed) and not field.is_relation


def check_declarations(**_: Any) -> list[checks.CheckMessage]:
    """Every field that could hold something about somebody is declared, and every declaration holds."""
    return [
        checks.Error(
            f"Données personnelles : {fault}.",
            hint="Voir le privacy.py de l’application, et millecafes/common/privacy/declaring.py.",
            id="common.E001",
        )
        for fault in faults(apps.get_models(), all_declarations(), purges())
    ]
