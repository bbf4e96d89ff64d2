"""What is past its time, and files that no row knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet

from millecafes.common.documents import storing
from millecafes.common.documents.models import Document, DocumentVersion, Rendition, Upload
from millecafes.common.documents.services import forget
from millecafes.common.documents.uploads import DAYS

# A file younger than this may be waiting for its row, or be in a backup that is being made.
YOUNG = dt.timedelta(days=1)


def _expired(now: dt.datetime) -> QuerySet[Document]:
    return Document.objects.filter(expires_at__lte=now)


def _abandoned(now: dt.datetime) -> QuerySet[Upload]:
    return Upload.objects.filter(touched_at__lt=now - dt.timedelta(days=DAYS))


def is_due(now: dt.datetime) -> bool:
    """Whether a document expired, or an upload was abandoned."""
    return _expired(now).exists() or _abandoned(now).exists()


@transaction.atomic
def purge_documents(*, now: dt.datetime) -> Mapping[str, int]:
    """Erase expired documents, those whose object is gone, abandoned uploads; and their files."""
    uploads = list(_abandoned(now))
    storing.retire(key for upload in uploads for key in upload.parts)
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    return {
        "documents expirés": forget(_expired(now)),
        "documents dont l’objet n’existe plus": forget(_lonely()),
        "envois abandonnés": len(uploads),
    }


def _lonely() -> list[Document]:
    """Documents whose object was deleted; those of a room that is not installed are left alone."""
    found = []
    types = Document.objects.order_by().values_list("target_type", flat=True).distinct()
    for target_type in types:
        try:
            model = apps.get_model(target_type)
        except LookupError:
            continue
        rows = Document.objects.filter(target_type=target_type)
        there = {str(pk) for pk in model._default_manager.order_by().values_list("pk", flat=True).iterator()}
        found += [document for document in rows if document.target_id not in there]
    return found


def sweep(*, now: dt.datetime) -> int:
    """Delete the files that no row knows: removed a day ago, or left by a process that died."""
    known = {
        *DocumentVersion.objects.values_list("key", flat=True),
        *Rendition.objects.values_list("key", flat=True),
        *(key for parts in Upload.objects.values_list("parts", flat=True) for key in parts),
    }
    lost = [
        key
        for key in storing.walk()
        if key not in known and storing.storage().get_modified_time(key) < now - YOUNG
    ]
    storing.delete(lost)
    return len(lost)
