"""What documents hold of people, and when they are erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from millecafes.common.documents import purging
from millecafes.common.documents.kinds import find_kind
from millecafes.common.documents.uploads import DAYS
from millecafes.common.privacy import Purge, declare, declare_impersonal, register_purge

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from millecafes.common.documents.models import Document

PERSON = settings.AUTH_USER_MODEL.lower()
READERS = "les personnes qui voient l’objet auquel le document est attaché"


def plain_name(document: Document) -> str:
    """The name of a document whose own name is erased: its kind."""
    return document.label


def end_of(document: Document) -> dt.datetime | None:
    """A document about somebody ends with their account; others stay."""
    rules: Any = find_kind(document.kind)
    is_theirs = document.target_type == PERSON or (rules is not None and rules.personal)
    return timezone.now() if is_theirs else document.expires_at


def documents_of(user: Any) -> QuerySet[Document]:
    """The documents that a person gave, and those about them."""
    from millecafes.common.documents.models import Document

    return Document.objects.filter(Q(owner=user.pk) | Q(target_type=PERSON, target_id=str(user.pk)))


declare(
    "common.document",
    purpose="Garder les documents attachés à une fiche, et dire qui les a donnés",
    basis="intérêt légitime",
    retention="tant que la fiche existe, ou jusqu’à la date d’expiration du document",
    purge="common.documents",
    subject=documents_of,
    recipients=READERS,
    personal={
        "owner": "numéro de la personne",
        "name": "nom du fichier",
        "created_at": "ajouté le",
        "expires_at": "expire le",
    },
    not_personal=("kind", "target_type", "target_id"),
    erase="blank",
    blanks={
        "name": plain_name,
        # Kept: when, without whom.
        "created_at": lambda document: document.created_at,
        "expires_at": end_of,
    },
    reason="un document d’une organisation lui reste ; celui qui parle de la personne est effacé",
)
declare(
    "common.documentversion",
    purpose="Garder les documents attachés à une fiche, et dire qui les a donnés",
    basis="intérêt légitime",
    retention="autant de versions que la sorte de document en garde",
    subject="author",
    recipients=READERS,
    personal={"author": "numéro de la personne", "created_at": "donnée le"},
    not_personal=("document", "key", "content_type", "sha256"),
    erase="blank",
    blanks={"created_at": lambda version: version.created_at},
)
declare_impersonal("common.rendition", "key", reason="tailles d’une image ; la personne est dans sa version")
declare(
    "common.upload",
    purpose="Recevoir un fichier morceau par morceau quand le réseau est faible",
    basis="intérêt légitime",
    retention=DAYS,
    purge="common.documents",
    subject="owner",
    recipients="personne d’autre que qui envoie le fichier",
    personal={
        "owner": "numéro de la personne",
        "name": "nom du fichier",
        "created_at": "commencé le",
        "touched_at": "dernier morceau le",
    },
    not_personal=("kind", "sha256", "parts"),
    erase="delete",
)
register_purge("common.documents", Purge("Documents", purging.is_due, purging.purge_documents))
