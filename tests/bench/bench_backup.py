"""Backups against their floors, in turns: `DATA_DIR=… python -m tests.bench.bench_backup`.

SQLite: the database of $DATA_DIR and 600 MB of documents, against a plain copy of the same files, synced to
the disk as a backup is. PostgreSQL: the national territory, against `pg_dump` alone, in the same format.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tools.run_tests import postgresql

TURNS = 5
COPY_LIMIT, DUMP_LIMIT = 0.5, 0.7
DOCUMENTS, DOCUMENT_SIZE = 2_000, 300_000


def timed(work: Callable[[], Any]) -> float:
    """Seconds taken once, from a disk that has nothing left to write."""
    os.sync()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(name: str, ours: Callable[[], Any], bare: Callable[[], Any], limit: float, detail: str) -> Any:
    """One line of the report: our rate over the floor's, both taken in turns after one unmeasured."""
    ours(), bare()
    turns = [(timed(ours), timed(bare)) for _ in range(TURNS)]
    mine, floor = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = floor / mine
    told = f"{detail} : {mine:.2f} s, plancher {floor:.2f} s"
    return {"name": name, "ratio": round(ratio, 2), "limit": limit, "ok": ratio >= limit, "detail": told}


def backup(folder: Path) -> None:
    """A backup, of which nothing is left."""
    from django.utils import timezone

    from millecafes.common.backup.making import make

    made = make(folder / "sauvegardes", now=timezone.now(), keep=None, progress=lambda _: None)
    made.path.unlink()


def bench_sqlite(folder: Path) -> Any:
    """The database and documents, on SQLite."""
    documents = folder / "documents"
    for number in range(DOCUMENTS):
        path = documents / f"{number % 256:02x}" / f"{number}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(DOCUMENT_SIZE))
    base, copy = folder / "millecafes.sqlite3", folder / "copie"

    def plain() -> None:
        copy.mkdir()
        shutil.copyfile(base, copy / base.name)
        shutil.copytree(documents, copy / documents.name)
        os.sync()
        shutil.rmtree(copy)

    size = base.stat().st_size / 1e6
    detail = f"base de {size:.0f} Mo, {DOCUMENTS} documents de {DOCUMENT_SIZE // 1000} ko"
    name = "sauvegarde SQLite et fichiers, contre une copie"
    return compared(name, lambda: backup(folder), plain, COPY_LIMIT, detail)


def bench_postgresql(folder: Path) -> Any:
    """The national territory, on PostgreSQL."""
    from django.db import connection

    from millecafes.common.backup.postgresql import address, program

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0] / 1e6
    target = folder / "base.pgdump"

    def bare() -> None:
        with address() as where:
            command = [program("pg_dump", 1), "--format=custom", f"--file={target}", f"--dbname={where}"]
            subprocess.run(command, check=True)

    name = "sauvegarde PostgreSQL, contre pg_dump"
    return compared(name, lambda: backup(folder), bare, DUMP_LIMIT, f"base de {size:.0f} Mo")


def child(engine: str, environment: dict[str, str]) -> Any:
    """Measure one engine in a process that has its settings."""
    command = [sys.executable, "-m", "tests.bench.bench_backup", engine]
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(result.stdout)


def on_postgresql(folder: Path, environment: dict[str, str]) -> Any:
    """Measure on a database made for it."""
    import psycopg

    with postgresql() as url:
        if url is None:
            sys.exit("PostgreSQL manque : sa sauvegarde ne peut pas être mesurée.")
        name = f"millecafes_bench_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
            try:
                there = {**environment, "DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}
                for arguments in (("migrate", "--verbosity", "0"), ("load_territory",), ("compute_access",)):
                    command = [sys.executable, "-m", "millecafes", *arguments]
                    subprocess.run(command, env=there, check=True, stdout=subprocess.DEVNULL)
                return child("postgresql", there)
            finally:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    """Print the report as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    if len(sys.argv) > 1:
        import django

        django.setup()
        measure = {"sqlite": bench_sqlite, "postgresql": bench_postgresql}[sys.argv[1]]
        sys.stdout.write(json.dumps(measure(Path(os.environ["DATA_DIR"]))))
        return
    source = Path(os.environ["DATA_DIR"])
    with tempfile.TemporaryDirectory(prefix="bench-", dir=source) as folder:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment["DATA_DIR"] = folder
        with (
            closing(sqlite3.connect(source / "millecafes.sqlite3")) as base,
            closing(sqlite3.connect(Path(folder) / "millecafes.sqlite3")) as copy,
        ):
            base.backup(copy)
        rows = [child("sqlite", environment), on_postgresql(Path(folder), environment)]
    sys.stdout.write(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()
