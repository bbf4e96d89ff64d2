"""How much a page takes in one form: a file too large is refused before it is read, one that was cut too.

A page that takes files says how large with `takes_files`; others take forms of text. The site has a
limit of its own above these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from millecafes.common import errors
from millecafes.common.documents.filetypes import size_words
from millecafes.common.documents.storing import FULL, NO_ROOM

V = TypeVar("V", bound=Callable[..., Any])
Limit = Callable[[Mapping[str, Any]], int]
# The other fields of a form with a file, and what stands between them.
AROUND = 1_000_000
# What a page that says nothing takes: of somebody with a session, of anybody.
SIGNED_IN, ANYBODY = 10_000_000, 2_000_000


def takes_files(limit: Limit) -> Callable[[V], V]:
    """Say how many bytes of files a view takes; `limit` is given what the address names."""

    def decorate(view: V) -> V:
        view.largest_files = limit  # type: ignore[attr-defined]
        return view

    return decorate


def refuse_too_large(request: HttpRequest) -> HttpResponse | None:
    """413, with the limit in words, when a form with files is larger than its page takes: nothing is read."""
    if request.content_type != "multipart/form-data":
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    limit = _limit_of(request)
    if length.isdecimal() and int(length) <= limit + AROUND:
        return None
    found = size_words(int(length)) if length.isdecimal() else "une taille inconnue"
    words = f"Ce que vous envoyez fait {found}. Attendu : {size_words(limit)} au plus."
    return _page(request, words, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _limit_of(request: HttpRequest) -> int:
    plain = SIGNED_IN if settings.SESSION_COOKIE_NAME in request.COOKIES else ANYBODY
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return plain
    limit: Limit | None = getattr(match.func, "largest_files", None)
    return limit(match.kwargs) if limit else plain


def was_cut(request: HttpRequest) -> bool:
    """Whether less came than was told, once the form is read: Django takes what there is."""
    stream = getattr(request, "_stream", None)
    return isinstance(stream, LimitedStream) and stream._pos < stream.limit  # type: ignore[attr-defined]


def refuse_cut(request: HttpRequest) -> HttpResponse:
    """400: the network stopped before the end."""
    _close(request)
    words = "Le réseau s’est coupé avant la fin de l’envoi : envoyez de nouveau le formulaire."
    return _page(request, words, HTTPStatus.BAD_REQUEST)


def is_full(error: OSError) -> bool:
    """Whether a disk has no room left."""
    return error.errno in FULL


def refuse_full(request: HttpRequest) -> HttpResponse:
    """507: no room to receive a file."""
    _close(request)
    return _page(request, NO_ROOM, HTTPStatus.INSUFFICIENT_STORAGE)


def _close(request: HttpRequest) -> None:
    """Let go of the file that was being received."""
    for handler in request.upload_handlers:
        if file := getattr(handler, "file", None):
            file.close()


def _page(request: HttpRequest, words: str, status: HTTPStatus) -> HttpResponse:
    if errors.is_for_machines(request):
        return errors.problem(request, status=status, title=words)
    context = {"words": words, "status": status.value, "code": errors.code_of(request)}
    return render(request, "common/not_received.html", context, status=status)
