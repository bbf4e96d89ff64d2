"""Answers of the API, whoever made them: problems, HEAD and OPTIONS, other sites, caches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response

from millecafes.api.problems import ProblemError, as_problem
from millecafes.common.errors import code_of

ROOT = "/api/"
# Addresses that answer differently to each: no other site may read them, no cache may keep them.
PRIVATE = frozenset({"api:organisations", "api:organisation", "api:me"})
# The description as people read it: a page of the site.
PAGE = "api:openapi-view"
READ = "GET, HEAD, OPTIONS"
SHOWN = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
FRESH, OWN = "public, max-age=60", "private, max-age=60"


class ApiMiddleware:
    """Stands above all that may answer by itself, so that even its refusals are problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The page for integrators stands at the root; everything below it is for programs.
        if not request.path_info.startswith(ROOT) or request.path_info == ROOT:
            return self.get_response(request)
        name = _name_of(request)
        if name == PAGE:
            return self.get_response(request)
        public = name not in PRIVATE
        if request.method == "OPTIONS" and name:
            return _shared(_options(), public)
        response = _too_big(request) or self._answer(request)
        if response.status_code >= 400:
            response = as_problem(response, code=code_of(request))
        if response.status_code == 405:
            response["Allow"] = READ
        for header, value in getattr(request, "api_headers", {}).items():
            response[header] = value
        if following := getattr(request, "api_next", ""):
            response["Link"] = f'<{following}>; rel="next"'
        return _bodiless(request, _shared(_cached(request, response, public), public))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """What the site answers; to HEAD as to GET."""
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"


def _name_of(request: HttpRequest) -> str:
    """The name of the address asked; empty when there is none."""
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _too_big(request: HttpRequest) -> HttpResponse | None:
    """413 before anything is read: Django itself would answer 400."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        response = ProblemError("taille").response()
        response["Content-Length"] = str(len(response.content))
        return response
    return None


def _options() -> HttpResponse:
    response = HttpResponse(status=204, headers={"Allow": READ})
    del response["Content-Type"]
    return response


def _shared(response: HttpResponse, public: bool) -> HttpResponse:
    """Let the pages of other sites read what is public; nothing goes with a cookie or a token there."""
    if public:
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Methods"] = READ
        response["Access-Control-Expose-Headers"] = SHOWN
    return response


def _cached(request: HttpRequest, response: HttpResponse, public: bool) -> HttpResponse:
    """Say how long an answer may be kept; answer 304 when nothing has changed."""
    if not public or response.status_code not in {200, 301}:
        response["Cache-Control"] = "private, no-store"
        return response
    # What a token read is for whoever showed it, even when anybody could read it.
    response["Cache-Control"] = FRESH if getattr(request, "api_token", None) is None else OWN
    # The session changes nothing to what is public.
    del response["Vary"]
    if response.status_code == 200 and request.method in {"GET", "HEAD"}:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, response["ETag"], None, response) or response
    return response


def _bodiless(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """To HEAD: the headers of GET, its length included, and nothing else."""
    if request.method == "HEAD":
        response["Content-Length"] = response.get("Content-Length", str(len(response.content)))
        response.content = b""
    return response
