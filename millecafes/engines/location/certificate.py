"""What lets anybody verify a plan and its bound without trusting the engine (`check.py` reads it)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from millecafes.engines.location.solution import Solution

FORMAT = "millecafes-location-1"


def certificate_of(
    solution: Solution,
    *,
    rule: Mapping[str, float | str],
    count: int,
    sites: Sequence[str],
    demands: Sequence[str],
    budget: Mapping[str, int],
) -> dict[str, Any]:
    """The certificate of a plan, ready for JSON: codes and whole numbers.

    Parameters
    ----------
    rule : mapping
        `objective` and its minutes: `minutes`, or `full` and `zero`.
    count : int
        Sites that could be opened.
    sites, demands : sequences of codes
        Of the columns and rows of the problem.
    budget : mapping
        Sites at most, by département.

    `value` and `bound` are in whole gains (people; people x millionths of a minute for the other objectives);
    `multipliers` are the prices of demands that are not 0, in whole `parts` of a gain.
    """
    return {
        "format": FORMAT,
        **rule,
        "sites": count,
        "budget": dict(budget),
        "selected": [sites[j] for j in solution.selected.tolist()],
        "value": solution.value,
        "bound": solution.checked,
        "parts": solution.parts,
        "multipliers": {
            code: price for code, price in zip(demands, solution.multipliers.tolist(), strict=True) if price
        },
    }
