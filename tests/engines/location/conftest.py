"""The loops are compiled before any test, so that no limit of time is spent on that."""

from __future__ import annotations

import pytest

from millecafes.engines.location.warm import warm


@pytest.fixture(autouse=True, scope="session")
def loops_are_compiled() -> None:
    """Once per process."""
    warm()
