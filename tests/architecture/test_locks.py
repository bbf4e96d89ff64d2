"""Locks carry hashes and no address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tools.lock import LOCKS, addresses


def test_no_lock_holds_an_address() -> None:
    assert addresses(ROOT) == []


def test_every_lock_is_there_and_every_package_has_a_hash() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text()
        if name.endswith(".lock"):
            packages = [line for line in text.splitlines() if line and line[0].isalnum()]
            assert packages
            assert all(line.endswith("\\") for line in packages), name
        else:
            assert '"integrity": "sha512-' in text


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--extra-index-url example.org",
        "thing @ file:///tmp/thing.whl",
        '"resolved": "example.tgz",',
        '"url": "https://example.org/fund"',
    ],
)
def test_an_address_is_caught(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.lock").write_text(f"django==5.2.19 \\\n{line}\n")
    assert addresses(tmp_path) == [f"requirements.lock:2: {line}"]
