"""Files that come piece by piece: each piece is kept whole or not at all, and the rest goes on from there."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import tempfile
from http import HTTPStatus
from typing import IO

from django.core.files import File
from django.db import transaction

from millecafes.common.documents import filetypes, storing
from millecafes.common.documents.errors import DocumentError, too_large
from millecafes.common.documents.kinds import Kind
from millecafes.common.documents.models import Upload

# One piece: what a weak network carries in a few seconds.
PIECE = 512_000
# Files of one person on their way at once.
MOST = 10
# An upload that nobody goes on with for so long is erased.
DAYS = 2
# What is put together stays in memory up to here.
IN_MEMORY = 4_000_000


class OffsetError(Exception):
    """A piece that does not begin where the last one ended; `offset` is where it should."""

    def __init__(self, offset: int) -> None:
        super().__init__("offset")
        self.offset = offset


class UploadFile(File):  # type: ignore[type-arg] # not generic when it runs
    """A file that came piece by piece; the service that keeps it forgets the upload."""

    def __init__(self, file: IO[bytes], upload: Upload) -> None:
        super().__init__(file, name=upload.name)
        self.upload = upload


def begin(*, kind: Kind, name: str, size: int, sha256: str, owner_id: int, now: dt.datetime) -> Upload:
    """A place for a file to come, whose size is told beforehand.

    Raises
    ------
    DocumentError
        When the file told is empty or too large.
    """
    if size <= 0:
        raise DocumentError("Ce fichier est vide : il n’y a rien à envoyer.")
    if size > kind.max_bytes:
        raise too_large(filetypes.size_words(size), kind.limit_words)
    with transaction.atomic():
        # The one left alone for longest gives its place.
        for other in Upload.objects.filter(owner=owner_id).order_by("-touched_at", "-pk")[MOST - 1 :]:
            abandon(other)
        return Upload.objects.create(
            kind=kind.name,
            name=name[-150:],
            size=size,
            sha256=sha256,
            owner_id=owner_id,
            created_at=now,
            touched_at=now,
        )


def receive(*, upload: Upload, offset: int, piece: bytes, now: dt.datetime) -> int:
    """Keep a piece; returns how much has come in all.

    Raises
    ------
    OffsetError
        When the piece begins elsewhere than where the last one ended.
    DocumentError
        When it goes past the size told, or when there is no room.
    """
    if offset != upload.offset:
        raise OffsetError(upload.offset)
    if not piece or len(piece) > PIECE or offset + len(piece) > upload.size:
        raise DocumentError(
            f"Ce morceau fait {filetypes.size_words(len(piece))}. Attendu : de 1 à {PIECE} octets, "
            f"et pas plus que les {upload.size - offset} qui manquent."
        )
    with storing.batch() as files:
        key = files.save(io.BytesIO(piece), ".part")
        with transaction.atomic():
            files.bind()
            # The same piece sent twice at once: the second finds that the place has moved.
            known = Upload.objects.select_for_update().get(pk=upload.pk)
            if known.offset != offset:
                raise OffsetError(known.offset)
            known.offset += len(piece)
            known.parts = [*known.parts, key]
            known.touched_at = now
            known.save(update_fields=["offset", "parts", "touched_at"])
    return known.offset


def assembled(upload: Upload) -> UploadFile:
    """The whole file.

    Raises
    ------
    DocumentError
        When some of it is missing, or it is not the file that was told.
    """
    if not upload.is_whole:
        left = filetypes.size_words(upload.size - upload.offset)
        raise DocumentError(f"L’envoi du fichier n’est pas fini : il manque {left}.")
    whole = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by who asked
    try:
        _put_together(upload, whole)
    except BaseException:
        whole.close()
        raise
    return UploadFile(whole, upload)


def _put_together(upload: Upload, whole: IO[bytes]) -> None:
    digest = hashlib.sha256()
    with storing.room_needed():
        for key in upload.parts:
            try:
                with storing.open_key(key) as part:
                    piece = part.read()
            except FileNotFoundError as error:
                raise DocumentError("Un morceau du fichier s’est perdu : envoyez-le de nouveau.") from error
            digest.update(piece)
            whole.write(piece)
        whole.flush()
    if upload.sha256 and digest.hexdigest() != upload.sha256:
        raise DocumentError("Le fichier reçu n’est pas celui qui a été envoyé : envoyez-le de nouveau.")
    whole.seek(0)


def consume(upload: Upload) -> None:
    """Forget an upload that became a document, in its transaction.

    Raises
    ------
    DocumentError
        When another request did so at the same moment.
    """
    if not Upload.objects.filter(pk=upload.pk).delete()[0]:
        raise DocumentError("Ce fichier vient d’être enregistré.", status=HTTPStatus.CONFLICT)
    storing.retire(upload.parts)


@transaction.atomic
def abandon(upload: Upload) -> None:
    """Forget an upload and its pieces."""
    storing.retire(upload.parts)
    Upload.objects.filter(pk=upload.pk).delete()
