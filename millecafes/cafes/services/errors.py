"""What cannot be written about a café."""

from __future__ import annotations

from collections.abc import Sequence

from millecafes.cafes.models import Cafe


class CafeError(ValueError):
    """Something about a café that cannot be written, in the user's words; `field` is at fault.

    `others` are the cafés that stand in the way.
    """

    def __init__(self, field: str, message: str, others: Sequence[Cafe] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.others = tuple(others)
