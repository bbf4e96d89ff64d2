"""Making a backup: the database first, then the documents, into a file that appears only once complete."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError

from millecafes.common.backup import documents
from millecafes.common.backup.archive import Manifest, Progress, Writer
from millecafes.common.backup.choosing import engine
from millecafes.common.backup.errors import BackupError, is_full

NAME = re.compile(r"millecafes-\d{8}-\d{6}\.tar")
UNFINISHED = ".en-cours"
SCRATCH = ".base"


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    size: int
    manifest: Manifest
    forgotten: list[Path]


def key_fingerprint() -> str:
    """What tells one secret key from another without giving it."""
    secret = hashlib.pbkdf2_hmac("sha256", settings.SECRET_KEY.encode(), b"millecafes.backup", 200_000)
    return secret.hex()[:16]


def make(folder: Path, *, now: dt.datetime, keep: int | None, progress: Progress) -> Made:
    """Write a backup into `folder`; keep the `keep` newest there (None: all).

    The database comes first: each document that it knows was written before, and is removed late enough to
    be found after. Documents that arrive in the meantime are copied too: nothing names them, harmlessly.

    Raises
    ------
    BackupError
        Nothing is left in the folder then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        path = folder / f"millecafes-{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}.tar"
        with _unfinished(path) as file:
            manifest = _write(file, path.with_name(path.name + SCRATCH), now=now, progress=progress)
            size = file.tell()
    except Exception as error:
        if is_full(error):
            raise BackupError(
                f"Le disque est plein : la sauvegarde n’a pas été faite, et il n’en reste rien dans "
                f"{folder}. Faites de la place, ou choisissez un autre dossier avec --to."
            ) from error
        if isinstance(error, sqlite3.Error | DatabaseError):
            raise BackupError(f"La base de données ne peut pas être lue : {error}") from error
        if isinstance(error, OSError):
            raise BackupError(f"Impossible d’écrire dans {folder} : {error.strerror}.") from error
        raise
    return Made(path, size, manifest, _forget(folder, keep))


def _write(file: IO[bytes], scratch: Path, *, now: dt.datetime, progress: Progress) -> Manifest:
    kind = engine()
    try:
        with Writer(file, progress) as archive:
            with kind.dumped(scratch, progress) as dump:
                archive.add(kind.member, dump.stream)
            scratch.unlink(missing_ok=True)
            for name, path in documents.files() if documents.are_here() else ():
                _add_document(archive, name, path)
            return archive.finish(
                Manifest(
                    made_at=now.isoformat(),
                    version=version("millecafes"),
                    engine=kind.name,
                    engine_version=dump.engine_version,
                    key=key_fingerprint(),
                    migrations=dump.migrations,
                    tables=dump.tables,
                )
            )
    finally:
        scratch.unlink(missing_ok=True)


def _add_document(archive: Writer, name: str, path: Path) -> None:
    try:
        source = path.open("rb", buffering=0)
    except FileNotFoundError:
        return  # removed since: the database had forgotten it long before
    with source:
        archive.add(name, source, mode=os.fstat(source.fileno()).st_mode & 0o777)


@contextmanager
def _unfinished(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when all went well; it is removed otherwise."""
    if path.exists():
        raise BackupError(f"{path} existe déjà : recommencez dans une seconde.")
    draft = path.with_name(path.name + UNFINISHED)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield file
            draft.rename(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what a backup that was killed left here; one under way holds its file."""
    for draft in folder.glob(f"millecafes-*.tar{UNFINISHED}"):
        with draft.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError("Une sauvegarde est déjà en cours dans ce dossier.") from None
            draft.with_name(draft.name.removesuffix(UNFINISHED) + SCRATCH).unlink(missing_ok=True)
            draft.unlink(missing_ok=True)


def _forget(folder: Path, keep: int | None) -> list[Path]:
    """Remove the oldest backups; other files of the folder are not ours."""
    if keep is None:
        return []
    ours: Callable[[Path], bool] = lambda path: NAME.fullmatch(path.name) is not None  # noqa: E731
    old = sorted(filter(ours, folder.iterdir()), reverse=True)[keep:]
    for path in old:
        path.unlink()
    return old
