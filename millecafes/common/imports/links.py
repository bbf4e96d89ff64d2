"""What holds on to records, so that undoing an import removes nothing that serves elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from millecafes.common.documents.models import Document


def used_by(
    model: type[Model], numbers: Collection[Any], *, besides: Collection[type[Model]] = ()
) -> dict[Any, str]:
    """For each record that rows of other tables (but `besides`) point to, what these rows are called."""
    found: dict[Any, str] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        if relation.related_model in besides:
            continue
        other, name = relation.related_model, relation.field.name  # type: ignore[union-attr]
        rows = other._base_manager.filter(**{f"{name}__in": list(numbers)}).order_by()  # type: ignore[union-attr]
        for number in rows.values_list(name, flat=True).distinct():
            found.setdefault(number, str(other._meta.verbose_name_plural))  # type: ignore[union-attr]
    documents = Document.objects.filter(target_type=model._meta.label_lower).order_by()
    kept = {str(number): number for number in numbers}
    for number in documents.filter(target_id__in=list(kept)).values_list("target_id", flat=True).distinct():
        found.setdefault(kept[number], str(Document._meta.verbose_name_plural))
    return found
