"""Which kind of database the site has."""

from __future__ import annotations

from django.db import connection

from millecafes.common.backup.engines import Engine
from millecafes.common.backup.postgresql import Postgresql
from millecafes.common.backup.sqlite import Sqlite


def engine() -> Engine:
    """The engine of the site's database."""
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()
