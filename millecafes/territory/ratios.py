"""Shares: of two counts of one dataset, or not at all; of comparable communes, from their quantiles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from millecafes.common.formats import percent
from millecafes.territory.enums import ValueStatus

QUANTILE_DECIMALS = 4
"""Decimals of the quantiles as stored."""


class Known(NamedTuple):
    """A stored value with what is known of it (`dataset` is the Dataset's id)."""

    value: float | None
    status: str
    dataset: int | None


ABSENT = Known(None, ValueStatus.ND, None)


def ratio(
    numerator: Known | None, denominator: Known | None, factor: float = 100.0
) -> tuple[float | None, ValueStatus]:
    """`factor × numerator / denominator`, with the status of what is missing.

    Two datasets (hence maybe two vintages), a missing value or a null denominator give no number.
    """
    top, bottom = numerator or ABSENT, denominator or ABSENT
    for part in (top, bottom):
        if part.status != ValueStatus.OK:
            return None, ValueStatus(part.status)
    if top.value is None or not bottom.value or top.dataset != bottom.dataset:
        return None, ValueStatus.ND
    return factor * top.value / bottom.value, ValueStatus.OK


@dataclass(frozen=True)
class Rank:
    """Shares (0 to 1) of comparable communes that have strictly less, as much, and strictly more."""

    lower: float
    equal: float
    higher: float

    def words(self, more: str, less: str) -> str:
        """« plus que 72 % des communes comparables »: the largest of the three shares, rounded down.

        Communes level with this one count neither as below nor as above.
        """
        parts = ((self.equal, "comme"), (self.higher, less), (self.lower, more))
        share, word = max(parts, key=lambda part: part[0])
        # Nobody is above all communes, itself included: never « plus que 100 % ».
        most = 100 if word == "comme" else 99
        return f"{word} {percent(min(most, int(100 * share + 1e-9)))} des communes comparables"


def rank(quantiles: Sequence[float], value: float) -> Rank:
    """Where `value` stands, read from 101 quantiles (minimum to maximum), to the nearest hundredth.

    Quantiles equal to `value` are communes level with it: a quarter of communes with a café on
    the spot are a plateau of zeros, and none of them is said to be nearer than another.
    """
    value = round(value, QUANTILE_DECIMALS)
    last = len(quantiles) - 1
    left, right = bisect_left(quantiles, value), bisect_right(quantiles, value)
    if right > left:
        lower, upto = left / last, (right - 1) / last
    elif left in {0, len(quantiles)}:
        lower = upto = 0.0 if left == 0 else 1.0
    else:
        low, high = quantiles[left - 1], quantiles[left]
        lower = upto = (left - 1 + (value - low) / (high - low)) / last
    return Rank(lower, upto - lower, 1 - upto)
