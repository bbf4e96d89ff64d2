"""What is asked of a search besides its problem, and what it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MULTIPLIERS = "multipliers"  # checked by anybody from the certificate
SOLVER = "solver"  # rests on the word of the exact solver

# value, bound, gap (share of the bound), seconds, selected sites
Progress = Callable[[float, float, float, float, Ints], None]


@dataclass(frozen=True)
class Stop:
    """When to stop: the first of these that happens.

    Parameters
    ----------
    seconds : float or None
        Wall clock from the call.
    rounds : int or None
        Rounds of intensification after the first plan; with one worker and no `seconds`, the answer
        depends on the seed alone.
    gap : float
        Share of the bound, 0 to 1; 0 asks for a proof.
    asked : callable or None
        Polled; true stops with the best plan so far.
    """

    seconds: float | None = None
    rounds: int | None = None
    gap: float = 0.0
    asked: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"seconds (seconds): expected more than 0, got {self.seconds}")
        if self.rounds is not None and self.rounds < 0:
            raise ValueError(f"rounds (rounds): expected 0 or more, got {self.rounds}")
        if not 0 <= self.gap < 1:
            raise ValueError(f"gap (share of the bound): expected from 0 to 1, got {self.gap}")
        if self.seconds is None and self.rounds is None and self.asked is None:
            raise ValueError("stop: expected seconds, rounds or asked")


@dataclass
class Clock:
    """A stop criterion at work: the only place where the engine reads a clock."""

    stop: Stop
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Wall clock since the call."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds that remain; infinite without a limit."""
        return float("inf") if self.stop.seconds is None else self.stop.seconds - self.seconds

    def over(self) -> bool:
        """Whether time is up, or somebody asked to stop."""
        return self.left <= 0 or (self.stop.asked is not None and self.stop.asked())


@dataclass(frozen=True)
class Trace:
    """A moment of a search: seconds, value and bound (units of the objective), gap (share of the bound)."""

    seconds: float
    value: float
    bound: float
    checked_bound: float
    gap: float


@dataclass(frozen=True)
class Solution:
    """A plan and what is known of how good it is.

    Parameters
    ----------
    selected : int array
        Positions of the sites opened, in the order in which they bring the most.
    value : int
        The objective in gains, exact.
    objective : float
        The same in units of the objective (people, person-minutes).
    bound : float
        No plan is better than this, in the same unit; whole gains are used where it is checked.
    bound_kind : str
        `MULTIPLIERS` or `SOLVER`: whose word `bound` rests on.
    checked_bound : float
        The bound of the multipliers, which the certificate lets anybody verify.
    checked : int
        The same in gains.
    gap : float
        ``(bound - objective) / bound``, 0 to 1.
    proved : bool
        Whether the plan is the best there is (the solver's word when `bound_kind` says so).
    multipliers : int array, shape (demands,)
        Prices of demands, 0 or more, in whole `parts` of a gain.
    parts : int
    trace : tuple of Trace
    rounds : int
        Rounds of intensification done.
    """

    selected: Ints
    value: int
    objective: float
    bound: float
    bound_kind: str
    checked_bound: float
    checked: int
    gap: float
    proved: bool
    multipliers: Ints
    parts: int
    trace: tuple[Trace, ...]
    rounds: int
