"""Adding, replacing and removing documents: what is refused leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from django.db import transaction
from django.db.models import Model

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.documents import filetypes, images, sniffing, storing, uploads
from millecafes.common.documents.errors import too_large
from millecafes.common.documents.kinds import Kind, kind_of
from millecafes.common.documents.models import Document, DocumentVersion, Rendition
from millecafes.common.documents.names import clean_name
from millecafes.common.jobs import enqueue

VERBS = {
    "common.document_added": "a ajouté un document ({kind}) à {object}",
    "common.document_replaced": "a remplacé un document ({kind}) de {object}",
    "common.document_removed": "a retiré un document ({kind}) de {object}",
}
RENDER = "common.render_image"


@dataclass(frozen=True)
class Received:
    """A file that was examined and may be kept."""

    file: IO[bytes]
    name: str
    content_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None
    renditions: list[images.Made] = field(default_factory=list)
    renders_later: bool = False


def add(
    *,
    kind: str,
    file: IO[bytes],
    name: str,
    target: Model,
    actor: Actor,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> Document:
    """Keep a document about `target`; for a kind that has one only, as a new version of it.

    Raises
    ------
    DocumentError
        When the file is too large, of another type, broken, or when the disk is full.
    """
    rules = kind_of(kind)
    received = examine(file, name, rules)
    address = {"target_type": target._meta.label_lower, "target_id": str(target.pk)}
    with storing.batch() as files:
        keys = _stored(files, received)
        with transaction.atomic():
            files.bind()
            if rules.single and (known := _only_one(target, kind, address)):
                return _version_added(known, rules, received, keys, file=file, actor=actor, now=now)
            document = Document.objects.create(
                **address,
                kind=kind,
                name=received.name,
                owner_id=actor.user_id,
                created_at=now,
                changed_at=now,
                expires_at=expires_at,
            )
            _write_version(document, received, keys, file=file, actor=actor, now=now)
            _tell("added", document, target, actor, now)
    return document


def replace(*, document: Document, file: IO[bytes], name: str, actor: Actor, now: dt.datetime) -> Document:
    """Keep a new version; earlier ones stay, as many as the kind keeps.

    Raises
    ------
    DocumentError
    """
    rules = kind_of(document.kind)
    received = examine(file, name, rules)
    with storing.batch() as files:
        keys = _stored(files, received)
        with transaction.atomic():
            files.bind()
            known = Document.objects.select_for_update().get(pk=document.pk)
            return _version_added(known, rules, received, keys, file=file, actor=actor, now=now)


@transaction.atomic
def remove(*, document: Document, actor: Actor, now: dt.datetime) -> None:
    """Delete a document, all its versions and its files."""
    target = document.target()
    if target is not None:
        _tell("removed", document, target, actor, now)
    forget([document])


def forget(documents: Iterable[Document]) -> int:
    """Delete documents and their files, in the transaction of the caller, which says so."""
    numbers = [document.pk for document in documents]
    _forget_files(DocumentVersion.objects.filter(document__in=numbers).values_list("pk", flat=True))
    Document.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _forget_files(versions: Iterable[int]) -> None:
    numbers = list(versions)
    keys = [
        *DocumentVersion.objects.filter(pk__in=numbers).values_list("key", flat=True),
        *Rendition.objects.filter(version__in=numbers).values_list("key", flat=True),
    ]
    storing.retire(keys)


def examine(file: IO[bytes], name: str, rules: Kind) -> Received:
    """Read a file and say what it is; images are made anew.

    Raises
    ------
    DocumentError
    """
    size, sha256 = measured(file, rules.max_bytes, rules.limit_words)
    content_type = sniffing.verify_type(file, name, rules)
    sniffing.verify_whole(file, content_type)
    if content_type not in filetypes.IMAGES:
        return Received(file, clean_name(name, content_type), content_type, size, sha256)
    made = images.remade(file, content_type)
    size, sha256 = measured(made.file)
    widths = images.widths_for(rules.sizes, made.width)
    is_small = made.width * made.height <= images.AT_ONCE
    return Received(
        file=made.file,
        name=clean_name(name, made.content_type, default="image"),
        content_type=made.content_type,
        size=size,
        sha256=sha256,
        width=made.width,
        height=made.height,
        renditions=images.rendered(made.file, widths) if is_small else [],
        renders_later=bool(widths) and not is_small,
    )


def measured(file: IO[bytes], limit: int | None = None, words: str = "") -> tuple[int, str]:
    """The size and the SHA-256 of a file, which is read no further than its limit.

    Raises
    ------
    DocumentError
    """
    declared = getattr(file, "size", None)
    if limit is not None and isinstance(declared, int) and declared > limit:
        raise too_large(filetypes.size_words(declared), words)
    file.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := file.read(1 << 18):
        size += len(chunk)
        if limit is not None and size > limit:
            raise too_large(f"plus de {words}", words)
        digest.update(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def _stored(files: storing.Batch, received: Received) -> list[str]:
    """The keys of a file and of its smaller images, written."""
    ending = filetypes.TYPES[received.content_type].endings[0]
    return [
        files.save(received.file, ending),
        *(files.save(made.file, ".webp") for made in received.renditions),
    ]


def _only_one(target: Model, kind: str, address: dict[str, str]) -> Document | None:
    # Two people at once: the second waits, and finds what the first wrote.
    type(target)._default_manager.select_for_update(of=("self",)).filter(pk=target.pk).first()
    return Document.objects.filter(**address, kind=kind).order_by("pk").first()


def _version_added(
    document: Document,
    rules: Kind,
    received: Received,
    keys: list[str],
    *,
    file: IO[bytes],
    actor: Actor,
    now: dt.datetime,
) -> Document:
    document.number += 1
    document.name, document.changed_at = received.name, now
    document.save(update_fields=["number", "name", "changed_at"])
    _write_version(document, received, keys, file=file, actor=actor, now=now)
    if rules.keep is not None:
        oldest = document.number - rules.keep
        past = DocumentVersion.objects.filter(document=document, number__lte=oldest)
        _forget_files(past.values_list("pk", flat=True))
        past.delete()
    target = document.target()
    if target is not None:
        _tell("replaced", document, target, actor, now)
    return document


def _write_version(
    document: Document,
    received: Received,
    keys: list[str],
    *,
    file: IO[bytes],
    actor: Actor,
    now: dt.datetime,
) -> None:
    version = DocumentVersion.objects.create(
        document=document,
        number=document.number,
        key=keys[0],
        content_type=received.content_type,
        size=received.size,
        sha256=received.sha256,
        width=received.width,
        height=received.height,
        author_id=actor.user_id,
        created_at=now,
    )
    write_renditions(version, zip(keys[1:], received.renditions, strict=True))
    if received.renders_later:
        enqueue(RENDER, arguments={"version": version.pk}, actor=actor, now=now, target=document)
    if isinstance(file, uploads.UploadFile):
        uploads.consume(file.upload)


def write_renditions(version: DocumentVersion, made: Iterable[tuple[str, images.Made]]) -> None:
    """The rows of smaller images, already written."""
    for key, image in made:
        size = image.file.seek(0, 2)
        Rendition.objects.create(version=version, key=key, width=image.width, height=image.height, size=size)


def _tell(what: str, document: Document, target: Model, actor: Actor, now: dt.datetime) -> None:
    # The name of a file may be that of somebody: the journal says its kind only.
    journal.record(
        actor=actor,
        verb=f"common.document_{what}",
        target=target,
        now=now,
        data={"kind": document.label},
    )
