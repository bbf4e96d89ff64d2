"""load_territory against its floor, in one run: `python -m tests.bench.bench_load`.

The floor: merely read and parse the files of the two packages (lzma, CSV, JSON). Ours: the whole load
of the national territory, into an empty SQLite base and over a loaded one (tiles and minutes apart).
Both in turns, in a throw-away folder; the packages are those installed.
"""

from __future__ import annotations

import csv
import json
import lzma
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPEATS = 3
LIMIT = 5.0
ROOT = Path(__file__).resolve().parents[2]


def timed(work: Callable[[], Any]) -> float:
    """Seconds taken once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def read_and_parse(sources: Path) -> int:
    """The floor: every file of the packages, parsed, nothing kept but the number of rows."""
    csv.field_size_limit(2**31 - 1)
    rows = 0
    for path in sorted(sources.rglob("*.lzma")):
        with lzma.open(path, "rt", encoding="utf-8", newline="") as stream:
            rows += len(list(csv.reader(stream)))
    for path in sorted(sources.rglob("*.json")):
        rows += len(json.loads(path.read_bytes()))
    return rows


def measure(folder: Path) -> dict[str, list[float]]:
    """Seconds of each kind of turn."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from millecafes.common.actors import command
    from millecafes.territory.importing.packages import copy_packages
    from millecafes.territory.services.loading import load_territory

    sources, base, empty = folder / "sources", folder / "millecafes.sqlite3", folder / "empty.sqlite3"
    copy_packages(sources, node_modules=ROOT / "frontend" / "node_modules")
    call_command("migrate", verbosity=0)
    connection.close()
    shutil.copy(base, empty)

    def load(*, force: bool = False) -> None:
        load_territory(actor=command("bench"), now=timezone.now(), sources_dir=sources, force=force)

    seconds: dict[str, list[float]] = {"floor": [], "first": [], "again": [], "unchanged": []}
    for turn in range(REPEATS + 1):
        connection.close()
        for path in (base, *folder.glob("millecafes.sqlite3-*")):
            path.unlink(missing_ok=True)
        shutil.copy(empty, base)
        taken = {
            "floor": timed(lambda: read_and_parse(sources)),
            "first": timed(load),
            "again": timed(lambda: load(force=True)),
            "unchanged": timed(load),
        }
        if turn:  # the first turn warms the disk and the imports
            for name, value in taken.items():
                seconds[name].append(value)
    return seconds


def report(seconds: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Ratios of medians."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    floor = medians["floor"]
    return [
        {
            "name": f"load_territory, {label}",
            "ratio": round(medians[name] / floor, 2),
            "limit": limit,
            "ok": medians[name] / floor <= limit,
            "detail": f"{medians[name] * 1000:.0f} ms, lecture seule {floor * 1000:.0f} ms",
        }
        for name, label, limit in (
            ("first", "base vide", LIMIT),
            ("again", "par-dessus", LIMIT),
            ("unchanged", "rien de nouveau", 1.0),
        )
    ]


def main() -> int:
    """Print the report as JSON."""
    with tempfile.TemporaryDirectory(prefix="millecafes-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "millecafes.config.settings.prod"
        import django

        django.setup()
        lines = report(measure(Path(folder)))
    print(json.dumps(lines, ensure_ascii=False))  # noqa: T201
    return 0 if all(line["ok"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
