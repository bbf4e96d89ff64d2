"""Two requests at once, each with its own connection, as two processes of the server have."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection, connections

T = TypeVar("T")


@contextmanager
def a_database_for_several(folder: Path) -> Iterator[None]:
    """On SQLite, a copy of the test's database in a file: in memory, writers fail instead of waiting.

    Only threads see the copy: read the outcome with `elsewhere`.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = folder / "several.sqlite3"
    connection.ensure_connection()
    copy = sqlite3.connect(path)
    connection.connection.backup(copy)
    # As in production, where the file is in this mode since its first migration: two connections that
    # both change the mode do not wait for each other, and one fails.
    copy.execute("PRAGMA journal_mode=WAL")
    copy.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "NAME", str(path))
        yield


def at_once(number: int, act: Callable[[], Any], *, patience: float = 60) -> list[Any]:
    """What each of these simultaneous calls returned or raised."""
    ready = threading.Barrier(number, timeout=20)
    answers: list[Any] = []

    def run() -> None:
        try:
            ready.wait()
            answers.append(act())
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    return answers


def elsewhere(read: Callable[[], T], *, patience: float = 60) -> T:
    """What is read with a connection of its own."""
    (answer,) = at_once(1, read, patience=patience)
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[no-any-return]
