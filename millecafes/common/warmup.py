"""What each server process builds as it starts, so that no visitor waits for it.

Rooms register tasks in their `apps.py`; `config.wsgi` starts them, in a thread of their own: the
server answers meanwhile. Nothing depends on them: what is not ready is built when first asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread

from django.db import connections

logger = logging.getLogger(__name__)

_tasks: dict[str, Callable[[], object]] = {}


def register(key: str, task: Callable[[], object]) -> None:
    """Add a task (one per key)."""
    _tasks[key] = task


def start() -> Thread:
    """Run every task in the background of this process; it never holds back the process's end."""
    thread = Thread(target=run, name="warmup", daemon=True)
    thread.start()
    return thread


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
