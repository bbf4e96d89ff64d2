"""What is common to both kinds of database: what a dump says of itself, and what an engine does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from millecafes.common.backup.archive import Progress


@dataclass(frozen=True)
class Dump:
    """The database at one moment: its bytes, and what they hold."""

    stream: IO[bytes]
    engine_version: str
    migrations: list[str]
    tables: dict[str, int]


class Engine(Protocol):
    """One kind of database."""

    name: str
    member: str

    def dumped(self, scratch: Path, progress: Progress) -> AbstractContextManager[Dump]:
        """The database as it is now, while others write; `scratch` is a file it may use."""

    def is_empty(self) -> bool:
        """Whether there is nothing to lose."""

    def put_back(self, source: Path, tables: dict[str, int], *, stamp: str) -> str:
        """Replace the database by this dump, at once; returns where the former one is kept, or nothing."""
