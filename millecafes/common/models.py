"""The tables of `common`: those of its libraries."""

from millecafes.common.documents.models import Document, DocumentVersion, Rendition, Upload
from millecafes.common.imports.models import ImportLine, ImportMatching, ImportRun
from millecafes.common.jobs.models import Job, JobSchedule
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.common.notifications.models import MailPace, Notification, NotificationChoice, Reminder

__all__ = [
    "Document",
    "DocumentVersion",
    "ImportLine",
    "ImportMatching",
    "ImportRun",
    "Job",
    "JobSchedule",
    "JournalEntry",
    "JournalPersonal",
    "MailPace",
    "Notification",
    "NotificationChoice",
    "Reminder",
    "Rendition",
    "Upload",
]
