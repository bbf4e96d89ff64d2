"""The tasks that rooms declare in their `tasks.py`, and when some of them start by themselves."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.module_loading import autodiscover_modules

F = TypeVar("F", bound=Callable[..., None])

ATTEMPTS = 5
LIMIT = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Task:
    """One kind of job. See `task` for what each value means."""

    name: str
    title: str
    function: Callable[..., None]
    attempts: int = ATTEMPTS
    limit: dt.timedelta = LIMIT
    secret: bool = False
    atomic: bool = True

    def verify(self, arguments: Mapping[str, Any]) -> None:
        """Refuse arguments that the function does not take, where the mistake is made.

        Raises
        ------
        TypeError
        """
        inspect.signature(self.function).bind(None, **arguments)


@dataclass(frozen=True)
class Slot:
    """When a task starts by itself: every so often, or once a day at an hour of Paris."""

    name: str
    every: dt.timedelta = dt.timedelta(days=1)
    daily: dt.time | None = None


_tasks: dict[str, Task] = {}
_slots: dict[str, Slot] = {}
_found: list[bool] = []


def task(
    name: str,
    *,
    title: str,
    attempts: int = ATTEMPTS,
    limit: dt.timedelta = LIMIT,
    secret: bool = False,
    atomic: bool = True,
) -> Callable[[F], F]:
    """Declare a task: `def verb_object(run, *, scenario_id): …`.

    Parameters
    ----------
    name
        "room.verb_object", unique.
    title
        What people read: « Calcul d’un plan ».
    attempts
        After so many that failed, or whose process died, the job is failed.
    limit
        Beyond, the process that runs it is ended, and the attempt counts as failed.
    secret
        Arguments are encrypted in the database, and wiped when the job ends.
    atomic
        The whole function is one transaction, with the end of the job. Otherwise (long computations, mail)
        the function commits by itself with `run.effects()`.
    """

    def declare(function: F) -> F:
        known = _tasks.get(name)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"tâche déjà déclarée : {name}")
        _tasks[name] = Task(name, title, function, attempts, limit, secret, atomic)
        return function

    return declare


def schedule(name: str, *, every: dt.timedelta | None = None, daily: str = "") -> None:
    """Start a task by itself, every so often or daily at an hour of Paris ("03:30").

    Raises
    ------
    ValueError
        Unless exactly one of `every` and `daily` is given.
    """
    if (every is None) is (not daily):
        raise ValueError(f"{name} : donnez every ou daily, l’un des deux")
    _slots[name] = Slot(name, every) if every else Slot(name, daily=dt.time.fromisoformat(daily))


def forget(name: str) -> None:
    """Take a task away (tests: code that was removed)."""
    _tasks.pop(name, None)
    _slots.pop(name, None)


def find(name: str) -> Task | None:
    """A task by its name; none when its code is no longer there."""
    _discover()
    return _tasks.get(name)


def tasks() -> dict[str, Task]:
    """Every task."""
    _discover()
    return dict(_tasks)


def slots() -> tuple[Slot, ...]:
    """Everything that starts by itself."""
    _discover()
    return tuple(_slots.values())


def _discover() -> None:
    # Not at start: tasks import services, which need every room's models.
    if not _found:
        _found.append(True)
        autodiscover_modules("tasks")
