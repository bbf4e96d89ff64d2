"""Reads of documents."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone

from millecafes.common.documents.models import Document, DocumentVersion, Rendition, Upload


def alive(now: dt.datetime) -> QuerySet[Document]:
    """The documents that have not expired."""
    return Document.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def with_versions(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Documents ready to be shown, in three queries whatever their number."""
    renditions = Prefetch("renditions", Rendition.objects.order_by("width"))
    versions = DocumentVersion.objects.order_by("-number").prefetch_related(renditions)
    return rows.prefetch_related(Prefetch("versions", versions)).order_by("-changed_at", "-pk")


def of(target: Model, kind: str | None = None) -> list[Document]:
    """The documents about an object, the latest first: three queries, with versions and images."""
    rows = alive(timezone.now()).filter(target_type=target._meta.label_lower, target_id=str(target.pk))
    return list(with_versions(rows.filter(kind=kind) if kind else rows))


def one(number: uuid.UUID, now: dt.datetime) -> Document | None:
    """One document by its public number, ready to be shown; none when it expired."""
    return with_versions(alive(now).filter(uuid=number)).first()


def upload_of(owner_id: int | None, number: uuid.UUID) -> Upload | None:
    """An upload of this person, by its number."""
    return Upload.objects.filter(owner=owner_id, uuid=number).first() if owner_id else None
