"""One moment of the database, however long the reading and whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Read what was there when it began; nobody waits for it, and nothing may be written in it.

    SQLite: the site's transactions take the pen at once, this one does not (write-ahead logging keeps the
    old pages for it). PostgreSQL: REPEATABLE READ, which also lets rows come from a cursor of the server.
    Inside a transaction, what that transaction sees.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _deferred(), transaction.atomic():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _deferred() -> Iterator[None]:
    database: Any = connection
    database.ensure_connection()  # which is when it learns its mode
    usual, database.transaction_mode = database.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        database.transaction_mode = usual
