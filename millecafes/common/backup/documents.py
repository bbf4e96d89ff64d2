"""The documents: files that are written once, never changed, and removed late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from millecafes.common.documents.storing import UNFINISHED

FOLDER = "documents"


def are_here() -> bool:
    """Whether documents are on a disk of this machine; those of an object storage are not ours to copy."""
    return isinstance(storages["documents"], FileSystemStorage)


def folder() -> Path:
    """Where documents are."""
    return Path(settings.DOCUMENTS_DIR)


def files() -> Iterator[tuple[str, Path]]:
    """Each document: its name in the archive, its path; those that are being written apart."""
    unfinished = folder() / UNFINISHED
    for path in sorted(folder().rglob("*")):
        if path.is_file() and not path.is_symlink() and unfinished not in path.parents:
            yield f"{FOLDER}/{path.relative_to(folder()).as_posix()}", path
