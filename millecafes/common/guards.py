"""Guards: what must hold before the site is prepared or served. Each room registers its own."""

from __future__ import annotations

from collections.abc import Callable


class GuardError(Exception):
    """The site must not start; the message says why, and what to do."""


_guards: dict[str, Callable[[], None]] = {}


def register(key: str, guard: Callable[[], None]) -> None:
    """Add a guard (one per key), which raises `GuardError` to forbid the start."""
    _guards[key] = guard


def check() -> None:
    """Run every guard.

    Raises
    ------
    GuardError
    """
    for guard in _guards.values():
        guard()
