"""Files and documents, made through the same services as real ones."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import Model
from django.utils import timezone
from PIL import Image

from millecafes.common import actors, documents
from millecafes.common.documents.models import Document

ACTOR = actors.command("tests")
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"


def image_bytes(
    form: str = "PNG",
    size: tuple[int, int] = (400, 200),
    *,
    mode: str = "RGB",
    colour: Any = 0x2040C0,
    **more: Any,
) -> bytes:
    """An image of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, form, **more)
    return out.getvalue()


def make_document(
    target: Model,
    content: bytes = PDF,
    name: str = "Convention.pdf",
    *,
    kind: str = "partners.document",
    **more: Any,
) -> Document:
    """A document about an object: a PDF unless told."""
    more = {"actor": ACTOR, "now": timezone.now(), **more}
    return documents.add(kind=kind, file=io.BytesIO(content), name=name, target=target, **more)


def make_logo(target: Model, **more: Any) -> Document:
    """The logo of an organisation."""
    return make_document(target, image_bytes(), "logo.png", kind="partners.logo", **more)
