"""What is read from a request by several rooms."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The visitor's network address.

    Behind `PROXIES` proxies, each adds at the end of X-Forwarded-For the address it received from: only
    that many entries, counted from the end, can be believed; what stands before is what the visitor claims.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return remote
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return told[-settings.PROXIES] if len(told) >= settings.PROXIES else remote
