"""The catalogue of open data sources (`catalogue.toml`), as frozen dataclasses."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from millecafes.territory.enums import Service
from millecafes.territory.indicators import INDICATORS

CATALOGUE_FILE = Path(__file__).with_name("catalogue.toml")

# Figures that are read together come from one dataset: a ratio never mixes two vintages.
FAMILIES: tuple[tuple[str, ...], ...] = (
    ("pop_census", "pop_previous", "age_0_14", "age_60_plus", "age_75_plus"),
    ("births", "deaths"),
    ("households", "households_single"),
    ("dwellings", "main_homes", "second_homes", "vacant_homes"),
    ("active_15_64", "unemployed_15_64"),
    ("median_income",),
    ("poverty_rate",),
    ("density",),
    ("rurality",),
    ("centrality",),
    ("massif",),
    ("frr",),
)


@dataclass(frozen=True)
class Category:
    """How a label becomes a category: its column, and the level (or status) of each label."""

    column: str
    levels: dict[str, int | str] = field(default_factory=dict)
    numbered: bool = False  # « 06 - Massif Central »: level 6; empty: level 0, no category


@dataclass(frozen=True)
class FileRule:
    """How the files of a source that bear certain names are read."""

    match: tuple[str, ...]
    reader: str
    key: str = ""
    vintage: str = ""
    vintage_from: str = ""
    latest_vintage: str = ""
    geo_vintage: str = ""
    weight: str = ""
    service: str = ""
    repeated_rows: bool = False
    outside: tuple[str, ...] | None = None
    outside_except: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    equipment: dict[str, tuple[str, ...]] = field(default_factory=dict)
    activities: dict[str, tuple[str, ...]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    shares: dict[str, dict[str, str]] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)

    def fits(self, name: str) -> bool:
        """Whether this rule reads the file called `name` (case ignored)."""
        return any(fnmatch(name.lower(), pattern.lower()) for pattern in self.match)


@dataclass(frozen=True)
class Source:
    """One source of the catalogue."""

    key: str
    title: str
    publisher: str
    page: str
    licence: str
    vintage: str
    geo_vintage: str
    format: str
    size_mb: float
    absent: Literal["zero", "unknown", "secret"]
    summary: str
    files: tuple[FileRule, ...]
    address: str = ""
    save_as: str = ""  # name of the downloaded file; {month} is the month of the download
    paged: bool = False  # a JSON answer that leads to the next one
    small: bool = False
    extract: bool = False
    outside: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    indicators: tuple[str, ...] = ()

    def rule_for(self, name: str) -> FileRule | None:
        """The rule that reads a file called `name`, if any."""
        return next((rule for rule in self.files if rule.fits(name)), None)


@dataclass(frozen=True)
class Reestablished:
    """A commune that left another one, and when."""

    code: str
    parent: str
    on: dt.date


def _tuples(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in table.items()}


def _rule(raw: dict[str, Any]) -> FileRule:
    return FileRule(
        **{
            **raw,
            "match": tuple(raw["match"]),
            "outside": tuple(raw["outside"]) if "outside" in raw else None,
            "outside_except": tuple(raw.get("outside_except", ())),
            "columns": _tuples(raw.get("columns", {})),
            "keep": _tuples(raw.get("keep", {})),
            "equipment": _tuples(raw.get("equipment", {})),
            "activities": _tuples(raw.get("activities", {})),
            "categories": {key: Category(**table) for key, table in raw.get("categories", {}).items()},
        }
    )


def _spaced(text: str) -> str:
    """French typography: no line break before a colon, a semicolon or a percent sign."""
    return re.sub(r" (?=[:;%»])", "\N{NO-BREAK SPACE}", text)


def _source(key: str, raw: dict[str, Any]) -> Source:
    unknown = set(raw.get("indicators", ())) - set(INDICATORS)
    if unknown:
        raise ValueError(f"catalogue.toml, {key}: unknown indicators {sorted(unknown)}")
    return Source(
        key=key,
        **{
            **raw,
            "title": _spaced(raw["title"]),
            "summary": _spaced(raw["summary"]),
            "files": tuple(_rule(rule) for rule in raw["files"]),
            "outside": tuple(raw.get("outside", ())),
            "services": tuple(Service(service) for service in raw.get("services", ())),
            "indicators": tuple(raw.get("indicators", ())),
        },
    )


@dataclass(frozen=True)
class Catalogue:
    """Everything the catalogue file says."""

    sources: dict[str, Source]
    packages: dict[str, Source]
    re_established: tuple[Reestablished, ...]
    definitions: dict[str, str]


def read_catalogue(path: Path = CATALOGUE_FILE) -> Catalogue:
    """Read and check a catalogue file."""
    with path.open("rb") as file:
        raw = tomllib.load(file)
    return Catalogue(
        sources={key: _source(key, table) for key, table in raw["sources"].items()},
        packages={key: _source(key, table) for key, table in raw["packages"].items()},
        re_established=tuple(
            Reestablished(code, table["from"], table["on"]) for code, table in raw["re_established"].items()
        ),
        definitions={key: _spaced(text) for key, text in raw["definitions"].items()},
    )


CATALOGUE = read_catalogue()
SOURCES = CATALOGUE.sources
PACKAGE_SOURCES = CATALOGUE.packages
RE_ESTABLISHED = CATALOGUE.re_established
DEFINITIONS = CATALOGUE.definitions  # of services, indicators and ratios, in French

# Which sources can feed a service, in the catalogue's order. Loading keeps the rows of one only.
SERVICE_SOURCES: dict[Service, tuple[str, ...]] = {
    service: tuple(source.key for source in SOURCES.values() if service in source.services)
    for service in Service
}
INDICATOR_SOURCES: dict[str, tuple[str, ...]] = {
    indicator: tuple(source.key for source in SOURCES.values() if indicator in source.indicators)
    for indicator in INDICATORS
}


def family_of(indicator: str) -> tuple[str, ...]:
    """The indicators that are read together with this one."""
    return next(family for family in FAMILIES if indicator in family)
