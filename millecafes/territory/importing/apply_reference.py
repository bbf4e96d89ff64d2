"""The sources that describe the communes themselves: former codes, dates of change, centres."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from millecafes.territory.catalogue import Source
from millecafes.territory.enums import NameKind, PointOrigin, Service
from millecafes.territory.importing.apply import EXAMPLES, Difference
from millecafes.territory.importing.codes import ends_of_codes, recent_changes
from millecafes.territory.importing.convert import Territory
from millecafes.territory.importing.readers import Mapped
from millecafes.territory.models import Commune, Dataset, PlaceName


class ReferenceChange:
    """What a reference file changes to names, dates or points of communes."""

    services: tuple[Service, ...] = ()

    def __init__(self, source: Source, mapped: Mapped, territory: Territory) -> None:
        self.mapped = mapped
        self.territory = territory
        was = Dataset.objects.filter(source=source.key, is_current=True).values_list("vintage", flat=True)
        self.difference = Difference(was=next(iter(was), ""))
        self.extra: dict[str, Any] = {}
        self.unmatched: list[str] = []
        self.names: list[PlaceName] = []
        self.dated: list[PlaceName] = []
        self.moved: list[Commune] = []
        self._compare()

    def _compare(self) -> None:
        if self.mapped.former:
            self._compare_former()
        if self.mapped.movements:
            self.extra = recent_changes(self.mapped.movements)
            self._compare_dates()
        if self.mapped.points:
            self._compare_points()

    def _compare_former(self) -> None:
        """Former codes that lead nowhere yet."""
        known = set(PlaceName.objects.values_list("code", flat=True))
        labels = dict(Commune.objects.values_list("code", "name"))
        for former, target in sorted(self.mapped.former.items()):
            current = self.territory.resolve(target)
            if current is None:
                self.unmatched.append(former)
            elif former in known:
                self.difference.unchanged += 1
            else:
                self.difference.added += 1
                self.names.append(
                    PlaceName(
                        key=former,  # as the packages: known by its code only
                        name=labels[current],
                        code=former,
                        kind=NameKind.FORMER,
                        commune_id=current,
                    )
                )

    def _compare_dates(self) -> None:
        """The day each former or delegated commune ceased to be one."""
        ends = ends_of_codes(self.mapped.movements)
        for name in PlaceName.objects.exclude(kind=NameKind.CURRENT).order_by("pk"):
            until = ends.get(name.code)
            if name.code == name.commune_id:
                until = None  # the chef-lieu kept its code: it never ceased
            if name.until == until:
                self.difference.unchanged += 1
                continue
            self._count(name, until)
            name.until = until
            self.dated.append(name)

    def _count(self, name: PlaceName, until: dt.date | None) -> None:
        if name.until is None:
            self.difference.added += 1
        elif until is None:
            self.difference.removed += 1
        else:
            self.difference.changed += 1
            if len(self.difference.examples) < EXAMPLES:
                self.difference.examples.append(f"{name.code} : {name.until} → {until}")

    def _compare_points(self) -> None:
        """Centres, for communes that have no other point (or had one from this file)."""
        lacking = Commune.objects.filter(point_origin__in=[PointOrigin.NONE, PointOrigin.CENTROID])
        for commune in lacking.order_by("code"):
            point = self.mapped.points.get(commune.code)
            if point is None:
                continue
            if (commune.lon, commune.lat) == point:
                self.difference.unchanged += 1
                continue
            if commune.lon is None:
                self.difference.added += 1
            else:
                self.difference.changed += 1
            commune.lon, commune.lat = point
            commune.point_origin = PointOrigin.CENTROID
            self.moved.append(commune)

    def summary(self) -> dict[str, Any]:
        """What the run log keeps."""
        return {**asdict(self.difference), **self.extra}

    def write(self, dataset: Dataset) -> None:
        """Write names, dates and points."""
        PlaceName.objects.bulk_create(self.names, batch_size=1_000)
        PlaceName.objects.bulk_update(self.dated, ["until"], batch_size=200)
        Commune.objects.bulk_update(self.moved, ["lon", "lat", "point_origin"], batch_size=200)
