"""What the server builds before it makes its processes, so that they share it and no visitor waits for it.

Rooms register tasks in their `apps.py`; `config.server_hooks` runs them. Nothing depends on them: what is not
ready is built when first asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger(__name__)

_tasks: dict[str, Callable[[], object]] = {}


def register(key: str, task: Callable[[], object]) -> None:
    """Add a task (one per key)."""
    _tasks[key] = task


def run() -> None:
    """Run every task; one that fails is told and harms nothing (the database may not be ready yet)."""
    try:
        for key, task in _tasks.items():
            try:
                task()
            except Exception as error:  # whatever it is, the first request will meet it again
                logger.warning("warm-up %s: %s", key, error)
    finally:
        connections.close_all()
