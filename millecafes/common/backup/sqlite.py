"""SQLite: copied by its own backup function, in one read transaction, so that writers go on."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection, connections

from millecafes.common.backup.archive import Progress
from millecafes.common.backup.engines import Dump
from millecafes.common.backup.errors import BackupError

PAGES = 4_096  # copied between two signs of progress
SIDES = ("-wal", "-shm", "-journal")


def base() -> Path:
    """The file of the database."""
    return Path(str(connection.settings_dict["NAME"]))


def tables_of(raw: sqlite3.Connection) -> dict[str, int]:
    """The number of rows of each table."""
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    names = sorted(name for (name,) in raw.execute(asked))
    return {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


class Sqlite:
    """The site's database when it is a file."""

    name, member = "sqlite", "base.sqlite3"

    @contextmanager
    def dumped(self, scratch: Path, progress: Progress) -> Iterator[Dump]:
        """Copy the database into `scratch`, as it is when the copy begins.

        The read transaction is kept all along: nobody waits for it (WAL), and what others write in the
        meantime does not start the copy again.
        """
        if not base().is_file():
            raise BackupError(f"Il n’y a pas de base de données dans {base()} : rien à sauvegarder.")
        with closing(connections.create_connection("default")) as wrapper:
            wrapper.ensure_connection()
            raw: sqlite3.Connection = wrapper.connection
            raw.execute("BEGIN")
            tables = tables_of(raw)
            asked = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
            migrations = [name for (name,) in raw.execute(asked)] if "django_migrations" in tables else []
            _copy(raw, scratch, progress)
            raw.execute("ROLLBACK")
        with scratch.open("rb", buffering=0) as stream:
            yield Dump(stream, sqlite3.sqlite_version, migrations, tables)

    def is_empty(self) -> bool:
        """Whether the file has no table."""
        if not base().is_file():
            return True
        with closing(sqlite3.connect(f"file:{base()}?mode=ro", uri=True)) as raw:
            return not tables_of(raw)

    def put_back(self, source: Path, tables: dict[str, int], *, stamp: str) -> str:
        """Verify the copy, then put it in the place of the database, which is kept under another name."""
        with closing(sqlite3.connect(source)) as raw:
            _verify(raw, tables)
            raw.execute("PRAGMA journal_mode=DELETE")
        connections.close_all()
        kept = ""
        if base().is_file():
            with _alone():
                aside = base().with_name(f"{base().name}.avant-{stamp}")
                os.link(base(), aside)
                kept = str(aside)
                source.replace(base())
        else:
            source.replace(base())
        _sync(base().parent)
        return kept


def _copy(raw: sqlite3.Connection, scratch: Path, progress: Progress) -> None:
    size = raw.execute("PRAGMA page_size").fetchone()[0]
    done = 0

    def tell(_: int, remaining: int, total: int) -> None:
        nonlocal done
        progress(size * (total - remaining - done))
        done = total - remaining

    with closing(sqlite3.connect(scratch, isolation_level=None)) as copy:
        # A copy cut short is thrown away: nothing needs to be safe before its end.
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "locking_mode=EXCLUSIVE"):
            copy.execute(f"PRAGMA {pragma}")
        raw.backup(copy, pages=PAGES, progress=tell, sleep=0)


def _verify(raw: sqlite3.Connection, tables: dict[str, int]) -> None:
    found = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok" or tables_of(raw) != tables:
        raise BackupError("La base de cette sauvegarde n’est pas lisible en entier : rien n’est touché.")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the database so that nobody else has it open; raises BackupError when somebody has.

    Leaving the WAL mode needs to be alone, and brings everything back into the one file.
    """
    with closing(sqlite3.connect(base(), isolation_level=None, timeout=2)) as raw:
        try:
            raw.execute("PRAGMA journal_mode=DELETE")
            raw.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BackupError(
                "La base est ouverte par un autre programme : arrêtez le site et ses tâches, "
                "puis recommencez. Rien n’est touché."
            ) from None
        yield
        with suppress(sqlite3.OperationalError):
            raw.execute("ROLLBACK")
        for side in SIDES:
            base().with_name(base().name + side).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
