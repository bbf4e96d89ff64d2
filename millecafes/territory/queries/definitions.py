"""What each service, indicator and rate means, as the page of data and the API say it."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.territory.catalogue import DEFINITIONS
from millecafes.territory.enums import Service
from millecafes.territory.indicators import AREA_INDICATORS, INDICATORS, RATIOS


@dataclass(frozen=True)
class Definition:
    """One thing that is measured."""

    key: str
    label: str
    unit: str
    definition: str


@dataclass(frozen=True)
class Chapter:
    """Definitions of one kind."""

    key: str
    title: str
    definitions: tuple[Definition, ...]


def chapters() -> list[Chapter]:
    """Every definition, by kind. No query."""
    return [
        Chapter(
            "services",
            "Services",
            tuple(Definition(s.value, str(s.label), "lieux", DEFINITIONS[s]) for s in Service),
        ),
        Chapter(
            "indicateurs",
            "Indicateurs des communes",
            tuple(
                Definition(i.key, i.label, i.unit, i.definition or DEFINITIONS[i.key])
                for i in INDICATORS.values()
            ),
        ),
        Chapter(
            "parts",
            "Parts et taux",
            tuple(
                Definition(r.key, r.label, r.unit, r.definition or DEFINITIONS[r.key])
                for r in RATIOS.values()
            ),
        ),
        Chapter(
            "territoires",
            "Indicateurs des territoires",
            tuple(Definition(a.key, a.label, a.unit, a.definition) for a in AREA_INDICATORS.values()),
        ),
    ]
