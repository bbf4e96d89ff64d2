"""The tables of `common`: those of its libraries."""

from millecafes.common.jobs.models import Job, JobSchedule
from millecafes.common.journal.models import JournalEntry, JournalPersonal

__all__ = ["Job", "JobSchedule", "JournalEntry", "JournalPersonal"]
