"""Each test has its own empty folder of documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from millecafes.common.documents import storing
from millecafes.partners.models import Organisation
from tests.factories.partners import make_organisation


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Where documents are kept during the test."""
    place = tmp_path / "documents"
    options = {"BACKEND": "millecafes.common.documents.storing.DiskStorage", "OPTIONS": {"location": place}}
    settings.STORAGES = {**settings.STORAGES, "documents": options}
    storages.__dict__.pop("backends", None)
    storages._storages.clear()
    yield place
    storages.__dict__.pop("backends", None)
    storages._storages.clear()


@pytest.fixture
def organisation(db: None) -> Organisation:
    """What documents are about."""
    return make_organisation()


def kept() -> list[str]:
    """The files in the folder."""
    return list(storing.walk())
