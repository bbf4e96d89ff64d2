"""Fixtures of the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real national files ($MILLECAFES_SHARED, else ../shared)."""
    folder = Path(os.environ.get("MILLECAFES_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        message = f"fichiers nationaux absents : {folder} (MILLECAFES_SHARED pour les trouver ailleurs)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def packages_dir() -> Path:
    """A few dozen communes of the two registry packages, in their formats (tools/build_fixture.py)."""
    return ROOT / "tests" / "fixtures" / "packages"


@pytest.fixture
def territory(db: None, packages_dir: Path) -> None:
    """The database loaded with the communes of the fixture, by the real loader."""
    from django.utils import timezone

    from millecafes.common.actors import command
    from millecafes.territory.services.loading import load_territory

    load_territory(actor=command("tests"), now=timezone.now(), sources_dir=packages_dir)


@pytest.fixture(autouse=True)
def _forget_places() -> Iterator[None]:
    """Each test has its own communes: the index of their names is not kept between tests."""
    from millecafes.territory.queries import place_index

    place_index.forget_index()
    yield
    place_index.forget_index()
