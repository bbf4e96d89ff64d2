"""Compare converted figures with what is stored, then write them: one source, one transaction.

When several loaded sources give the same figure, one of them is kept for all communes:
for a service, the newest vintage, then the catalogue's order; for indicators read together
(`catalogue.FAMILIES`), the source that gives most of them, then the newest, then the order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from millecafes.territory.catalogue import SOURCES, Source, family_of
from millecafes.territory.enums import RunState, Service
from millecafes.territory.importing.convert import Converted
from millecafes.territory.importing.readers import Mapped
from millecafes.territory.models import Dataset, ImportRun, IndicatorValue, Supply

SUPPLY = "supply:"
EXAMPLES = 8
_ORDER = {key: rank for rank, key in enumerate(SOURCES)}

Key = tuple[str, str]  # what is given (an indicator, or "supply:<service>"), commune
Value = tuple[float | None, str, str]  # value, category, status


@dataclass
class Difference:
    """What a load would change, in numbers and a few examples."""

    was: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the stored figures are already these."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True)
class Offer:
    """What a source can give, and its vintage."""

    source: str
    vintage: str
    targets: frozenset[str]

    def rank(self, target: str) -> tuple[Any, ...]:
        """The greater is kept."""
        if target.startswith(SUPPLY):
            return self.vintage, -_ORDER[self.source]
        given = sum(indicator in self.targets for indicator in family_of(target))
        return given, self.vintage, -_ORDER[self.source]


def compare(old: dict[Key, Value], new: dict[Key, Value], was: str) -> Difference:
    """Count what differs; the first differences are told."""
    difference = Difference(was=was, removed=len(old.keys() - new.keys()))
    for key, value in new.items():
        before = old.get(key)
        if before == value:
            difference.unchanged += 1
            continue
        if before is None:
            difference.added += 1
        else:
            difference.changed += 1
            if len(difference.examples) < EXAMPLES:
                difference.examples.append(f"{key[1]} {key[0]} : {_shown(before)} → {_shown(value)}")
    return difference


def _shown(value: Value) -> str:
    if value[0] is None and not value[1]:
        return value[2]
    return value[1] or f"{value[0]:g}"


class FigureChange:
    """The figures of one file, ready to be compared and written."""

    def __init__(self, source: Source, mapped: Mapped, converted: Converted) -> None:
        self.source = source
        self.converted = converted
        targets = [SUPPLY + service for service in mapped.supply] + list(mapped.values)
        self.offer = Offer(source.key, mapped.vintage, frozenset(targets))
        self.left, self.taken = _arbitrate(self.offer)
        self.gives = [target for target in targets if target not in self.left]
        self.rows = self._rows()
        was = Dataset.objects.filter(source=source.key, is_current=True).values_list("vintage", flat=True)
        self.difference = compare(_stored(source.key), self.rows, next(iter(was), ""))

    def _rows(self) -> dict[Key, Value]:
        rows: dict[Key, Value] = {}
        for service, counts in self.converted.supply.items():
            if SUPPLY + service in self.gives:
                rows |= {(SUPPLY + service, code): (float(n), "", "ok") for code, n in counts.items()}
        for indicator, cells in self.converted.values.items():
            if indicator in self.gives:
                rows |= {
                    (indicator, code): (cell.value, cell.category, str(cell.status))
                    for code, cell in cells.items()
                }
        return rows

    @property
    def services(self) -> tuple[Service, ...]:
        """Services whose places may have changed."""
        return tuple(s for s in Service if SUPPLY + s in self.gives)

    def summary(self) -> dict[str, Any]:
        """What the run log keeps."""
        return {
            **asdict(self.difference),
            "offers": sorted(self.offer.targets),
            "gives": self.gives,
            "left": self.left,
            "taken": self.taken,
            "unknown": self.converted.unknown,
        }

    def write(self, dataset: Dataset) -> None:
        """Replace this source's figures, and those it takes from others, by its rows."""
        services = [target.removeprefix(SUPPLY) for target in self.gives if target.startswith(SUPPLY)]
        indicators = [target for target in self.gives if not target.startswith(SUPPLY)]
        mine = Q(dataset__source=self.source.key)
        Supply.objects.filter(mine | Q(service__in=services, dataset__isnull=False)).delete()
        IndicatorValue.objects.filter(mine | Q(indicator__in=indicators)).delete()
        _insert(
            Supply,
            ("commune_id", "service", "count", "declared_by", "dataset_id"),
            (
                (code, target.removeprefix(SUPPLY), int(value or 0), "", dataset.pk)
                for (target, code), (value, _, _) in self.rows.items()
                if target.startswith(SUPPLY)
            ),
        )
        _insert(
            IndicatorValue,
            ("commune_id", "indicator", "value", "category", "status", "dataset_id"),
            (
                (code, target, value, category, status, dataset.pk)
                for (target, code), (value, category, status) in self.rows.items()
                if not target.startswith(SUPPLY)
            ),
        )


def _insert(
    model: type[Supply | IndicatorValue], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    holes = ", ".join(["%s"] * len(columns))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        # Names are the model's own, quoted; values are parameters.
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", list(rows))  # noqa: S608


def _stored(source: str) -> dict[Key, Value]:
    """What the database holds from this source."""
    stored: dict[Key, Value] = {
        (SUPPLY + service, code): (float(count), "", "ok")
        for service, code, count in Supply.objects.filter(dataset__source=source)
        .values_list("service", "commune_id", "count")
        .iterator(10_000)
    }
    values = IndicatorValue.objects.filter(dataset__source=source)
    for key, code, value, category, status in values.values_list(
        "indicator", "commune_id", "value", "category", "status"
    ).iterator(10_000):
        stored[key, code] = (value, category, status)
    return stored


def _others(source: str) -> list[Offer]:
    """What the other loaded sources can give, from the log of their last application."""
    runs = (
        ImportRun.objects.filter(dataset__is_current=True, state=RunState.APPLIED)
        .exclude(source=source)
        .order_by("started_at", "pk")
        .values_list("source", "dataset__vintage", "summary")
    )
    latest = {
        key: Offer(key, vintage, frozenset(summary.get("offers", ())))
        for key, vintage, summary in runs
        if key in SOURCES
    }
    return list(latest.values())


def _arbitrate(mine: Offer) -> tuple[dict[str, str], dict[str, str]]:
    """What is left to other sources (target → source), and what is taken from them."""
    left: dict[str, str] = {}
    taken: dict[str, str] = {}
    others = _others(mine.source)
    for target in sorted(mine.targets):
        group = {target} if target.startswith(SUPPLY) else set(family_of(target))
        rivals = [offer for offer in others if group & offer.targets]
        best = max(rivals, key=lambda offer: offer.rank(target), default=None)
        if best is None:
            continue
        if best.rank(target) > mine.rank(target):
            left[target] = best.source
        elif target in best.targets:
            taken[target] = best.source
    return left, taken
