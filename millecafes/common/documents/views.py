"""The files themselves, whole or in part: each asks the permission of its kind on its object."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from urllib.parse import quote

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from millecafes.common.access import check, requires
from millecafes.common.documents import filetypes, queries, storing
from millecafes.common.documents.models import Document, DocumentVersion

BLOCK = 1 << 16
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PUBLIC_FOR_EVER = "public, max-age=31536000, immutable"
# Asked again each time, so that what is no longer permitted is no longer shown.
PRIVATE, PUBLIC = "private, no-cache", "public, no-cache"
# What is in a file runs nothing and loads nothing. The readers of PDF of some browsers do not open in a
# sandbox; they run the document in one of their own.
LOCKED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SANDBOX = f"{LOCKED}; sandbox"


@dataclass(frozen=True)
class Served:
    """One file to send."""

    key: str
    size: int
    content_type: str
    mark: str
    name: str
    cache: str


@require_safe
def document(request: HttpRequest, number: uuid.UUID) -> HttpResponseBase:
    """A document as it is now."""
    found = _public(number) or _permitted(request, number)
    if isinstance(found, HttpResponse):
        return found
    return _send(request, _served(found, found.current, lasting=False))


@require_safe
def version(request: HttpRequest, number: uuid.UUID, version: int) -> HttpResponseBase:
    """One version of a document; its address never gives another file."""
    found = _public(number) or _permitted(request, number)
    if isinstance(found, HttpResponse):
        return found
    return _send(request, _served(found, _version(found, version), lasting=True))


@require_safe
def rendition(request: HttpRequest, number: uuid.UUID, version: int, width: int) -> HttpResponseBase:
    """One version of an image in one of the sizes of pages."""
    found = _public(number) or _permitted(request, number)
    if isinstance(found, HttpResponse):
        return found
    chosen = _version(found, version)
    small = next((row for row in chosen.renditions.all() if row.width == width), None)
    if small is None:
        raise Http404
    mark = f"{chosen.sha256[:32]}-{width}"
    name = f"{found.name.rpartition('.')[0]}-{width}.webp"
    cache = PUBLIC_FOR_EVER if _is_public(found) else PRIVATE
    return _send(request, Served(small.key, small.size, filetypes.WEBP, mark, name, cache))


def _is_public(found: Document) -> bool:
    return found.rules is not None and found.rules.public


def _public(number: uuid.UUID) -> Document | None:
    """A document that anybody may read."""
    found = queries.one(number, timezone.now())
    return found if found is not None and _is_public(found) else None


def _permitted(request: HttpRequest, number: uuid.UUID) -> Document | HttpResponse:
    """A document that the hat worn may see; otherwise what answers."""
    chosen: list[Document] = []

    @wraps(document)
    def look(request: HttpRequest) -> HttpResponse:
        chosen.append(find(request, number))
        return HttpResponse()

    answer = requires()(look)(request)
    return chosen[0] if chosen else answer


def find(request: HttpRequest, number: uuid.UUID, *, to_edit: bool = False) -> Document:
    """A document that the hat worn may see, or change.

    Raises
    ------
    OtherHatError, Http404
    """
    found = queries.one(number, timezone.now())
    if found is None or found.rules is None:
        raise Http404
    target = found.target()
    if target is None:
        raise Http404
    check(request, found.rules.edit if to_edit else found.rules.view, target)
    return found


def _version(found: Document, number: int) -> DocumentVersion:
    chosen = next((row for row in found.versions.all() if row.number == number), None)
    if chosen is None:
        raise Http404
    return chosen


def _served(found: Document, chosen: DocumentVersion, *, lasting: bool) -> Served:
    cache = PRIVATE
    if _is_public(found):
        cache = PUBLIC_FOR_EVER if lasting else PUBLIC
    return Served(chosen.key, chosen.size, chosen.content_type, chosen.sha256[:32], found.name, cache)


def _send(request: HttpRequest, served: Served) -> HttpResponseBase:
    """The file, the part asked for, or nothing when the browser has it already."""
    mark = f'"{served.mark}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if mark in known or f"W/{mark}" in known or "*" in known:
        response: HttpResponseBase = HttpResponseNotModified()
        return _headed(response, served, mark)
    start, end = 0, served.size
    status = HTTPStatus.OK
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and request.headers.get("If-Range", mark) == mark and any(asked.groups()):
        part = _part(asked[1], asked[2], served.size)
        if part is None:
            response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            response["Content-Range"] = f"bytes */{served.size}"
            return _headed(response, served, mark)
        (start, end), status = part, HTTPStatus.PARTIAL_CONTENT
    response = _content(request, served, start, end, status)
    if status == HTTPStatus.PARTIAL_CONTENT:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{served.size}"
    response["Content-Length"] = str(end - start)
    return _headed(response, served, mark)


def _part(first: str, last: str, size: int) -> tuple[int, int] | None:
    """The bytes asked for, end excluded; None when the file has none of them."""
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    start, end = int(first), min(int(last) + 1 if last else size, size)
    return (start, end) if start < end else None


def _content(
    request: HttpRequest, served: Served, start: int, end: int, status: HTTPStatus
) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=served.content_type)
    if not storing.storage().exists(served.key):
        raise Http404
    blocks = _blocks(served.key, start, end)
    return StreamingHttpResponse(blocks, status=status, content_type=served.content_type)


def _blocks(key: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end`; the file is opened at the first, closed whatever happens."""
    with storing.open_key(key) as file:
        file.seek(start)
        while start < end and (block := file.read(min(BLOCK, end - start))):
            start += len(block)
            yield block


def _headed(response: HttpResponseBase, served: Served, mark: str) -> HttpResponseBase:
    is_shown = served.content_type in filetypes.SHOWN
    plain = re.sub(r'[^ -~]|["\\]', "_", served.name)
    place = "inline" if is_shown else "attachment"
    response["Content-Disposition"] = f"{place}; filename=\"{plain}\"; filename*=UTF-8''{quote(served.name)}"
    response["ETag"] = mark
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = served.cache
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = LOCKED if served.content_type == filetypes.PDF else SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
