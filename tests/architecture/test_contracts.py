"""The import contracts of pyproject.toml hold, and each of them catches a planted fault."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def lint(root: Path) -> str:
    """What import-linter says of the tree at `root`."""
    result = subprocess.run(
        [LINT, "--no-cache", "--config", root / "pyproject.toml"], cwd=root, capture_output=True, text=True
    )
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code in which faults can be planted."""
    root = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / PACKAGE, root / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_contracts_hold() -> None:
    said = lint(ROOT)
    assert "0 broken" in said, said


FAULTS = {
    "a lower room imports an upper one": (
        "territory/enums.py",
        "import millecafes.accounts.models",
        "Floors: a room imports only rooms below",
    ),
    "common knows a room": (
        "common/slots.py",
        "import millecafes.territory.enums",
        "Floors: a room imports only rooms below",
    ),
    "two rooms of one floor know each other": (
        "portal/apps.py",
        "import millecafes.api.apps",
        "Floors: a room imports only rooms below",
    ),
    "a package that is no room": ("misc/__init__.py", "", "Floors: a room imports only rooms below"),
    "a model reads a view": (
        "territory/models.py",
        "import millecafes.territory.urls",
        "Steps: inside a room, imports go to the right only",
    ),
    "a file without a step": (
        "territory/utils.py",
        "",
        "Steps: inside a room, imports go to the right only",
    ),
    "an engine imports Django": ("engines/geo/distances.py", "import django.db", "Engines are pure"),
    "an engine imports a room": (
        "engines/geo/distances.py",
        "import millecafes.territory.enums",
        "Engines are pure",
    ),
    "an engine reads the network": ("engines/geo/distances.py", "import httpx", "Engines are pure"),
    "geo imports another engine": (
        "engines/geo/distances.py",
        "import millecafes.engines.location",
        "Engines ignore each other",
    ),
    "an engine imports its neighbour": (
        "engines/location.py",
        "import millecafes.engines.surveys",
        "Engines ignore each other",
    ),
    "a service reaches an engine": (
        "territory/rules.py",
        "import millecafes.engines.geo.distances",
        "Only solving reaches the engines",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: str, sound: Path, tmp_path: Path) -> None:
    name, line, contract = FAULTS[fault]
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    for engine in ("location", "surveys"):
        (tmp_path / PACKAGE / "engines" / f"{engine}.py").touch()
    assert "0 broken" in lint(tmp_path)
    planted = tmp_path / PACKAGE / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{line}\n")
    broken = [said for said in lint(tmp_path).splitlines() if said.endswith("BROKEN")]
    assert any(said.startswith(contract) for said in broken), broken
