"""Where one is signed in, and how to close it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from millecafes.accounts.queries.sessions import open_sessions
from millecafes.accounts.services.sessions import end_sessions
from millecafes.common.access import LARGEST_ID, requires
from millecafes.common.actors import actor_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def sessions(request: HttpRequest) -> HttpResponse:
    """The list; a POST closes one session, or every other one."""
    key = request.session.session_key
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        number = int(chosen) if chosen.isdecimal() and len(chosen) <= 19 else None
        if chosen != "others" and (number is None or number > LARGEST_ID):
            raise Http404
        closed = end_sessions(
            user=request.user,  # type: ignore[arg-type]
            actor=actor_of(request),
            now=timezone.now(),
            only=number,
            but=key,
        )
        if not closed and chosen != "others":
            raise Http404
        messages.success(
            request, f"{closed} session{'s' if closed > 1 else ''} fermée{'s' if closed > 1 else ''}."
        )
        return HttpResponseRedirect(request.path)
    found = open_sessions(request.user, key)  # type: ignore[arg-type]
    return render(request, "accounts/sessions.html", {"sessions": found})
