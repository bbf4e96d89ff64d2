"""What the map of cafés asks for."""

from __future__ import annotations

import gzip
import hashlib
import json

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from millecafes.cafes.forms.filters import CafesFilter
from millecafes.cafes.queries import mapping, public

# Compressed once for all who ask for the same cafés.
_KEPT_SECONDS = 24 * 3600
# Beyond, compressing better would take longer than it saves on a phone.
_BROTLI_QUALITY = 9


@require_safe
def cafes_map(request: HttpRequest) -> HttpResponse:
    """`/cafes/carte.json`: the cafés of the filter as columns, compressed; 304 while they are the same."""
    form = CafesFilter(request.GET or None)
    if form.is_bound and not form.is_valid():
        told = {name: list(errors) for name, errors in form.errors.items()}
        return HttpResponse(json.dumps(told, ensure_ascii=False), "application/json", status=400)
    body = mapping.written(form.asked if form.is_bound else public.Asked(), timezone.now())
    digest = hashlib.sha256(body).hexdigest()[:32]
    encoding = _encoding(request)
    etag = f'"{digest}-{encoding}"'
    response: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(_compressed(body, digest, encoding), "application/json")
        if encoding != "identity":
            response["Content-Encoding"] = encoding
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"  # asked again each time
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _encoding(request: HttpRequest) -> str:
    accepted = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
    return next((name for name in ("br", "gzip") if name in accepted), "identity")


def _compressed(body: bytes, digest: str, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    key = f"cafes-map-{digest}-{encoding}"
    known = cache.get(key)
    if known is None:
        known = _BY_ENCODING[encoding](body)
        cache.set(key, known, _KEPT_SECONDS)
    return bytes(known)


def _brotli(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


_BY_ENCODING = {"br": _brotli, "gzip": _gzip}
