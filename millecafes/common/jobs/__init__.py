"""Jobs: work done outside of requests, kept in the database so that nothing is lost and nothing done twice.

A room writes its tasks in `tasks.py` with `task`; a service asks for one with `enqueue`, by name, in its own
transaction. Processes started by `millecafes work` (or beside the server) claim jobs under a lease; effects
on the database are committed together with the proof that the lease is still held (see `running`).
"""

from millecafes.common.jobs import testing
from millecafes.common.jobs.errors import Cancelled, JobError, LeaseLost
from millecafes.common.jobs.queue import enqueue
from millecafes.common.jobs.registry import schedule, task
from millecafes.common.jobs.running import Run

__all__ = ["Cancelled", "JobError", "LeaseLost", "Run", "enqueue", "schedule", "task", "testing"]
