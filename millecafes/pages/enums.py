"""Closed lists of the room `pages`."""

import datetime as dt

from django.db.models import TextChoices

from millecafes.common.notifications.topics import Topic


class Subject(TextChoices):
    """Why somebody writes: decides who reads first."""

    OPEN = "open", "Ouvrir un café dans ma commune"
    RUN = "run", "Tenir un café"
    EXISTING = "existing", "Faire soutenir un café qui existe"
    DATA = "data", "Corriger une donnée"
    PARTNER = "partner", "Proposer un partenariat ou un financement"
    PRESS = "press", "Presse"
    PRIVACY = "privacy", "Mes données personnelles"
    OTHER = "other", "Autre question"


class MessageState(TextChoices):
    """Whether a message still waits for an answer."""

    WAITING = "waiting", "À répondre"
    ANSWERED = "answered", "Répondus"


# Subjects that whoever leads a région reads too, when the commune is in their perimeter; the rest is read
# by the national team alone.
REGIONAL_SUBJECTS = frozenset({Subject.OPEN, Subject.RUN, Subject.EXISTING})

RECEIVED = Topic(
    "pages.message_received",
    "Messages de contact",
    "vous êtes de l’équipe nationale",
    spacing=dt.timedelta(hours=1),
)

# What the journal says of each service of this room.
VERBS = {
    "pages.message_received": "a écrit par la page de contact : « {subject_label} »",
    "pages.message_answered": "a répondu à {object}",
    "pages.message_reopened": "a remis à répondre {object}",
    "pages.message_erased": "a effacé un message : « {subject_label} »",
}
