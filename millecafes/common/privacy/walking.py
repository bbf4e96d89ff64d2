"""Walking the declarations for one person: what is known of them, and its erasure."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction

from millecafes.common.privacy.declaring import Declaration, declarations

Json = Any  # what json.dumps takes
# From a person to the addresses known to be theirs, today's and before.
Addresses = Callable[[Any], Collection[str]]

_addresses: list[Addresses] = []


def know_addresses(addresses: Addresses) -> None:
    """Say under which addresses somebody is known (once, by the room that keeps people)."""
    _addresses[:] = [addresses]


def _addresses_of(user: Any) -> tuple[str, ...]:
    """The addresses by which rows without an account are found."""
    found = _addresses[0](user) if _addresses else (user.email,)
    return tuple(sorted(set(found) - {""}))


@dataclass(frozen=True)
class PersonalRows:
    """What one model knows of a person: rows of {field: value}, and the French names of the fields."""

    declaration: Declaration
    title: str
    labels: Mapping[str, str]
    rows: tuple[Mapping[str, Json], ...]


def _found(
    declaration: Declaration, user: models.Model, addresses: Collection[str]
) -> models.QuerySet[Any] | None:
    """The rows of a person; None when the model cannot say whose its rows are."""
    subject = declaration.subject
    if subject is None:
        return None
    if callable(subject):
        return subject(user)
    rows = declaration.model._default_manager.all()
    if isinstance(subject, tuple):
        here, there = subject
        values = addresses if there == "email" else filter(None, [getattr(user, there)])
        same = [models.Q(**{f"{here}__iexact": value}) for value in values]
        return rows.filter(reduce(or_, same)) if same else rows.none()
    return rows.filter(**{subject: user.pk})


def rows_of(user: models.Model) -> list[PersonalRows]:
    """Everything exported of a person, model by model, in the order of the declarations."""
    found = []
    addresses = _addresses_of(user)
    for declaration in declarations():
        rows = _found(declaration, user, addresses) if declaration.export else None
        if rows is None:
            continue
        labels = {
            name: label for name, label in declaration.personal.items() if name not in declaration.secret
        }
        links = [name for name in labels if _is_link(declaration.model._meta.get_field(name))]
        rows = rows.select_related(*links) if links else rows
        values = tuple(_values(row, labels) for row in rows.order_by("pk"))
        found.append(PersonalRows(declaration, declaration.title, labels, values))
    return found


def _is_link(field: Any) -> bool:
    """Whether a field leads to one row that is no person: people are only a number to one another."""
    return bool((field.many_to_one or field.one_to_one) and field.related_model is not get_user_model())


def _values(row: models.Model, labels: Mapping[str, str]) -> dict[str, Json]:
    return {name: _value(row, name) for name in labels}


def _value(row: models.Model, name: str) -> Json:
    """One value as JSON takes it: a choice by its words, a row or a file by its name, a moment in ISO."""
    field = row._meta.get_field(name)
    if _is_many(row, name):
        return [str(other) for other in getattr(row, name).order_by("pk")]
    if _is_link(field):
        other = getattr(row, name)
        return None if other is None else str(other)
    if field.is_relation:
        return getattr(row, getattr(field, "attname", name))
    value = getattr(row, name)
    if getattr(field, "choices", None):
        return str(getattr(row, f"get_{name}_display")())
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta | decimal.Decimal | uuid.UUID):
        return str(value)
    if isinstance(field, models.FileField):
        return str(value.name or "")
    return value


@transaction.atomic
def erase(user: models.Model) -> dict[str, int]:
    """Erase a person as the declarations say; how many rows of each model were deleted or blanked.

    The person's own row comes last: the others are found by what it still says.
    """
    done = {}
    addresses = _addresses_of(user)  # before the tables that know them are emptied
    for declaration in sorted(declarations(), key=lambda found: found.subject == "pk"):
        rows = None if declaration.erase == "keep" else _found(declaration, user, addresses)
        if rows is None:
            continue
        count = _delete(rows) if declaration.erase == "delete" else _blank(rows, declaration)
        if count:
            done[declaration.label] = count
    return done


def _delete(rows: models.QuerySet[Any]) -> int:
    count = rows.count()
    rows.delete()
    return count


def _blank(rows: models.QuerySet[Any], declaration: Declaration) -> int:
    count = 0
    # Locked: what somebody else writes to a row meanwhile must not come back with ours.
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        for name in declaration.personal:
            _empty(row, name, declaration)
        row.save(update_fields=[name for name in declaration.personal if not _is_many(row, name)])
        count += 1
    return count


def _is_many(row: models.Model, name: str) -> bool:
    return isinstance(row._meta.get_field(name), models.ManyToManyField)


def _empty(row: models.Model, name: str, declaration: Declaration) -> None:
    """Put the declared value in place of a personal one, or what this field takes for nothing."""
    field = row._meta.get_field(name)
    if name in declaration.blanks:
        chosen = declaration.blanks[name]
        setattr(row, name, chosen(row) if callable(chosen) else chosen)
    elif _is_many(row, name):
        getattr(row, name).clear()
    elif isinstance(field, models.FileField):
        getattr(row, name).delete(save=False)
    elif getattr(field, "null", False):
        setattr(row, name, None)
    else:
        setattr(row, name, field.get_default() if isinstance(field, models.Field) else None)
