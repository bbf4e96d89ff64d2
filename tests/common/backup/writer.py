"""Somebody who writes without a pause: `python -m tests.common.backup.writer FOLDER [DATABASE]`.

Each step writes a document first, then, in one transaction, the row that names it and both sides of a
balance.
Ends, after a whole step, when its standard input is closed.
"""

from __future__ import annotations

import select
import sqlite3
import sys
import uuid
from pathlib import Path
from typing import Any


def content_of(number: int) -> bytes:
    """What the document of a step holds."""
    return f"étape {number} ".encode() * 200


def main(folder: Path, database: str) -> None:
    """Write until told to stop."""
    connection: Any
    if database:
        import psycopg

        connection, begin = psycopg.connect(database, autocommit=True), "BEGIN"
    else:
        connection = sqlite3.connect(folder / "millecafes.sqlite3", isolation_level=None, timeout=20)
        begin = "BEGIN IMMEDIATE"
    (number,) = connection.execute("SELECT count(*) FROM step").fetchone()
    while not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        name = f"{uuid.uuid4()}.txt"
        draft = folder / "documents" / f".{name}"
        draft.write_bytes(content_of(number))
        draft.rename(folder / "documents" / name)
        connection.execute(begin)
        connection.execute(f"INSERT INTO step VALUES ({number}, '{name}')")
        connection.execute("UPDATE balance SET value = value + 1 WHERE side = 'left'")
        connection.execute("UPDATE balance SET value = value - 1 WHERE side = 'right'")
        connection.execute("COMMIT")
        if number % 100 == 0:
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
