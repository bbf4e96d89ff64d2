"""What is loaded: current datasets, their loads, what they cannot tell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from millecafes.territory.catalogue import PACKAGE_SOURCES, SERVICE_SOURCES, SOURCES, Source
from millecafes.territory.enums import RunState, Service
from millecafes.territory.indicators import INDICATORS
from millecafes.territory.models import Dataset, ImportRun
from millecafes.territory.wording import vintage_words

SUPPLY = "supply:"


def current_datasets() -> dict[str, Dataset]:
    """The dataset in service of each loaded source, by source key (one query)."""
    return {dataset.source: dataset for dataset in Dataset.objects.filter(is_current=True)}


def labels(ids: Collection[str]) -> dict[str, str]:
    """How loaded datasets are called, by number: title of the source, and vintage."""
    rows = Dataset.objects.filter(pk__in=[int(value) for value in ids if value.isdecimal()])
    titles = {key: source.title for key, source in SOURCES.items()}
    return {
        str(row.pk): f"« {titles.get(row.source, row.source)} », {vintage_words(row.vintage)}" for row in rows
    }


def supply_unknown() -> dict[Service, frozenset[str]]:
    """Communes about which the source of a service says nothing: neither presence nor absence.

    They were re-established after the file's geography. One query.
    """
    found: dict[Service, frozenset[str]] = {}
    for run in _applied_runs():
        for target in run.summary.get("gives", ()):
            if target.startswith(SUPPLY):
                found[Service(target.removeprefix(SUPPLY))] = frozenset(run.summary.get("unknown", ()))
    return found


def _applied_runs() -> list[ImportRun]:
    """The run that brought each dataset in service, oldest first: a later one takes precedence."""
    return list(
        ImportRun.objects.filter(dataset__is_current=True, state=RunState.APPLIED).order_by(
            "started_at", "pk"
        )
    )


@dataclass(frozen=True)
class SourceState:
    """A source, the dataset in service, the last attempt, and what it feeds."""

    source: Source
    dataset: Dataset | None
    run: ImportRun | None
    feeds: tuple[str, ...]

    @property
    def vintage(self) -> str:
        """The vintage in service, in words."""
        return vintage_words(self.dataset.vintage) if self.dataset else ""

    @property
    def running(self) -> bool:
        """Whether a load is under way."""
        return self.run is not None and self.run.state == RunState.RUNNING

    @property
    def failed(self) -> bool:
        """Whether the last attempt failed."""
        return self.run is not None and self.run.state in {RunState.FAILED, RunState.REFUSED}

    @property
    def percent(self) -> int | None:
        """Progress of the load under way, when its size is known."""
        if self.run is None or not self.running or not self.run.total:
            return None
        return min(100, round(100 * self.run.done / self.run.total))

    @property
    def label(self) -> str:
        """The state in words."""
        if self.running:
            return "chargement en cours"
        if self.failed:
            return "échec du dernier essai" + (" ; données précédentes gardées" if self.dataset else "")
        return "chargée" if self.dataset else "non chargée"


def source_states() -> list[SourceState]:
    """Packages then sources of the catalogue, in its order (three queries)."""
    datasets = current_datasets()
    last = ImportRun.objects.values("source").annotate(last=Max("pk")).values("last")
    runs = {run.source: run for run in ImportRun.objects.filter(pk__in=last)}
    gives: dict[str, list[str]] = {}
    for run in _applied_runs():
        gives[run.source] = run.summary.get("gives", [])
        for target, other in run.summary.get("taken", {}).items():
            if target in gives.get(other, ()):
                gives[other] = [kept for kept in gives[other] if kept != target]
    return [
        SourceState(source, datasets.get(key), runs.get(key), _feeds(source, gives.get(key)))
        for key, source in {**PACKAGE_SOURCES, **SOURCES}.items()
    ]


def _feeds(source: Source, gives: list[str] | None) -> tuple[str, ...]:
    """Labels of what a source feeds: what it was seen to give, else what the catalogue says."""
    if gives is None:
        gives = [SUPPLY + service for service in source.services] + list(source.indicators)
    return tuple(
        str(Service(target.removeprefix(SUPPLY)).label)
        if target.startswith(SUPPLY)
        else INDICATORS[target].label
        for target in gives
    )


def loaded_services() -> frozenset[Service]:
    """Services fed by at least one loaded source (one query)."""
    loaded = current_datasets()
    return frozenset(s for s, keys in SERVICE_SOURCES.items() if any(key in loaded for key in keys))
