"""A long export against its floor, on both databases: `python -m tests.bench.bench_exports`.

The floor: `csv.writer` over a bare cursor of the same query, to the same kind of file. Ours: the export of
a list as the job writes it: snapshot, columns, formulas, decimal commas, progress. Each in a process of its
own, in turns. The memory is the most that the process held of its own (the file of SQLite, which the system
shows it, apart), looked at after each batch, for a tenth of the rows and for all of them.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.bench_jobs import databases

REPEATS, ROWS = 3, 1_000_000
LIMIT, MEMORY_LIMIT = 0.3, 1.15
ROOT = Path(__file__).resolve().parents[2]
QUERY = "SELECT name, code, place, people, minutes FROM bench_place ORDER BY id"
SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) "
    "SELECT n FROM s",
    "postgresql": "SELECT n FROM generate_series(1, {count}) AS g(n)",
}


def model() -> Any:
    """A list as rooms have them: texts, a whole number, a number with decimals."""
    from django.db import models

    class Place(models.Model):
        name = models.CharField(max_length=80)
        code = models.CharField(max_length=5)
        place = models.CharField(max_length=80)
        people = models.IntegerField()
        minutes = models.FloatField()

        class Meta:
            app_label = "common"
            db_table = "bench_place"

    return Place


def fill(count: int) -> None:
    """The table, with so many rows."""
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(model())
    values = (
        "'Café de la place numéro ' || n, substr('0000' || (n % 99999), -5), 'Saint-Julien-en-Genevois', "
        "n % 3500, (n % 4000) / 7.0"
    )
    if connection.vendor == "postgresql":
        values = values.replace("substr('0000' || (n % 99999), -5)", "lpad((n % 99999)::text, 5, '0')")
    numbers = SERIES[connection.vendor].format(count=count)
    with connection.cursor() as cursor:
        fields = "name, code, place, people, minutes"
        cursor.execute(f"INSERT INTO bench_place ({fields}) SELECT {values} FROM ({numbers}) AS t")


def floor(path: Path, count: int) -> None:
    """Rows as they come, written as they are."""
    from django.db import connection

    connection.ensure_connection()
    if connection.vendor == "postgresql":
        # A cursor of the server, as ours: without, all the rows are held first.
        with connection.connection.transaction(), connection.connection.cursor("bench") as cursor:
            cursor.itersize = 2_000
            cursor.execute(f"{QUERY} LIMIT {count}")
            _write_floor(path, cursor)
        return
    _write_floor(path, connection.connection.execute(f"{QUERY} LIMIT {count}"))


def _write_floor(path: Path, rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


def ours(path: Path, count: int) -> float:
    """The same rows, through the exports of the site; the most memory held, in MB."""
    from millecafes.common import exports
    from millecafes.common.actors import Actor
    from millecafes.common.exports.answering import write_to

    columns = (
        exports.Column("nom", "Nom"),
        exports.Column("code", "Code"),
        exports.Column("lieu", "Lieu"),
        exports.Column("habitants", "Habitants", "hab.", "number"),
        exports.Column("minutes", "Temps", "min", "number", 1),
    )

    def table(actor: Actor, asked: Any) -> exports.Table:
        found = (
            model().objects.order_by("id").values_list("name", "code", "place", "people", "minutes")[:count]
        )
        return exports.Table("lieux", "Lieux", columns, exports.by_batches(found, iter), count=found.count())

    held = [0.0]
    with path.open("wb") as stream:
        export = exports.Export("Lieux", table)
        write_to(stream, export, Actor(), "", "csv", lambda done, total: held.append(own_memory()))
    return max(held)


def own_memory() -> float:
    """What this process holds of its own, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def run(kind: str, count: int) -> dict[str, float]:
    """Seconds and memory of one turn, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_exports", kind, str(count)]
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    result: dict[str, float] = json.loads(found.stdout)
    return result


def turn(kind: str, count: int) -> dict[str, float]:
    """One turn, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lieux.csv"
        start = time.perf_counter()
        memory = ours(path, count) if kind == "ours" else floor(path, count) or 0.0
        seconds = time.perf_counter() - start
        with path.open("rb") as stream:
            lines = sum(1 for _ in stream)
    assert lines == count + (kind == "ours")
    return {"seconds": seconds, "memory": memory}


def measure() -> list[dict[str, Any]]:
    """Both kinds in turns, on the database of this process."""
    from django.db import connection

    fill(ROWS)
    seconds: dict[str, list[float]] = {"floor": [], "ours": []}
    for _ in range(REPEATS):
        for kind, found in seconds.items():
            found.append(run(kind, ROWS)["seconds"])
    medians = {kind: statistics.median(found) for kind, found in seconds.items()}
    few, all_rows = (run("ours", count)["memory"] for count in (ROWS // 10, ROWS))
    ratio, growth = medians["floor"] / medians["ours"], all_rows / few
    name = f"export CSV de {ROWS:,} lignes, {connection.vendor}".replace(",", "\u202f")
    rate = (
        f"{ROWS / medians['ours']:.0f} lignes/s, csv.writer sur un curseur nu {ROWS / medians['floor']:.0f}"
    )
    memory = f"{few:.0f} Mo pour un dixième des lignes, {all_rows:.0f} Mo pour toutes"
    return [
        {"name": name, "ratio": round(ratio, 2), "limit": LIMIT, "ok": ratio >= LIMIT, "detail": rate},
        {
            "name": f"{name} : mémoire",
            "ratio": round(growth, 2),
            "limit": MEMORY_LIMIT,
            "ok": growth <= MEMORY_LIMIT,
            "detail": memory,
        },
    ]


def main() -> None:
    """Each database in a process of its own."""
    rows: list[dict[str, Any]] = []
    with databases("bench_exports") as environments:
        for environment in environments:
            command = [sys.executable, "-m", "tests.bench.bench_exports", "measure"]
            found = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True
            )
            rows += json.loads(found.stdout)
    sys.stdout.write(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
        import django

        django.setup()
        if sys.argv[1] == "measure":
            sys.stdout.write(json.dumps(measure()))
        else:
            sys.stdout.write(json.dumps(turn(sys.argv[1], int(sys.argv[2]))))
