"""What cannot be written of plans."""

from __future__ import annotations


class ScenarioError(ValueError):
    """What cannot be written of a scenario or a plan, in the user's words; `field` is at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
