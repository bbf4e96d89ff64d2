"""The archive: a plain tar of known bytes, so that any byte changed, added or missing is seen.

Its members: the database, the documents, then `manifest.json` (what is in it, with sizes and fingerprints)
and `manifest.sha256` (the fingerprint of the manifest). Headers hold nothing that the manifest does not say:
whoever reads can write them again and compare. Any `tar` opens it.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from millecafes.common.backup.errors import BackupError

BLOCK, CHUNK = 512, 1 << 20
MANIFEST, FINGERPRINT = "manifest.json", "manifest.sha256"
END = bytes(2 * BLOCK)
FORMAT = 1

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Member:
    """One file of the archive."""

    name: str
    size: int
    sha256: str
    mode: int = 0o600


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and where it comes from."""

    made_at: str
    version: str
    engine: str
    engine_version: str
    key: str
    migrations: list[str]
    tables: dict[str, int]
    members: list[Member] = field(default_factory=list)
    format: int = FORMAT

    def as_bytes(self) -> bytes:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def header(name: str, size: int, mode: int) -> bytes:
    """What tar writes before a member; nothing in it depends on the moment nor on the machine."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def padding(size: int) -> bytes:
    """The zeros that fill the last block of a member."""
    return bytes(-size % BLOCK)


class _Hasher(threading.Thread):
    """Computes fingerprints beside the writing: both together take the time of the longer one."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._queue: queue.Queue[bytes | str | None] = queue.Queue(maxsize=8)
        self._current = hashlib.sha256()
        self.found: dict[str, str] = {}

    def feed(self, piece: bytes) -> None:
        """Some bytes of the current member."""
        self._queue.put(piece)

    def end_of(self, name: str) -> None:
        """The current member is complete."""
        self._queue.put(name)

    def finish(self) -> None:
        """Wait for what is left."""
        self._queue.put(None)
        self.join()

    def run(self) -> None:
        """Take pieces in order."""
        while (piece := self._queue.get()) is not None:
            if isinstance(piece, str):
                self.found[piece] = self._current.hexdigest()
                self._current = hashlib.sha256()
            else:
                self._current.update(piece)


class Writer:
    """Writes an archive, member after member, into a file that can be sought."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._sizes: dict[str, tuple[int, int]] = {}
        self._hasher = _Hasher()
        self._hasher.start()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._hasher.is_alive():
            self._hasher.finish()

    def add(self, name: str, source: IO[bytes], *, mode: int = 0o600) -> None:
        """Add what `source` gives until its end: its size is written once known."""
        start = self._file.tell()
        self._file.write(header(name, 0, mode))
        size = 0
        while piece := source.read(CHUNK):
            self._hasher.feed(piece)
            self._file.write(piece)
            size += len(piece)
            self._progress(len(piece))
        self._hasher.end_of(name)
        self._file.write(padding(size))
        self._file.seek(start)
        self._file.write(header(name, size, mode))
        self._file.seek(0, os.SEEK_END)
        self._sizes[name] = (size, mode)

    def finish(self, manifest: Manifest) -> Manifest:
        """Write the manifest and the end; returns the manifest, complete."""
        self._hasher.finish()
        members = [
            Member(name, size, self._hasher.found[name], mode) for name, (size, mode) in self._sizes.items()
        ]
        complete = Manifest(**{**vars(manifest), "members": members})
        told = complete.as_bytes()
        seal = f"{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n".encode()
        for name, content in ((MANIFEST, told), (FINGERPRINT, seal)):
            self._file.write(header(name, len(content), 0o600) + content + padding(len(content)))
        self._file.write(END)
        self._file.flush()
        os.fsync(self._file.fileno())
        return complete


@dataclass(frozen=True)
class Archive:
    """An archive of which every byte was verified."""

    file: IO[bytes]
    manifest: Manifest
    offsets: dict[str, int]

    def copy(self, member: Member, path: Path, progress: Progress) -> None:
        """Write a member to a new file, verified once more as it passes."""
        self.file.seek(self.offsets[member.name])
        digest = hashlib.sha256()
        with path.open("xb") as out:
            os.fchmod(out.fileno(), member.mode)
            for piece in pieces(self.file, member.size):
                digest.update(piece)
                out.write(piece)
                progress(len(piece))
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != member.sha256:
            raise BackupError(
                f"La sauvegarde a changé pendant sa lecture ({member.name}) : rien n’est touché."
            )


def pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The next `size` bytes; fewer when the file ends before."""
    while size > 0 and (piece := file.read(min(size, CHUNK))):
        size -= len(piece)
        yield piece


@contextmanager
def opened(path: Path, progress: Progress) -> Iterator[Archive]:
    """Open an archive and verify all of it; raises BackupError, in words, before anything else is done."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"« {path} » ne peut pas être lu : {error.strerror}.") from None
    with file:
        manifest = _manifest(file, path)
        yield Archive(file, manifest, _verified(file, manifest, path, progress))


def _manifest(file: IO[bytes], path: Path) -> Manifest:
    """What the archive says of itself, once its fingerprint is right."""
    try:
        with tarfile.open(fileobj=file, mode="r:", encoding="utf-8") as tar:
            *_, told, sealed = tar.getmembers()
            if (told.name, sealed.name) != (MANIFEST, FINGERPRINT):
                raise ValueError(told.name)
            content, seal = _content(file, told), _content(file, sealed)
    except (tarfile.TarError, ValueError, EOFError, OSError):
        raise BackupError(
            f"« {path.name} » n’est pas une sauvegarde complète : le fichier est coupé, abîmé, "
            "ou d’une autre nature. Prenez-en une autre copie."
        ) from None
    if not seal.startswith(hashlib.sha256(content).hexdigest().encode() + b"  "):
        raise _altered(path, MANIFEST)
    return parsed(content, path)


def _content(file: IO[bytes], info: tarfile.TarInfo) -> bytes:
    file.seek(info.offset_data)
    return file.read(info.size)


def parsed(content: bytes, path: Path) -> Manifest:
    """The manifest, when this version of the software can read it."""
    found: dict[str, Any] = json.loads(content)
    if found.get("format") != FORMAT:
        raise BackupError(
            f"« {path.name} » a été faite par une version plus récente (format {found.get('format')}, ici "
            f"{FORMAT}) : mettez d’abord le logiciel à jour."
        )
    return Manifest(**{**found, "members": [Member(**member) for member in found["members"]]})


def _altered(path: Path, name: str) -> BackupError:
    return BackupError(
        f"« {path.name} » est abîmée ({name} n’est plus ce qui avait été écrit) : prenez-en une autre copie."
    )


def _verified(file: IO[bytes], manifest: Manifest, path: Path, progress: Progress) -> dict[str, int]:
    """Compare every byte with what the manifest says; returns where each member starts."""
    file.seek(0)
    offsets = {}
    for member in manifest.members:
        expected = header(member.name, member.size, member.mode)
        if file.read(len(expected)) != expected:
            raise _altered(path, member.name)
        offsets[member.name] = file.tell()
        digest = hashlib.sha256()
        for piece in pieces(file, member.size):
            digest.update(piece)
            progress(len(piece))
        filled = padding(member.size)
        if digest.hexdigest() != member.sha256 or file.read(len(filled)) != filled:
            raise _altered(path, member.name)
    told = manifest.as_bytes()
    seal = f"{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n".encode()
    rest = b"".join(
        header(name, len(content), 0o600) + content + padding(len(content))
        for name, content in ((MANIFEST, told), (FINGERPRINT, seal))
    )
    if file.read(len(rest) + len(END) + 1) != rest + END:
        raise _altered(path, MANIFEST)
    return offsets
