"""Fixtures of the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millecafes.api.services import forget_floods


@pytest.fixture(autouse=True)
def _forget_floods() -> Iterator[None]:
    """Each test counts its own requests."""
    forget_floods()
    yield
    forget_floods()
