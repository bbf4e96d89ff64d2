"""The catalogue of what a café may offer, in data: `catalogue.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True)
class ServiceKind:
    """A kind of service: its stable code, its French name, and what other systems call it.

    `supplies` is the value of `territory.enums.Service` that it counts as; empty when it counts as none.
    """

    code: str
    label: str
    group: str
    icon: str
    osm: Mapping[str, str] = field(default_factory=dict)
    inclusion: str = ""
    supplies: str = ""


@dataclass(frozen=True)
class Group:
    """A group of services, as pages show them together."""

    code: str
    label: str
    services: tuple[ServiceKind, ...]


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def services() -> dict[str, ServiceKind]:
    """Every kind of service, by code, in the order of pages."""
    return {row["code"]: ServiceKind(**row) for row in _read()["service"]}


@cache
def groups() -> tuple[Group, ...]:
    """The groups, with their services."""
    return tuple(
        Group(**row, services=tuple(kind for kind in services().values() if kind.group == row["code"]))
        for row in _read()["group"]
    )


def label(code: str) -> str:
    """The French name of a service; its code when the catalogue no longer has it."""
    kind = services().get(code)
    return kind.label if kind else code
