"""Load the territory from the two registry packages: one transaction, the same result when run twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import ProtectedError

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.territory.enums import NameKind, PointOrigin, RunState
from millecafes.territory.importing.packages import (
    PACKAGES,
    Package,
    PackageError,
    copy_packages,
    fingerprint,
    read_sources,
)
from millecafes.territory.models import (
    Commune,
    CommuneShape,
    Dataset,
    Departement,
    Epci,
    ImportRun,
    PlaceName,
    PostalCode,
    Region,
)

if TYPE_CHECKING:
    from millecafes.territory.importing.territory import Tables

COMMUNE_COLUMNS = (
    "code",
    "name",
    "slug",
    "zone",
    "departement_id",
    "epci_id",
    "population",
    "lon",
    "lat",
    "point_origin",
    "area_km2",
    "postal_codes",
    "hall_address",
    "hall_email",
    "hall_phone",
    "hall_site",
    "hall_hours",
)
# Communes without any point here may have received one from the file of centres: it is kept.
_KEPT_WHEN_UNKNOWN = {
    column: f"CASE WHEN excluded.point_origin = '{PointOrigin.NONE.value}'"
    f" THEN territory_commune.{column} ELSE excluded.{column} END"
    for column in ("lon", "lat", "point_origin")
}

Progress = Callable[[str, int, int], None]
STEPS = ("Copie des paquets", "Lecture", "Contours et noms", "Écriture", "Recherche")


@dataclass(frozen=True)
class Loaded:
    """What a load did: nothing when the same packages were loaded already."""

    changed: bool
    communes: int
    removed: int = 0


def load_territory(
    *,
    actor: Actor,
    now: dt.datetime,
    sources_dir: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Load both packages, from `sources_dir` or else from the installed packages copied to `SOURCES_DIR`.

    Communes that still exist are updated in place, so that rows pointing at them survive. Raises
    `PackageError` when a file cannot be used: the territory then stays as it was.
    """
    tell = progress or (lambda step, done, total: None)
    tell(STEPS[0], 0, len(STEPS))
    if sources_dir is None:
        sources_dir = Path(settings.SOURCES_DIR)
        copy_packages(sources_dir, node_modules=Path(settings.ROOT) / "frontend" / "node_modules")
    prints = {package: fingerprint(package, sources_dir) for package in PACKAGES}
    if not force and _is_loaded(prints):
        return Loaded(changed=False, communes=Commune.objects.count())
    runs = [_start(package, now) for package in PACKAGES]
    try:
        return _load(sources_dir, prints, runs, actor, now, tell)
    except BaseException as error:
        message = str(error) or type(error).__name__
        state = RunState.REFUSED if isinstance(error, PackageError) else RunState.FAILED
        ImportRun.objects.filter(pk__in=[run.pk for run in runs]).update(
            state=state, message=message, finished_at=now
        )
        raise


def _is_loaded(prints: dict[Package, str]) -> bool:
    loaded = {
        (row.source, row.vintage, row.sha256)
        for row in Dataset.objects.filter(is_current=True, source__in=[package.source for package in prints])
    }
    return loaded == {(package.source, package.vintage, sha256) for package, sha256 in prints.items()}


def _start(package: Package, now: dt.datetime) -> ImportRun:
    """Log the attempt; an earlier one still « en cours » was interrupted."""
    ImportRun.objects.filter(source=package.source, state=RunState.RUNNING).update(
        state=RunState.FAILED, message="Chargement interrompu.", finished_at=now
    )
    return ImportRun.objects.create(
        source=package.source, state=RunState.RUNNING, started_at=now, step=STEPS[1], total=len(STEPS)
    )


def _load(
    sources_dir: Path,
    prints: dict[Package, str],
    runs: Sequence[ImportRun],
    actor: Actor,
    now: dt.datetime,
    tell: Progress,
) -> Loaded:
    from millecafes.territory.importing.territory import build_tables

    tell(STEPS[1], 1, len(STEPS))
    sources = read_sources(sources_dir)
    tell(STEPS[2], 2, len(STEPS))
    tables = build_tables(sources)
    rows = {PACKAGES[0].source: len(sources.communes), PACKAGES[1].source: len(sources.france_communes)}
    with transaction.atomic():
        tell(STEPS[3], 3, len(STEPS))
        removed = _write_areas(tables)
        tell(STEPS[4], 4, len(STEPS))
        _write_names(tables.names)
        _write_postal_codes(tables.postal_codes)
        for (package, sha256), run in zip(prints.items(), runs, strict=True):
            _finish(package, sha256, run, rows[package.source], now)
        unmatched = tables.unmatched
        ImportRun.objects.filter(pk=runs[1].pk).update(unmatched=unmatched)
        _record(prints, len(tables.communes), actor, now)
    tell("Fini", len(STEPS), len(STEPS))
    return Loaded(changed=True, communes=len(tables.communes), removed=removed)


def _record(prints: dict[Package, str], communes: int, actor: Actor, now: dt.datetime) -> None:
    packages = ", ".join(f"{package.source} {package.vintage}" for package in prints)
    journal.record(
        actor=actor,
        verb="territory.territory_loaded",
        target=("territory.territory", "france"),
        now=now,
        data={"communes": communes, "packages": packages},
    )


def _finish(package: Package, sha256: str, run: ImportRun, rows: int, now: dt.datetime) -> None:
    Dataset.objects.filter(source=package.source, is_current=True).update(is_current=False)
    dataset = Dataset.objects.create(
        source=package.source,
        vintage=package.vintage,
        geo_vintage=package.geo_vintage,
        loaded_at=now,
        sha256=sha256,
        filename=", ".join(package.files),
        rows=rows,
        is_current=True,
    )
    ImportRun.objects.filter(pk=run.pk).update(
        state=RunState.APPLIED, finished_at=now, step="", done=len(STEPS), dataset=dataset
    )


def _write_areas(tables: Tables) -> int:
    """Régions, départements, EPCI, communes and contours; returns how many communes left the COG."""
    _upsert(Region, ("code", "name"), tables.regions)
    _upsert(Departement, ("code", "name", "region_id"), tables.departements)
    _upsert(Epci, ("code", "name", "kind"), tables.epci)
    _upsert(Commune, COMMUNE_COLUMNS, tables.communes, _KEPT_WHEN_UNKNOWN)
    _upsert(CommuneShape, ("commune_id", "wkb"), tables.shapes)
    _delete_missing(CommuneShape, {code for code, _ in tables.shapes})
    communes = {row[0] for row in tables.communes}
    _keep_former_codes(tables.names, communes)
    removed = _delete_missing(Commune, communes)
    _delete_missing(Epci, {code for code, _, _ in tables.epci})
    _delete_missing(Departement, {code for code, _, _ in tables.departements})
    _delete_missing(Region, {code for code, _ in tables.regions})
    return removed


def _upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    updates: dict[str, str] | None = None,
) -> None:
    """Insert rows, or update those whose primary key (the first column) is there."""
    quote = connection.ops.quote_name
    updates = updates or {}
    assignments = ", ".join(
        f"{quote(name)} = {updates.get(name, 'excluded.' + quote(name))}" for name in columns[1:]
    )
    _execute_many(
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"  # noqa: S608
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({quote(columns[0])}) DO UPDATE SET {assignments}",
        rows,
    )


def _execute_many(sql: str, rows: Iterable[Sequence[Any]]) -> None:
    values = list(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def _delete_missing(model: type[models.Model], keys: set[str]) -> int:
    """Delete the rows whose primary key is not among `keys`."""
    stored = set(model._default_manager.values_list("pk", flat=True))
    gone = sorted(stored - keys)
    try:
        for start in range(0, len(gone), 500):
            model._default_manager.filter(pk__in=gone[start : start + 500]).delete()
    except ProtectedError as error:
        raise PackageError(
            f"{model._meta.verbose_name} disparu(e) du découpage mais encore utilisé(e) : {error.args[0]}"
        ) from error
    return len(gone)


def _keep_former_codes(names: Sequence[Sequence[str]], communes: set[str]) -> None:
    """Former codes of a commune that leaves the COG follow it to the one it joined."""
    joined = {code: commune for _, _, code, _, commune in names if code != commune}
    gone = set(Commune.objects.values_list("pk", flat=True)) - communes
    for code in sorted(gone):
        if code in joined:
            PlaceName.objects.filter(commune=code, kind=NameKind.FORMER).update(commune=joined[code])


def _write_names(names: Sequence[Sequence[str]]) -> None:
    """Make the searchable names equal to `names`.

    Former codes and dates may also come from the COG's own files: a former code stays while the
    packages say nothing of it, and the date of an end stays with its code.
    """
    wanted = {tuple(row) for row in names}
    told = {row[2] for row in wanted}
    stored: set[tuple[str, ...]] = set()
    stale: list[int] = []
    ends: dict[str, dt.date] = {}
    for pk, key, name, code, kind, commune, until in PlaceName.objects.values_list(
        "pk", "key", "name", "code", "kind", "commune_id", "until"
    ):
        row = (key, name, code, kind, commune)
        stored.add(row)
        if until is not None:
            ends[code] = until
        history = until is not None or kind == NameKind.FORMER
        if row not in wanted and (code in told or not history):
            stale.append(pk)
    _delete_by_id(PlaceName, stale)
    _execute_many(
        "INSERT INTO territory_placename (key, name, code, kind, commune_id, until)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [
            (*row, None if row[2] == row[4] else ends.get(row[2]))
            for row in dict.fromkeys(map(tuple, names))
            if row not in stored
        ],
    )


def _write_postal_codes(rows: Sequence[Sequence[str]]) -> None:
    wanted = {tuple(row) for row in rows}
    stored = {
        (code, commune): pk
        for pk, code, commune in PostalCode.objects.values_list("pk", "code", "commune_id")
    }
    _delete_by_id(PostalCode, [pk for row, pk in stored.items() if row not in wanted])
    _execute_many(
        "INSERT INTO territory_postalcode (code, commune_id) VALUES (%s, %s)",
        [row for row in rows if tuple(row) not in stored],
    )


def _delete_by_id(model: type[models.Model], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        model._default_manager.filter(pk__in=ids[start : start + 500]).delete()
