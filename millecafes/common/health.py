"""Whether the site is well: parts that rooms register, asked by probes and shown to the team.

Nothing is kept between two questions, but what a process cannot see change: the migrations of its own code.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as remember
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

FINE, WATCH, DOWN = "ok", "à surveiller", "en panne"
# Below, the database cannot be sure to write, nor a backup to be made.
LEAST_FREE = 200_000_000


class UnwellError(Exception):
    """Why a part is not well, in French."""


@dataclass(frozen=True)
class Part:
    """One part: its French name; `check` says how it is, or raises. Without a vital one, no page."""

    label: str
    check: Callable[[], str]
    vital: bool = False


@dataclass(frozen=True)
class Finding:
    """How a part is."""

    key: str
    label: str
    is_well: bool
    vital: bool
    detail: str


_parts: dict[str, Part] = {}


def register(key: str, part: Part) -> None:
    """Add a part (one per key)."""
    _parts[key] = part


def unregister(key: str) -> None:
    """Remove a part (tests)."""
    _parts.pop(key, None)


def examine() -> list[Finding]:
    """How each part is, the vital ones first."""
    found = [_examined(key, part) for key, part in _parts.items()]
    return sorted(found, key=lambda finding: not finding.vital)


def _examined(key: str, part: Part) -> Finding:
    try:
        return Finding(key, part.label, True, part.vital, part.check())
    except UnwellError as error:
        return Finding(key, part.label, False, part.vital, str(error))
    except Exception as error:  # whatever fails, the answer must come
        return Finding(key, part.label, False, part.vital, f"ne répond pas ({type(error).__name__})")


def state_of(findings: list[Finding]) -> str:
    """The whole in a word."""
    if all(finding.is_well for finding in findings):
        return FINE
    return DOWN if any(finding.vital and not finding.is_well for finding in findings) else WATCH


def database() -> str:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"


@remember
def _migrations_of_the_code() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)


def migrations() -> str:
    """Every migration of this code is applied: one query."""
    missing = _migrations_of_the_code() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise UnwellError(f"{len(missing)} à appliquer : lancez « millecafes prepare »")
    return "à jour"


def storage() -> str:
    """The data folder takes a file, and has room."""
    folder = Path(settings.DATA_DIR)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
    except OSError:
        raise UnwellError("n’accepte plus de fichier : droits, ou disque plein") from None
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise UnwellError(f"plus que {free // 1_000_000} Mo libres : faites de la place")
    return f"{free / 1e9:.1f} Go libres".replace(".", ",")


def shared_cache() -> str:
    """The cache that counts attempts answers."""
    cache.get("health")
    return "répond"


register("database", Part("Base de données", database, vital=True))
register("migrations", Part("Structure de la base", migrations, vital=True))
register("storage", Part("Dossier des données", storage, vital=True))
register("cache", Part("Cache", shared_cache))
