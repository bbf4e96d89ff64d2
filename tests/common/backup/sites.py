"""Sites of their own, on SQLite or on PostgreSQL, that commands run against as operators do."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

PACKAGES = Path(__file__).resolve().parents[2] / "fixtures" / "packages"
HISTORY = """
CREATE TABLE step (number INTEGER PRIMARY KEY, document VARCHAR(80));
CREATE TABLE balance (side VARCHAR(5) PRIMARY KEY, value INTEGER);
INSERT INTO balance VALUES ('left', 0);
INSERT INTO balance VALUES ('right', 0);
"""


@dataclass(frozen=True)
class Place:
    """A site: its folder, and its database when it is not a file of the folder."""

    folder: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands."""
        left_out = {"DATABASE_URL", "SECRET_KEY", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        url = {"DATABASE_URL": address(self.database)} if self.database else {}
        mode = "millecafes.config.settings.dev"
        return {
            **kept,
            **url,
            "DATA_DIR": str(self.folder),
            "OPEN_DATA": "off",
            "DJANGO_SETTINGS_MODULE": mode,
        }

    def run(
        self, *arguments: str, before: Callable[[], None] | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the site."""
        return subprocess.run(
            [sys.executable, "-m", "millecafes", *arguments],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            preexec_fn=before,
        )

    def does(self, *arguments: str) -> str:
        """Run a command that must succeed; returns what it said."""
        result = self.run(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def refuses(self, *arguments: str, **variables: str) -> str:
        """Run a command that must refuse in one sentence or two, without a traceback; returns it."""
        result = self.run(*arguments, **variables)
        assert result.returncode == 1, result.stdout + result.stderr
        assert "Traceback" not in result.stderr
        return result.stderr.removeprefix("CommandError: ").strip()

    def backup(self) -> Path:
        """A backup of the site, as it is now."""
        return Path(self.does("backup").split(" : ")[0])

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A connection to its database."""
        if self.database:
            with psycopg.connect(address(self.database), autocommit=True) as found:
                yield found
        else:
            with closing(sqlite3.connect(self.folder / "millecafes.sqlite3", isolation_level=None)) as found:
                yield found

    def rows(self) -> dict[str, list[Any]]:
        """Every row of every table, in order."""
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if not self.database:
            asked = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
            )
        with self.opened() as found:
            names = [name for (name,) in found.execute(asked).fetchall()]
            return {
                name: sorted(map(repr, found.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names
            }

    def documents(self) -> dict[str, bytes]:
        """Every document."""
        folder = self.folder / "documents"
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    def add_document(self, name: str, content: bytes) -> None:
        """Write a document as the site does."""
        path = self.folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def on_postgresql() -> bool:
    """Whether the suite runs on PostgreSQL."""
    return connection.vendor == "postgresql"


def address(name: str) -> str:
    """The address of a database of the suite's server."""
    given = settings.DATABASES["default"]
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return f"postgres://{given['USER']}{password}@{given['HOST']}:{given['PORT'] or 5432}/{name}"


def server(query: str) -> None:
    """Ask the suite's server itself."""
    with psycopg.connect(address("postgres"), autocommit=True) as found:
        found.execute(query)
