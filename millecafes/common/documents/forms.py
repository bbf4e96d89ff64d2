"""The field that takes a file: whole with its form, or piece by piece before it where the network is weak."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import IO, Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse

from millecafes.common.actors import Actor
from millecafes.common.documents import filetypes, queries, uploads
from millecafes.common.documents.errors import DocumentError, too_large
from millecafes.common.documents.kinds import Kind, find_kind
from millecafes.common.forms import HouseForm

SALT = "common.documents.ticket"
# A page left open all day still sends.
TICKET_SECONDS = 24 * 3600


def ticket_for(kind: Kind, actor: Actor) -> str:
    """What a page that may take a file gives its browser, so that pieces of it are received."""
    return signing.dumps([kind.name, actor.user_id], salt=SALT)


def kind_of_ticket(ticket: str, actor: Actor) -> Kind | None:
    """The kind of file that a ticket of this person lets come; none when it is not theirs, or too old."""
    try:
        name, owner = signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return find_kind(name) if owner == actor.user_id and actor.is_person else None


@dataclass(frozen=True)
class Coming:
    """The number of an upload, sent by a form in place of its file."""

    number: str


class DocumentInput(forms.FileInput):
    """A file input, which a script makes resumable."""

    template_name = "common/document_input.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.offer: dict[str, Any] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The file; or the upload that stands for it."""
        number = data.get(f"{name}_envoi", "")
        return super().value_from_datadict(data, files, name) or (Coming(number) if number else None)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether neither came."""
        return super().value_omitted_from_data(data, files, name) and f"{name}_envoi" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With what the script needs."""
        context = super().get_context(name, value, attrs)
        return {**context, "offer": self.offer}


class DocumentField(forms.FileField):
    """One file of a kind. The form says who sends it (`offer_to`) before it is drawn or read."""

    widget = DocumentInput

    def __init__(self, **more: Any) -> None:
        super().__init__(
            error_messages={"required": "Choisissez un fichier.", **more.pop("error_messages", {})}, **more
        )
        self.owner_id: int | None = None

    def offer_to(self, actor: Actor, kind: Kind) -> None:
        """Take a file of this kind from this person."""
        self.kind, self.owner_id = kind, actor.user_id
        self.help_text = f"{kind.accepted_words} ; {kind.limit_words} au plus."
        self.widget.attrs["accept"] = filetypes.endings_of(kind.accepts)
        self.widget.offer = {
            "address": reverse("common:uploads"),
            "ticket": ticket_for(kind, actor),
            "piece": uploads.PIECE,
            "limit": kind.max_bytes,
            "limit_words": kind.limit_words,
        }

    def clean(self, data: Any, initial: Any = None) -> Any:
        """An open file, with its name.

        Raises
        ------
        ValidationError
        """
        if isinstance(data, Coming):
            return self._come(data)
        found = super().clean(data, initial)
        if found and found.size > self.kind.max_bytes:
            words = filetypes.size_words(found.size)
            raise ValidationError(too_large(words, self.kind.limit_words).words)
        return found

    def _come(self, data: Coming) -> uploads.UploadFile:
        try:
            upload = queries.upload_of(self.owner_id, uuid.UUID(data.number))
        except ValueError:
            upload = None
        if upload is None or upload.kind != self.kind.name:
            raise ValidationError("Cet envoi n’existe plus : choisissez le fichier de nouveau.")
        try:
            return uploads.assembled(upload)
        except DocumentError as error:
            raise ValidationError(error.words) from error


class DocumentForm(HouseForm):
    """One file of a kind."""

    file = DocumentField(label="Fichier")
    refused_status = 422

    def __init__(self, data: Any = None, files: Any = None, *, kind: Kind, actor: Actor) -> None:
        super().__init__(data, files)
        field = self.fields["file"]
        assert isinstance(field, DocumentField)  # noqa: S101 - declared above
        field.offer_to(actor, kind)

    @property
    def received(self) -> IO[bytes]:
        """The file of a valid form."""
        file: IO[bytes] = self.cleaned_data["file"]
        return file

    def refuse(self, error: DocumentError) -> None:
        """Say why the file is not kept."""
        self.add_error("file", error.words)
        self.refused_status = int(error.status)
