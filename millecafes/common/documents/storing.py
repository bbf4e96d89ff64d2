"""Files on their storage: whole or not at all, gone with the transaction that wrote them."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import tempfile
import uuid
import weakref
from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import transaction

from millecafes.common.documents.errors import DocumentError

logger = logging.getLogger("millecafes.documents")
# Files being written; swept with what nobody refers to.
UNFINISHED = "en-cours"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_ROOM = (
    "Le serveur n’a plus de place pour ce fichier. Rien n’est enregistré à moitié : réessayez plus tard, "
    "ou prévenez l’équipe."
)


class DiskStorage(FileSystemStorage):
    """Files on a disk of this machine: written under another name, then renamed once whole."""

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(self.path(UNFINISHED))
        folder.mkdir(exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            Path(unfinished).replace(target)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name

    def retire(self, name: str) -> None:
        """Let a file go a day from now: a backup that has just read its row still finds it."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.path(name))


class _Written:
    """Stands for files whose transaction has not ended."""


@contextlib.contextmanager
def room_needed() -> Iterator[None]:
    """Say in words that the disk is full.

    Raises
    ------
    DocumentError
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        logger.error("plus de place pour les documents : %s", os.strerror(error.errno or 0))
        raise DocumentError(NO_ROOM, status=HTTPStatus.INSUFFICIENT_STORAGE) from error


def storage() -> Storage:
    """Where documents are kept (STORAGES, « documents »)."""
    return storages["documents"]


class Batch:
    """Files written together, whose rows come after."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def save(self, content: IO[bytes], ending: str) -> str:
        """Write a whole file under a new key.

        Raises
        ------
        DocumentError
            When there is no room.
        """
        number = uuid.uuid4().hex
        content.seek(0)
        with room_needed():
            key = storage().save(f"{number[:2]}/{number}{ending}", File(content))
        self.keys.append(key)
        return key

    def bind(self) -> None:
        """From now on, in a transaction, the files go away with it if it is rolled back."""
        mark = _Written()
        gone = weakref.finalize(mark, delete, list(self.keys))
        gone.atexit = False
        # A transaction rolled back forgets what it should do at its end, and so lets go of the mark.
        transaction.on_commit(partial(_stay, mark, gone))


def _stay(mark: _Written, gone: weakref.finalize[Any, Any]) -> None:
    gone.detach()


@contextlib.contextmanager
def batch() -> Iterator[Batch]:
    """Files that go away if what is done here fails."""
    files = Batch()
    try:
        yield files
    except BaseException:
        delete(files.keys)
        raise


def open_key(key: str) -> IO[bytes]:
    """A file to read.

    Raises
    ------
    FileNotFoundError
    """
    return storage().open(key, "rb")


def delete(keys: Iterable[str]) -> None:
    """Delete files; one that resists is left to the daily sweep."""
    for key in keys:
        try:
            storage().delete(key)
        except OSError:
            logger.exception("fichier de document non effacé")


def retire(keys: Iterable[str]) -> None:
    """Delete files that no row knows any more, once the transaction is committed.

    On a disk of this machine they go with the daily sweep, so that a backup made meanwhile is whole.
    """
    late = getattr(storage(), "retire", None)
    names = list(keys)
    transaction.on_commit(lambda: [late(name) for name in names] if late else delete(names))


def walk(folder: str = "") -> Iterator[str]:
    """Every key of the storage."""
    if not storage().exists(folder or "."):
        return
    folders, files = storage().listdir(folder)
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from walk(f"{folder}/{name}" if folder else name)
