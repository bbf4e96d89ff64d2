"""The journal: who did what on what, when, with which hat. A line is written once, and never changed.

A room declares the verbs of its services in its `enums` and registers them from its `apps.py`; each service
then writes one line with `record`, in its own transaction. What identifies somebody beside the actor (the
values before and after, and whose they are) goes in a table of its own, which can be erased without touching
the line.
"""

from millecafes.common.journal.recording import record, record_all, touched_since
from millecafes.common.journal.registry import (
    ERASED,
    People,
    Target,
    know_people,
    register_targets,
    register_verbs,
)

__all__ = [
    "ERASED",
    "People",
    "Target",
    "know_people",
    "record",
    "record_all",
    "register_targets",
    "register_verbs",
    "touched_since",
]
