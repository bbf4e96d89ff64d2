"""A site with something in it, made once and copied for each test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.common.backup.sites import HISTORY, PACKAGES, Place, on_postgresql, server


@pytest.fixture(scope="session")
def first_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The site that others are copied from: communes, a table written to by others, documents."""
    name = f"millecafes_backup_{uuid.uuid4().hex[:12]}" if on_postgresql() else ""
    if name:
        server(f'CREATE DATABASE "{name}" TEMPLATE template0')
    place = Place(tmp_path_factory.mktemp("first"), name)
    place.does("migrate", "--verbosity", "0")
    place.does("load_territory", "--from", str(PACKAGES))
    with place.opened() as connection:
        for statement in filter(str.strip, HISTORY.split(";")):
            connection.execute(statement)
    place.add_document("ab/photo.webp", bytes(range(256)) * 3_000)
    place.add_document("ab/un nom où l’on s’étend, " + "long" * 30 + ".pdf", b"%PDF")
    place.add_document("vide.txt", b"")
    yield place
    if name:
        server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def archive(first_site: Place) -> Path:
    """A backup of it, and so of its copies."""
    return first_site.backup()


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Empty sites."""
    made: list[str] = []

    def make(template: Place | None = None) -> Place:
        folder = tmp_path / f"site-{uuid.uuid4().hex[:6]}"
        if template:
            shutil.copytree(template.folder, folder, ignore=shutil.ignore_patterns("sauvegardes"))
        name = ""
        if on_postgresql():
            name = f"millecafes_backup_{uuid.uuid4().hex[:12]}"
            server(f'CREATE DATABASE "{name}" TEMPLATE "{template.database if template else "template0"}"')
            made.append(name)
        folder.mkdir(exist_ok=True)
        return Place(folder, name)

    yield make
    for name in made:
        server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def place(first_site: Place, new_place: Callable[..., Place]) -> Place:
    """A site with something in it."""
    return new_place(first_site)
