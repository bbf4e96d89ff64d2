"""What ends an attempt otherwise than by its work."""

from __future__ import annotations


class JobError(Exception):
    """A task cannot go on; its words are shown to the team. `retry=False`: trying again would not help."""

    def __init__(self, words: str, *, retry: bool = True) -> None:
        super().__init__(words)
        self.words = words
        self.retry = retry


class Cancelled(Exception):  # noqa: N818 - not a mistake: somebody asked for it
    """Somebody asked for this job to stop."""


class LeaseLost(Exception):  # noqa: N818 - not a mistake of the task
    """Another process took the job over: nothing of this attempt may be written any more."""


class Stopped(BaseException):
    """The process must end now; not an Exception, so that no task takes it for a failure of its own."""
