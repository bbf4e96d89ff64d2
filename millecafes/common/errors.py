"""When something fails: the code that finds it in the logs, and what was typed, offered again.

Nothing here asks the database. What was typed is taken back from the request itself: texts only,
never what is secret nor what a file holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token

from millecafes.common.tracing import code_for

# What SQLite says when it cannot answer now; what it says of a fault of ours (no such table) is not there.
_SQLITE_BUSY = re.compile(r"locked|busy|unable to open|disk i/o|is full|readonly", re.IGNORECASE)
_SECRET = re.compile(
    r"csrf|code|otp|token|jeton|secret|passw|mot_de_passe|credential|^ne_pas_remplir$", re.IGNORECASE
)
# Beyond, a page that offers it again would be heavier than what is saved.
MAX_KEPT = 300_000
# A text longer than this, or of several lines, is shown so that it can be copied.
_SHORT = 60


@dataclass(frozen=True)
class Typed:
    """One value of a form, as it was sent."""

    name: str
    value: str
    shown: bool

    @property
    def is_long(self) -> bool:
        """Whether it is shown as a text of several lines."""
        return len(self.value) > _SHORT or "\n" in self.value


@dataclass(frozen=True)
class Kept:
    """A form that was not taken: where it goes, and what it held."""

    address: str
    fields: list[Typed]
    token: str = ""
    had_files: bool = False


def code_of(request: HttpRequest) -> str:
    """The code that an error page gives, and that finds the request in the logs."""
    return code_for(getattr(request, "request_id", ""))


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database cannot answer now (down, locked, full); not a fault of ours in a query."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    is_sqlite = type(cause or error).__module__ == "sqlite3"
    return not is_sqlite or _SQLITE_BUSY.search(str(error)) is not None


def comes_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent this form.

    What another site sends is never offered again: a click would make it ours.
    """
    if getattr(request, "csrf_processing_done", False):
        return True
    origin = request.headers.get("Origin")
    if origin:
        return origin == f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def typed_in(request: HttpRequest) -> Kept | None:
    """What a form of ours held; None when there is nothing to offer again."""
    if request.method != "POST" or not comes_from_here(request):
        return None
    try:
        lists, had_files = list(request.POST.lists()), bool(request.FILES)
    except Exception:  # a body that was cut, or refused: whatever it is, there is nothing to read
        return None
    fields = [
        Typed(name, value, shown=bool(value.strip()) and name != "hat" and not value.isdecimal())
        for name, value in (
            (name.replace("\0", ""), value.replace("\0", "")) for name, values in lists for value in values
        )
        if not _SECRET.search(name)
    ]
    if not any(field.shown for field in fields) or sum(len(field.value) for field in fields) > MAX_KEPT:
        return None
    return Kept(request.get_full_path(), fields, get_token(request), had_files)


def referring_path(request: HttpRequest) -> str:
    """The page of this site on which a form was filled; empty when unknown."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host() or not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def is_for_machines(request: HttpRequest) -> bool:
    """Whether a program asks: it gets JSON."""
    return request.path.startswith("/api/")


def problem(request: HttpRequest, *, status: int, title: str, detail: str = "") -> JsonResponse:
    """An error as programs read it (RFC 9457), with its code."""
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        content["detail"] = detail
    content["code"] = code_of(request)
    return JsonResponse(content, status=status, content_type="application/problem+json")
