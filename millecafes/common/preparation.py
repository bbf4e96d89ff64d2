"""The preparation registry: each room registers what must be ready before the site is served.

`millecafes prepare` runs, in the order of registration, the steps that are still needed. A step is a
management command that can be run again after an interruption.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: what to say, whether it is still to be done, and the command that does it."""

    label: str
    is_needed: Callable[[], bool]
    command: str
    arguments: tuple[str, ...] = ()


_steps: dict[str, Step] = {}
# Commands started once the server answers (see `serve`), with their arguments.
_background: dict[str, tuple[str, ...]] = {}


def register(key: str, step: Step) -> None:
    """Add a step (one per key)."""
    _steps[key] = step


def steps() -> tuple[Step, ...]:
    """The steps, in order."""
    return tuple(_steps.values())


def register_background(command: str, *arguments: str) -> None:
    """Add a command that the server starts by itself, once it answers; its failure harms nothing."""
    _background[command] = arguments


def background_commands() -> dict[str, tuple[str, ...]]:
    """The commands to start once the server answers."""
    return dict(_background)
