"""Declarations: what a model holds about people, why, on what ground, for how long, and how it is erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

Erasing = Literal["delete", "blank", "keep"]
# How the rows of a person are found: "pk" (the row is the person), the path of a foreign key ("user",
# "role__user"), a pair (field here, field of the person) compared without case, or a function. A pair with
# the person's "email" finds the rows of every address known to be theirs.
Subject = str | tuple[str, str] | Callable[[Any], "QuerySet[Any]"]

# Who reads the values: when nobody does, and when a declaration says nothing else.
SOFTWARE = "personne, seul le logiciel s’en sert"
PROGRAMME = "les personnes du programme dont le rôle le demande, et personne d’autre"


@dataclass(frozen=True)
class Declaration:
    """What one model holds about people. Without `personal`, nothing: `reason` says why.

    `retention` is a number of days, kept by the purge named `purge`; or words (« tant que… »).
    `recipients` says who reads the values. `blanks` gives what stands in place of a value erased by "blank",
    where empty would not do: a value, or a function of the row. Fields in `secret` are personal but useless
    to the person: not exported.
    """

    label: str
    personal: Mapping[str, str] = field(default_factory=dict)
    not_personal: tuple[str, ...] = ()
    purpose: str = ""
    basis: str = ""
    retention: int | str = ""
    purge: str = ""
    subject: Subject | None = None
    erase: Erasing = "keep"
    blanks: Mapping[str, Any] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    reason: str = ""
    recipients: str = PROGRAMME
    export: bool = True

    @property
    def model(self) -> type[Model]:
        """The model declared."""
        from django.apps import apps

        return apps.get_model(self.label)

    @property
    def title(self) -> str:
        """What the rows are called, in French."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def retention_words(self) -> str:
        """How long the values are kept, in French."""
        if not isinstance(self.retention, int):
            return self.retention
        years, days = divmod(self.retention, 365)
        number, unit = (days, "jour") if days else (years, "an")
        return f"{number} {unit}s" if number > 1 else f"{number} {unit}"

    @property
    def fields(self) -> set[str]:
        """Every field declared, either way."""
        return {*self.personal, *self.not_personal}


_declarations: dict[str, Declaration] = {}


def declare(
    label: str,
    *,
    purpose: str,
    basis: str,
    retention: int | str,
    subject: Subject | None,
    personal: Mapping[str, str],
    not_personal: Iterable[str] = (),
    erase: Erasing,
    reason: str = "",
    purge: str = "",
    blanks: Mapping[str, Any] | None = None,
    secret: Iterable[str] = (),
    recipients: str = PROGRAMME,
    export: bool = True,
) -> None:
    """Declare a model that holds personal data: {"email": "adresse e-mail"} and the rest (`Declaration`)."""
    _add(
        Declaration(
            label=label,
            personal=dict(personal),
            not_personal=tuple(not_personal),
            purpose=purpose,
            basis=basis,
            retention=retention,
            purge=purge,
            subject=subject,
            erase=erase,
            blanks=dict(blanks or {}),
            secret=tuple(secret),
            reason=reason,
            recipients=recipients,
            export=export,
        )
    )


def declare_impersonal(label: str, *fields: str, reason: str) -> None:
    """Declare a model whose fields say nothing about anybody, and why."""
    _add(Declaration(label=label, not_personal=fields, reason=reason))


def _add(declaration: Declaration) -> None:
    if _declarations.get(declaration.label, declaration) != declaration:
        raise ValueError(f"données personnelles : {declaration.label} est déclaré de deux façons")
    _declarations[declaration.label] = declaration


def declarations() -> tuple[Declaration, ...]:
    """The models that hold personal data, in the order of their declaration."""
    return tuple(found for found in _declarations.values() if found.personal)


def all_declarations() -> dict[str, Declaration]:
    """Every model declared, by label ("accounts.user")."""
    return dict(_declarations)
