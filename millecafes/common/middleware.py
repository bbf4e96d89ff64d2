"""Middleware shared by every page."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from millecafes.common import bodies, tracing
from millecafes.common.logs import route_of
from millecafes.common.views import bad_request, too_large

requests = logging.getLogger("millecafes.requests")
HEADER = "X-Request-ID"

# Longer than any address of the site with all its filters.
MAX_ADDRESS = 4_000
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class Trace:
    """Gives each request an identifier, returned in the answer, and one line in the logs.

    A proxy in front (PROXIES) may give its own, so that its logs and ours tell one story. The line says
    nothing of who asked, nor with what: neither address, query, cookie nor network address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.PROXIES else ""
        identifier = given if tracing.is_valid(given) else tracing.new_id()
        request.request_id = identifier  # type: ignore[attr-defined]
        with tracing.tracing(identifier):
            start = time.monotonic()
            response = self.get_response(request)
            response[HEADER] = identifier
            _log_line(request, response, 1_000 * (time.monotonic() - start))
        return response


def _log_line(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    route = route_of(request)
    is_file = route == "-" and request.path.startswith(settings.STATIC_URL)
    fields = {
        "method": request.method,
        "route": "static" if is_file else route,
        "status": response.status_code,
        "ms": round(milliseconds, 1),
        "bytes": None if response.streaming else len(response.content),
    }
    # Files and probes come by hundreds, and say nothing when all is well.
    is_dull = response.status_code < 500 and (is_file or fields["route"] in QUIET)
    text = "{method} {route} {status}, {ms} ms".format(**fields)
    requests.log(logging.DEBUG if is_dull else logging.INFO, text, extra=fields)


# Addresses asked every few seconds by machines.
QUIET = frozenset({"common:alive", "common:ready"})


class CompressPages(GZipMiddleware):
    """Compresses pages for visitors who are not signed in, where the line is what takes time.

    The pages of somebody signed in are left as they are: their size must tell nothing of what they hold
    (BREACH, CVE-2013-3587). Django adds noise to the others too.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a whole page of HTML; anything else goes as it is."""
        is_page = not response.streaming and response.get("Content-Type", "").startswith("text/html")
        if not is_page or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return response
        return super().process_response(request, response)


class RefuseLarge:
    """Refuse what says that it is larger than the site takes (REQUEST_MAX_MB), before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "")
        if length.isdecimal() and int(length) > settings.REQUEST_MAX_MB * 1_000_000:
            return too_large(request)
        return self.get_response(request)


class RefuseNul:
    """Refuse NUL characters in the address, the query, form fields and JSON; and endless addresses.

    SQLite stores U+0000 and PostgreSQL refuses it with a 500: both must answer the same 400.
    A body too large is refused by Django itself when it is read (DATA_UPLOAD_MAX_MEMORY_SIZE); a form with
    files, before it is read (`bodies`). One that was cut is refused too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if len(request.get_full_path()) > MAX_ADDRESS:
            return bad_request(request)
        if refused := bodies.refuse_too_large(request):
            return refused
        try:
            has_nul = _has_nul(request)
        except UnreadablePostError:
            return bodies.refuse_cut(request)
        except OSError as error:
            if not bodies.is_full(error):
                raise
            return bodies.refuse_full(request)
        if has_nul:
            return bad_request(request)
        is_form = request.content_type in FORMS
        return bodies.refuse_cut(request) if is_form and bodies.was_cut(request) else None


def _has_nul(request: HttpRequest) -> bool:
    if "\0" in request.path or _fields_have_nul(request.GET):
        return True
    # Browsers cannot send one, but « \\000 » in a cookie means one.
    if any("\0" in value for value in request.COOKIES.values()):
        return True
    if request.content_type in FORMS:
        # Django takes invisible characters out of the names of files.
        return _fields_have_nul(request.POST) or any("\0" in f"{name}" for name in request.FILES)
    if request.content_type == "application/json":
        return _json_has_nul(request.body)
    return False


def _fields_have_nul(data: Any) -> bool:
    return any("\0" in key or any("\0" in value for value in data.getlist(key)) for key in data)


def _json_has_nul(body: bytes) -> bool:
    if b"\0" in body:
        return True
    if b"\\u0000" not in body:
        return False
    try:
        return "\0" in _text(json.loads(body))
    except (ValueError, RecursionError):
        return False  # not JSON: the view that expects JSON says so


def _text(value: Any) -> str:
    """All the texts of a JSON value, keys included, put together."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(f"{key}{_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "".join(map(_text, value))
    return ""
