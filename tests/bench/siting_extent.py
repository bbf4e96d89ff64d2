"""Memory of a national choice of places, and the time of its neighbours (see `bench_siting`)."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def bench_memory(line: Any) -> list[dict[str, Any]]:
    """Peak memory of a national run, without and with the exact solver."""
    found = []
    for workers, limit in ((1, 700.0), (2, float("inf"))):
        text = subprocess.run(
            [sys.executable, "-c", MEMORY.format(workers=workers)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        megabytes = float(text.split()[-1]) / 1024
        name = "sans le solveur exact" if workers == 1 else "avec le solveur exact"
        found.append(line(f"mémoire, 15 min, 1 000, {name}", megabytes, limit, "Mo", "30 s"))
    return found


MEMORY = """
import resource
from millecafes.engines.location.solution import Stop
from millecafes.engines.location.solve import solve
from tests.bench.bench_siting import problem
solve(problem("coverage", 1000), stop=Stop(seconds=30), seed=1, workers={workers})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def bench_neighbours(line: Any, instance: Path) -> list[dict[str, Any]]:
    """Who is within 20 minutes of whom."""
    from millecafes.engines.geo.neighbours import within_km
    from millecafes.siting.solving.instance import read_instance

    points = read_instance(instance).points
    times = []
    for _ in range(4):
        started = time.perf_counter()
        near = within_km(points, points, km=11.54)
        times.append(time.perf_counter() - started)
    return [
        line(
            "voisinage à 11,54 km",
            statistics.median(times[1:]),
            0.25,
            "s",
            f"{len(points)} communes, {near.indices.size} paires",
        )
    ]
