"""Addresses that receive a file piece by piece: a script asks, refusals have their words."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from millecafes.common.access import requires
from millecafes.common.actors import actor_of
from millecafes.common.documents import queries, uploads
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.forms import kind_of_ticket
from millecafes.common.documents.models import Upload

OFFSET = "Upload-Offset"


def _refusal(words: str, status: int, upload: Upload | None = None) -> JsonResponse:
    response = JsonResponse({"detail": words}, status=status)
    if upload is not None:
        response[OFFSET] = str(upload.offset)
    return response


@require_POST
@requires()
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Open an upload: what is too large is refused here, before its first byte."""
    actor = actor_of(request)
    kind = kind_of_ticket(request.POST.get("ticket", ""), actor)
    if kind is None or actor.user_id is None:
        raise Http404
    try:
        size = int(request.POST.get("size", "")[:20])
    except ValueError:
        return _refusal("La taille du fichier n’est pas un nombre.", HTTPStatus.UNPROCESSABLE_ENTITY)
    sha256 = request.POST.get("sha256", "")
    if sha256 and (len(sha256) != 64 or not sha256.isalnum()):
        return _refusal("L’empreinte attendue a 64 chiffres hexadécimaux.", HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        upload = uploads.begin(
            kind=kind,
            name=request.POST.get("name", ""),
            size=size,
            sha256=sha256.lower(),
            owner_id=actor.user_id,
            now=timezone.now(),
        )
    except DocumentError as error:
        return _refusal(error.words, error.status)
    address = reverse("common:upload", args=[upload.uuid])
    response = JsonResponse({"number": upload.uuid, "address": address}, status=HTTPStatus.CREATED)
    response["Location"] = address
    return response


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@requires()
@never_cache
def upload(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """Where an upload stands; one more piece of it; its end. Another's does not exist."""
    found = queries.upload_of(actor_of(request).user_id, number)
    if found is None:
        raise Http404
    if request.method == "PATCH":
        return _receive(request, found)
    if request.method == "DELETE":
        uploads.abandon(found)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    response = JsonResponse({"offset": found.offset, "size": found.size})
    response[OFFSET] = str(found.offset)
    return response


def _receive(request: HttpRequest, found: Upload) -> HttpResponse:
    told, length = request.headers.get(OFFSET, ""), request.META.get("CONTENT_LENGTH") or "0"
    if not (told.isascii() and told.isdecimal() and len(told) < 19 and length.isdecimal()):
        words = f"L’en-tête {OFFSET} dit où commence ce morceau : un nombre est attendu."
        return _refusal(words, HTTPStatus.BAD_REQUEST, found)
    if int(length) > uploads.PIECE:
        words = f"Un morceau fait {uploads.PIECE} octets au plus."
        return _refusal(words, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, found)
    try:
        piece = request.body
    except UnreadablePostError:
        piece = b""
    if len(piece) != int(length):
        # Cut on its way: nothing of it is kept, and it is sent again.
        return _refusal("Ce morceau est arrivé incomplet.", HTTPStatus.BAD_REQUEST, found)
    try:
        offset = uploads.receive(upload=found, offset=int(told), piece=piece, now=timezone.now())
    except uploads.OffsetError as error:
        found.offset = error.offset
        return _refusal(f"Le morceau suivant commence à {error.offset}.", HTTPStatus.CONFLICT, found)
    except DocumentError as error:
        return _refusal(error.words, error.status, found)
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response[OFFSET] = str(offset)
    return response
