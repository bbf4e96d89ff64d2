"""The archive alone: whatever is cut, changed or added is seen."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

from millecafes.common.backup.archive import Manifest, Writer, opened
from millecafes.common.backup.errors import BackupError

FILES = {
    "base.sqlite3": bytes(range(256)) * 12,
    "documents/a.txt": b"",
    "documents/é/" + "b" * 120: b"\0" * 512,
    "documents/c": b"c" * 700,
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive."""
    path = tmp_path_factory.mktemp("archive") / "petite.tar"
    with path.open("w+b") as file, Writer(file, lambda _: None) as writer:
        for name, content in FILES.items():
            writer.add(name, io.BytesIO(content), mode=0o640)
        writer.finish(Manifest("2026-01-01", "0", "sqlite", "3", "clé", [], {"t": 1}))
    return path


def accepts(content: bytes, path: Path) -> bool:
    """Whether these bytes pass for an archive; anything but a refusal in words fails the test."""
    path.write_bytes(content)
    try:
        with opened(path, lambda _: None):
            return True
    except BackupError:
        return False


def test_what_was_written_is_read(archive: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    with opened(archive, seen.append) as found:
        assert [member.name for member in found.manifest.members] == list(FILES)
        for number, member in enumerate(found.manifest.members):
            target = tmp_path / str(number)
            found.copy(member, target, lambda _: None)
            assert target.read_bytes() == FILES[member.name]
            assert target.stat().st_mode & 0o777 == 0o640
    assert sum(seen) == sum(map(len, FILES.values()))


def test_any_tar_opens_it(archive: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", archive, "-C", tmp_path], check=True)
    for name, content in FILES.items():
        assert (tmp_path / name).read_bytes() == content
    subprocess.run(["sha256sum", "--check", "--quiet", "manifest.sha256"], cwd=tmp_path, check=True)


def test_a_cut_at_any_length_is_refused(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    assert accepts(content, tmp_path / "x.tar")
    lengths = {*range(0, len(content), 97), *range(len(content) - 1_100, len(content))}
    assert [length for length in lengths if accepts(content[:length], tmp_path / "x.tar")] == []


@pytest.mark.parametrize("bit", [0, 5])
def test_one_changed_bit_anywhere_is_refused(archive: Path, tmp_path: Path, bit: int) -> None:
    content = bytearray(archive.read_bytes())
    accepted = []
    for place in range(bit, len(content), 5):
        content[place] ^= 1 << bit
        if accepts(bytes(content), tmp_path / "x.tar"):
            accepted.append(place)
        content[place] ^= 1 << bit
    assert accepted == []


def test_what_is_added_is_refused(archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    for more in (b"\0", b"x", bytes(512), content):
        assert not accepts(content + more, tmp_path / "x.tar")
    assert not accepts(b"", tmp_path / "x.tar")
    assert not accepts(b"\x1f\x8b" + content, tmp_path / "x.tar")


def test_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="ne peut pas être lu"), opened(tmp_path, lambda _: None):
        pass
