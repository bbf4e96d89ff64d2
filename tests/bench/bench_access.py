"""compute_access against its floor, in one run: `python -m tests.bench.bench_access`.

Two ratios. The computation, from arrays to arrays, against the bare k-d tree queries (build the
tree of each service on the unit sphere, ask the two nearest of every commune). The writing, from
arrays to stored rows (the former ones deleted), against a bare executemany of the same tuples into
the emptied table.

On the database of $DATA_DIR when it holds the national territory; it is left as it was (everything
written is rolled back).
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

REPEATS = 5
COMPUTE_LIMIT, WRITE_LIMIT = 3.0, 2.0


def timed(work: Callable[[], Any]) -> float:
    """Seconds taken once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(ours: Callable[[], Any], bare: Callable[[], Any]) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that a busy moment hurts both; one unmeasured turn first."""
    ours(), bare()
    turns = [(timed(ours), timed(bare)) for _ in range(REPEATS)]
    return statistics.median(a for a, _ in turns), statistics.median(b for _, b in turns)


def entry(name: str, ours: float, bare: float, limit: float, detail: str) -> dict[str, Any]:
    """One line of the report."""
    ratio = ours / bare
    return {
        "name": name,
        "ratio": round(ratio, 2),
        "limit": limit,
        "ok": ratio <= limit,
        "detail": f"{detail} : {ours * 1000:.0f} ms, plancher {bare * 1000:.0f} ms",
    }


def bench_compute() -> tuple[dict[str, Any], list[Any]]:
    """Every basic service of every commune; also what the writing needs."""
    import numpy as np
    from scipy.spatial import cKDTree

    from millecafes.engines.geo.distances import on_unit_sphere
    from millecafes.territory.enums import BASIC_SERVICES
    from millecafes.territory.queries.access import service_datasets
    from millecafes.territory.queries.datasets import supply_unknown
    from millecafes.territory.solving.access import nearest_places, supplied
    from millecafes.territory.solving.ground import NO_POINT, load_ground
    from millecafes.territory.solving.travel import travel_times

    ground, times, datasets, unsaid = load_ground(), travel_times(), service_datasets(), supply_unknown()
    supplies = [supplied(ground, service, datasets[service], unsaid) for service in BASIC_SERVICES]
    everyone = np.arange(len(ground))
    located = ground.landmass != NO_POINT
    sphere = on_unit_sphere(ground.points)

    def ours() -> None:
        for supply in supplies:
            nearest_places(ground, supply, times, everyone)

    def bare() -> None:
        for supply in supplies:
            cKDTree(sphere[(supply.counts > 0) & located]).query(sphere[located], k=2)

    ours_seconds, bare_seconds = compared(ours, bare)
    loaded = sum(1 for service in BASIC_SERVICES if datasets[service])
    detail = f"{len(ground)} communes, {len(supplies)} services, {loaded} chargés"
    found = [(ground, supply, nearest_places(ground, supply, times, everyone)) for supply in supplies]
    return entry("compute_access : calcul", ours_seconds, bare_seconds, COMPUTE_LIMIT, detail), found


def bench_write(found: list[Any]) -> dict[str, Any]:
    """Rows of every service, in one transaction rolled back."""
    import numpy as np
    from django.db import connection
    from django.utils import timezone

    from millecafes.territory.models import AccessTime
    from millecafes.territory.services.access import _insert, _stamp
    from millecafes.territory.solving.access import ROW_COLUMNS, access_rows

    stamp, everyone = _stamp(timezone.now()), np.arange(len(found[0][0]))
    tuples = [row for part in found for row in access_rows(*part, everyone, stamp)]
    table = connection.ops.quote_name(AccessTime._meta.db_table)
    marks = ", ".join(["%s"] * len(ROW_COLUMNS))
    statement = f"INSERT INTO {table} ({', '.join(ROW_COLUMNS)}) VALUES ({marks})"

    def ours() -> None:
        AccessTime.objects.all().delete()
        for part in found:
            _insert(AccessTime, ROW_COLUMNS, access_rows(*part, everyone, stamp))

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement, tuples)

    turns = [(rolled_back(ours), rolled_back(bare, emptied=AccessTime)) for _ in range(REPEATS + 1)][1:]
    ours_seconds, bare_seconds = (statistics.median(column) for column in zip(*turns, strict=True))
    detail = f"{len(tuples)} lignes, {connection.vendor}"
    return entry("compute_access : écriture", ours_seconds, bare_seconds, WRITE_LIMIT, detail)


def rolled_back(work: Callable[[], None], emptied: Any = None) -> float:
    """Seconds that writing takes in a transaction then undone; `emptied`: a table emptied before."""
    from django.db import transaction

    with transaction.atomic():
        if emptied:
            emptied.objects.all().delete()
        seconds = timed(work)
        transaction.set_rollback(True)
    return seconds


def main() -> None:
    """Print the report as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    import django

    django.setup()
    computed, found = bench_compute()
    print(json.dumps([computed, bench_write(found)], ensure_ascii=False, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
