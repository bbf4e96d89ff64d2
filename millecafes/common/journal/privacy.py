"""What the journal holds of people, and when it is erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from millecafes.common.privacy import Purge, declare, register_purge

# The values before and after serve to put a mistake right: two years are enough.
PERSONAL_DAYS = 730
READERS = "l’équipe nationale, et la référence régionale pour son territoire"


declare(
    "common.journalentry",
    purpose="Garder la trace de qui a fait quoi, pour répondre des décisions et réparer les erreurs",
    basis="intérêt légitime",
    retention="dix ans, ou moins selon l’action",
    subject="actor",
    personal={
        "at": "date et heure",
        "actor": "numéro de la personne",
        "hat": "casquette portée",
        "verb": "action",
        "target_type": "sorte d’objet",
        "target_id": "numéro de l’objet",
        "perimeters": "périmètres de l’objet",  # "person:3" may be among them
    },
    secret=("perimeters",),
    recipients=READERS,
    not_personal=("command", "data"),
    erase="keep",
    reason="la ligne reste, sans nom : elle ne garde que le numéro d’une personne effacée",
)
declare(
    "common.journalpersonal",
    purpose="Dire ce qu’une action a changé pour une personne, et pouvoir le réparer",
    basis="intérêt légitime",
    retention=PERSONAL_DAYS,
    purge="common.journal",
    subject="subject",
    recipients=READERS,
    personal={"subject": "numéro de la personne", "before": "avant", "after": "après"},
    erase="delete",
)


def _limits(now: dt.datetime) -> tuple[dict[str, dt.date], dict[str, dt.datetime]]:
    """What is past its time, as filters: of lines (days of UTC, as the triggers count), of personal parts."""
    day = now.astimezone(dt.UTC).date()
    return {"purge_after__lt": day}, {"entry__at__lt": now - dt.timedelta(days=PERSONAL_DAYS)}


def purge_is_due(now: dt.datetime) -> bool:
    """Whether a line, or its personal part, is past its time."""
    from millecafes.common.journal.models import JournalEntry, JournalPersonal

    lines, personal = _limits(now)
    return (
        JournalEntry.objects.filter(**lines).exists() or JournalPersonal.objects.filter(**personal).exists()
    )


def purge_journal(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase lines and personal parts past their time."""
    from millecafes.common.journal.models import JournalEntry, JournalPersonal

    lines, personal = _limits(now)
    past = JournalPersonal.objects.filter(**personal) | JournalPersonal.objects.filter(
        entry__in=JournalEntry.objects.filter(**lines)
    )
    return {
        "précisions personnelles du journal": past.delete()[0],
        "lignes du journal": JournalEntry.objects.filter(**lines).delete()[0],
    }


register_purge("common.journal", Purge("Journal", purge_is_due, purge_journal))
