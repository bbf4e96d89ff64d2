"""The exports that rooms declare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django import forms
from django.http import QueryDict

from millecafes.common.actors import Actor
from millecafes.common.exports.columns import Table
from millecafes.common.exports.formats import FORMATS

F = TypeVar("F", bound=forms.BaseForm)

SPREADSHEETS = ("csv", "ods", "parquet")


class RefusedError(Exception):
    """What was asked cannot be exported; its words are shown."""


@dataclass(frozen=True)
class Export:
    """A list as a file.

    Parameters
    ----------
    title
        What the list is called, in French.
    table
        The table for an actor and what the address asks (the filter of the screen). Called when the answer
        is written, in a snapshot: rows may come from a generator. May raise RefusedError.
    permission
        Asked again when a long export is written; empty for what is public.
    """

    title: str
    table: Callable[[Actor, QueryDict], Table]
    permission: str = ""
    formats: tuple[str, ...] = SPREADSHEETS


_exports: dict[str, Export] = {}


def register(name: str, export: Export) -> None:
    """Add an export, named "room.what"."""
    _exports[name] = export


def valid(form: F) -> F:
    """The filter of the screen, which must mean something.

    Raises
    ------
    RefusedError
        With what each field says.
    """
    if form.is_valid():
        return form
    said = []
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label} : " if name in form.fields else ""
        said.append(label + " ".join(map(str, errors)))
    raise RefusedError(" ".join(said))


def unregister(name: str) -> None:
    """Take an export away (tests)."""
    _exports.pop(name, None)


def find(name: str) -> Export | None:
    """An export by its name."""
    return _exports.get(name)


def labels_of(name: str) -> dict[str, str]:
    """The formats of an export, for the links of its list: extension and label."""
    return {extension: FORMATS[extension].label for extension in _exports[name].formats}
