"""PostgreSQL: its own programs, `pg_dump` and `pg_restore`, on one snapshot and in one transaction."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.db import connection, connections

from millecafes.common.backup.archive import CHUNK, Progress
from millecafes.common.backup.engines import Dump
from millecafes.common.backup.errors import BackupError

# Former databases kept aside by a restore are schemas of these names.
ASIDE = "avant_"
OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


def program(name: str, server: int) -> str:
    """The path of one of PostgreSQL's programs, at least as recent as the server."""
    path = shutil.which(name)
    if path is None:
        raise BackupError(
            f"« {name} » n’est pas installé sur cette machine. Installez les outils de PostgreSQL {server} "
            f"(sur Debian : apt install postgresql-client-{server})."
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if not found or int(found.group(1)) < server:
        raise BackupError(
            f"« {name} » ({said.strip() or path}) est plus ancien que le serveur (PostgreSQL {server}) : "
            f"installez les outils de PostgreSQL {server}."
        )
    return path


@contextmanager
def address() -> Iterator[str]:
    """How PostgreSQL's programs reach the database; the password is in a file that only we can read."""
    settings = connection.settings_dict
    given = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "dbname": settings["NAME"],
        "sslmode": settings.get("OPTIONS", {}).get("sslmode", ""),
    }
    with tempfile.NamedTemporaryFile("w", prefix="millecafes-", encoding="utf-8") as file:
        if settings["PASSWORD"]:
            secret = re.sub(r"([\\:])", r"\\\1", settings["PASSWORD"])
            file.write(f"*:*:*:*:{secret}\n")
            file.flush()
            given["passfile"] = file.name
        yield " ".join(f"{name}={_quoted(value)}" for name, value in given.items() if value)


def _quoted(value: Any) -> str:
    return "'" + re.sub(r"([\\'])", r"\\\1", str(value)) + "'"


def _ask(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return [row[0] if len(row) == 1 else row for row in cursor.fetchall()]


def _names(cursor: Any) -> list[str]:
    return _ask(cursor, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


def _count(cursor: Any, table: str) -> int:
    (rows,) = _ask(cursor, f'SELECT count(*) FROM public."{table}"')  # noqa: S608
    return int(rows)


class Postgresql:
    """The site's database when it is served by PostgreSQL."""

    name, member = "postgresql", "base.pgdump"

    @contextmanager
    def dumped(self, scratch: Path, progress: Progress) -> Iterator[Dump]:
        """What `pg_dump` gives, on the very snapshot in which rows are counted."""
        with closing(connections.create_connection("default")) as wrapper, wrapper.cursor() as cursor:
            server = wrapper.pg_version // 10_000  # type: ignore[attr-defined]
            command = [program("pg_dump", server), "--format=custom", f"--exclude-schema={ASIDE}*"]
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            (snapshot,) = _ask(cursor, "SELECT pg_export_snapshot()")
            tables = {name: _count(cursor, name) for name in _names(cursor)}
            if "django_migrations" not in tables:
                raise BackupError("La base de données est vide : rien à sauvegarder.")
            migrations = _ask(cursor, "SELECT app || '.' || name FROM django_migrations ORDER BY 1")
            with address() as where:
                command += [f"--snapshot={snapshot}", f"--dbname={where}"]
                with _running(command) as stream:
                    yield Dump(stream, str(server), migrations, tables)

    def is_empty(self) -> bool:
        """Whether the database has no table."""
        with connection.cursor() as cursor:
            return not _names(cursor)

    def put_back(self, source: Path, tables: dict[str, int], *, stamp: str) -> str:
        """Put the former tables aside in a schema, and the dump in their place, in one transaction."""
        with connection.cursor() as cursor:
            server = connection.pg_version // 10_000  # type: ignore[attr-defined]
            if _ask(cursor, OTHERS):
                raise BackupError(
                    "La base est ouverte par un autre programme : arrêtez le site et ses tâches, puis "
                    "recommencez. Rien n’est touché."
                )
            is_empty = not _names(cursor)
        restore, psql = program("pg_restore", server), program("psql", server)
        connections.close_all()
        kept = "" if is_empty else ASIDE + re.sub(r"\W", "_", stamp).lower()
        options = (
            "--single-transaction",
            "--no-psqlrc",
            "--quiet",
            "--output=/dev/null",
            "--set=ON_ERROR_STOP=1",
        )
        with address() as where:
            _execute([psql, *options, f"--dbname={where}"], _script(restore, source, tables, kept))
        return f"le schéma {kept} de la base" if kept else ""


def _script(restore: str, source: Path, tables: dict[str, int], kept: str) -> Iterator[bytes]:
    """The SQL of a restore; its end comes only when `pg_restore` said all it had to."""
    if kept:
        yield f'ALTER SCHEMA public RENAME TO "{kept}"; CREATE SCHEMA public;\n'.encode()
    with _running([restore, "--no-owner", "--no-privileges", "--file=-", str(source)]) as script:
        while piece := script.read(CHUNK):
            yield piece
    yield counted(tables).encode()


def counted(tables: dict[str, int]) -> str:
    """What undoes everything when a table does not have the rows that the backup announces."""
    checks = "\n".join(
        f'IF (SELECT count(*) FROM public."{name}") <> {count} '  # noqa: S608
        f"THEN RAISE EXCEPTION 'lignes de {name}'; END IF;"
        for name, count in tables.items()
    )
    return f"\nDO $$ BEGIN\n{checks}\nEND $$;\n"


@contextmanager
def _running(command: list[str]) -> Iterator[IO[bytes]]:
    """What a program writes; raises BackupError with its last words when it fails, ends it when we do."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process,  # noqa: S603
    ):
        assert process.stdout  # noqa: S101 - asked above
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise BackupError(f"{Path(command[0]).name} a échoué : {_last_words(said)}")


def _execute(command: list[str], script: Iterator[bytes]) -> None:
    """Give SQL to psql, in one transaction: what is not given to its end changes nothing."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said) as process,  # noqa: S603
    ):
        assert process.stdin  # noqa: S101 - asked above
        try:
            with suppress(BrokenPipeError):  # psql has ended by itself, and says why
                for piece in script:
                    process.stdin.write(piece)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise BackupError(f"La base n’a pas été remise, et rien n’y a changé. psql : {_last_words(said)}")


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in lines[-3:]) or "sans un mot"
