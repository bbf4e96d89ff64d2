"""Tasks that tests declare for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from millecafes.common.jobs import registry

Declare = Callable[..., None]


@pytest.fixture
def declare() -> Iterator[Declare]:
    """Declare a task for the time of a test: declare("tests.add", function, attempts=2)."""
    names: list[str] = []

    def add(name: str, function: Callable[..., None], **options: Any) -> None:
        names.append(name)
        registry.task(name, title=options.pop("title", "Essai"), **options)(function)

    registry.tasks()  # what rooms declare is found before
    yield add
    for name in names:
        registry.forget(name)
