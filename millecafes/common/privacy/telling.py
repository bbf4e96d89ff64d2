"""Telling the public what is kept of people: the declarations, purpose by purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from millecafes.common.privacy.declaring import Declaration, declarations


@dataclass(frozen=True)
class Treatment:
    """One purpose: on what ground, which data, until when, and who reads them."""

    purpose: str
    basis: str
    recipients: str
    room: str
    data: tuple[str, ...]
    retentions: tuple[str, ...]
    notes: tuple[str, ...]  # why something is not erased, or nobody can be found in it


def treatments() -> list[Treatment]:
    """Every purpose for which something is kept of anybody, in the order of the declarations."""
    groups: dict[tuple[str, str, str], list[Declaration]] = {}
    for declared in declarations():
        key = (declared.purpose, declared.basis, declared.recipients)
        groups.setdefault(key, []).append(declared)
    return [_treatment(group) for group in groups.values()]


def _treatment(group: list[Declaration]) -> Treatment:
    first = group[0]
    return Treatment(
        purpose=first.purpose,
        basis=first.basis,
        recipients=first.recipients,
        room=first.label.partition(".")[0],
        data=_once(label for declared in group for label in declared.personal.values()),
        retentions=_once(declared.retention_words for declared in group),
        notes=_once(declared.reason for declared in group if declared.reason),
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
