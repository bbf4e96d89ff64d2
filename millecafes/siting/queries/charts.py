"""The curves of a result, as marks of a plain SVG: percentages across, pixels down."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from millecafes.common.formats import thousands
from millecafes.siting.models import Pick, PlanRun

HEIGHT, TOP = 200, 12
MOST_MARKS = 60
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Segment:
    """A piece of a curve."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Tick:
    """A graduation: where, and what it reads."""

    place: float
    label: str


@dataclass(frozen=True)
class Curve:
    """A curve with its graduations, and the rows of the table that says the same."""

    segments: list[Segment]
    others: list[Segment]
    across: list[Tick]
    down: list[Tick]
    rows: list[tuple[str, str]]
    height: int = HEIGHT
    base: int = HEIGHT - 4

    @property
    def total(self) -> int:
        """The height of the drawing with its graduations."""
        return self.height + 28


def curve_of(run: PlanRun) -> Curve | None:
    """People newly near enough, by number of cafés (one query); None without any."""
    people = list(Pick.objects.filter(run=run).order_by("rank").values_list("people", flat=True))
    total, points = 0.0, [(0.0, 0.0)]
    for rank, gained in enumerate(people, 1):
        total += gained
        points.append((float(rank), total))
    if total <= 0:
        return None
    kept = _thinned(points)
    last = points[-1][0]
    rows = [(thousands(n), thousands(value)) for n, value in _told(points)]
    return Curve(
        _segments(kept, last, total),
        [],
        _ticks(last, last, across=True),
        _ticks(total, total, across=False),
        rows,
    )


def trace_of(run: PlanRun) -> Curve | None:
    """How the plan and the bound drew near each other; None when it went too fast to tell."""
    rows = [(second, value, bound) for second, value, bound in run.trace if value is not None]
    bounded = [bound for _, _, bound in rows if bound is not None]
    if len(rows) < 3 or not bounded:
        return None
    # What was there before the first bound would flatten everything.
    low, high = min(value for _, value, _ in rows), max(bounded)
    last = max(second for second, _, _ in rows) or 1.0
    if high <= low:
        return None
    values = _thinned([(second, value - low) for second, value, _ in rows])
    bounds = _thinned([(second, bound - low) for second, _, bound in rows if bound is not None])
    told = [
        (f"{second:.1f} s".replace(".", ","), f"{thousands(value)} ; {thousands(bound)}")
        for second, value, bound in rows[:: max(1, len(rows) // 10)]
    ]
    down = [Tick(_y(high - low, high - low), thousands(high)), Tick(_y(0, high - low), thousands(low))]
    return Curve(
        _segments(values, last, high - low),
        _segments(bounds, last, high - low),
        [Tick(0, "0"), Tick(100, f"{last:.0f} s")],
        down,
        told,
    )


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    step = max(1, len(points) // MOST_MARKS)
    kept = points[::step]
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _segments(points: list[tuple[float, float]], across: float, down: float) -> list[Segment]:
    placed = [(round(100 * x / across, 2), round(_y(y, down), 1)) for x, y in points]
    return [Segment(*first, *second) for first, second in itertools.pairwise(placed)]


def _y(value: float, largest: float) -> float:
    return HEIGHT - 4 - (HEIGHT - 4 - TOP) * value / largest


def _ticks(largest: float, span: float, *, across: bool) -> list[Tick]:
    """Three to six round numbers up to the largest."""
    step = next(
        base * 10**power for power in range(12) for base in _STEPS if largest / (base * 10**power) <= 5.5
    )
    values = [step * i for i in range(1, int(largest // step) + 1)]
    return [Tick(round(100 * v / span, 2) if across else round(_y(v, span), 1), thousands(v)) for v in values]


def _told(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Ten points at most for the table, the last one among them."""
    step = max(1, (len(points) - 1) // 10)
    kept = points[step::step]
    return kept if kept and kept[-1] == points[-1] else [*kept, points[-1]]
