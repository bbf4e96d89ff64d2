"""What refuses hours, in the words of who typed them."""

from __future__ import annotations


class HoursError(ValueError):
    """Hours that cannot be: what was found and what is expected; `day` (0 for Monday) where known."""

    def __init__(self, message: str, *, day: int | None = None) -> None:
        super().__init__(message)
        self.day = day
