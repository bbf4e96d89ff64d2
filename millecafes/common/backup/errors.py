"""Why a backup or a restore is refused."""

from __future__ import annotations

import errno
import sqlite3

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})


class BackupError(Exception):
    """What is refused, why, and what to do, in French."""


def is_full(error: BaseException) -> bool:
    """Whether this says that nothing more can be written."""
    if isinstance(error, OSError):
        return error.errno in FULL
    # Django's errors hold the driver's own.
    return getattr(error.__cause__ or error, "sqlite_errorcode", None) in _SQLITE_FULL
