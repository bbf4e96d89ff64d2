"""Putting a backup back: all of it verified first, then everything at once, the former state kept aside."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader

from millecafes.common.backup import documents
from millecafes.common.backup.archive import Archive, Manifest, Progress, opened
from millecafes.common.backup.choosing import engine
from millecafes.common.backup.engines import Engine
from millecafes.common.backup.errors import BackupError, is_full
from millecafes.common.backup.making import key_fingerprint, sync_folder

WAITING = "restauration-en-cours"


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    kept: list[str]
    other_key: bool
    late: list[str]


def check(path: Path, *, progress: Progress) -> Manifest:
    """Verify every byte of a backup; raises BackupError."""
    with opened(path, progress) as archive:
        return archive.manifest


def restore(path: Path, *, replace: bool, now: dt.datetime, progress: Progress) -> Restored:
    """Put a backup in the place of the database and of the documents.

    Raises
    ------
    BackupError
        Nothing has changed then.
    """
    kind = engine()
    waiting = Path(settings.DATA_DIR) / WAITING
    with opened(path, progress) as archive:
        late = _admissible(archive.manifest, kind, path)
        if not replace:
            _nothing_to_lose(kind)
        try:
            _extract(archive, waiting, progress)
            kept = _swap(archive.manifest, kind, waiting, stamp=f"{now.astimezone(dt.UTC):%Y%m%d-%H%M%S}")
        except (OSError, sqlite3.Error, DatabaseError) as error:
            why = "le disque est plein" if is_full(error) else str(error)
            raise BackupError(f"La sauvegarde n’a pas été remise : {why}. Rien n’est touché.") from error
        finally:
            shutil.rmtree(waiting, ignore_errors=True)
    return Restored(archive.manifest, kept, archive.manifest.key != key_fingerprint(), late)


def _admissible(manifest: Manifest, kind: Engine, path: Path) -> list[str]:
    """Refuse what this site cannot read; returns the migrations that are still to be applied."""
    if manifest.engine != kind.name:
        raise BackupError(
            f"« {path.name} » vient d’une base {manifest.engine}, et DATABASE_URL désigne une base "
            f"{kind.name} : restaurez-la dans une base de même sorte."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = sorted(set(manifest.migrations) - known - _squashed())
    if newer:
        raise BackupError(
            f"« {path.name} » a été faite par une version plus récente du logiciel ({manifest.version}), qui "
            f"connaît {newer[0]} : mettez d’abord le logiciel à jour."
        )
    names = [member.name for member in manifest.members]
    if kind.member not in names or not all(_is_ours(name, kind) for name in names):
        raise BackupError(
            f"« {path.name} » contient des fichiers que ce logiciel n’écrit pas : elle est refusée."
        )
    return sorted(known - set(manifest.migrations))


def _squashed() -> set[str]:
    """Migrations that others replace: an older database may still name them."""
    loader = MigrationLoader(None)
    return {
        f"{app}.{name}" for migration in loader.disk_migrations.values() for app, name in migration.replaces
    }


def _is_ours(name: str, kind: Engine) -> bool:
    parts = name.split("/")
    inside = parts[0] == documents.FOLDER and len(parts) > 1 and not {"", ".", ".."} & set(parts)
    return name == kind.member or inside


def _nothing_to_lose(kind: Engine) -> None:
    said = "déjà une base de données" if not kind.is_empty() else ""
    said = said or ("déjà des documents" if any(True for _ in documents.files()) else "")
    if said:
        raise BackupError(
            f"Il y a {said} ici. Pour les remplacer, ajoutez --replace : ce qui est là sera gardé "
            "sous un autre nom."
        )


def _extract(archive: Archive, waiting: Path, progress: Progress) -> None:
    """Write everything beside what is there."""
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(mode=0o700, parents=True)
    (waiting / documents.FOLDER).mkdir()
    for member in archive.manifest.members:
        target = waiting / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        archive.copy(member, target, progress)


def _swap(manifest: Manifest, kind: Engine, waiting: Path, *, stamp: str) -> list[str]:
    """Documents, then the database; documents go back when the database refuses."""
    folder = documents.folder()
    aside = folder.with_name(f"{folder.name}.avant-{stamp}")
    had = folder.is_dir()
    if had:
        folder.rename(aside)
    (waiting / documents.FOLDER).rename(folder)
    try:
        base = kind.put_back(waiting / kind.member, manifest.tables, stamp=stamp)
    except BaseException:
        shutil.rmtree(folder)
        if had:
            aside.rename(folder)
        raise
    if had and not any(aside.iterdir()):
        aside.rmdir()
        had = False
    sync_folder(folder.parent)
    return [place for place in (base, str(aside) if had else "") if place]
