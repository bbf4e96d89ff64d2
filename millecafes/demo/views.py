"""Pages of the demonstration: enter as somebody invented, read the mail that was not sent."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from millecafes.accounts.queries.hats import DEMO_ENTRY, SESSION_KEY
from millecafes.accounts.services.sessions import sign_in
from millecafes.common.access import LARGEST_ID
from millecafes.demo import queries


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """One button per role."""
    return render(request, "demo/entrance.html", {"entrances": queries.entrances()})


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as somebody invented, under the role chosen."""
    chosen = request.POST.get("role", "")
    number = int(chosen) if chosen.isdecimal() and len(chosen) <= 19 else 0
    role = queries.invented_role(number) if 0 < number <= LARGEST_ID else None
    if role is None:
        raise Http404
    sign_in(request, role.user)
    request.session[SESSION_KEY] = role.pk
    request.session[DEMO_ENTRY] = True  # this mode alone goes without a second factor
    return HttpResponseRedirect(reverse("portal:desk"))


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The mail that a real installation would have sent, the latest first."""
    return render(request, "demo/letters.html", {"letters": queries.letters()})


def banner(request: HttpRequest, subject: Any) -> str:
    """The band that says, on every page, that people and cafés are invented."""
    return render_to_string("demo/banner.html", request=request)
