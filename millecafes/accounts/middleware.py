"""Who acts, under which hat: `request.actor`, read once and only by pages that ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from millecafes.accounts.enums import SECOND_FACTOR
from millecafes.accounts.queries.hats import DEMO_ENTRY, Hats, hats_of
from millecafes.accounts.queries.roles import has_second_factor
from millecafes.common.access import OtherHatError
from millecafes.common.actors import ANONYMOUS


class HatsMiddleware:
    """Sets `request.actor` and `request.hats`; answers what was sent under another hat, or needs another."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hats = Hats(request)
        request.hats = hats  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: hats.actor)  # type: ignore[attr-defined]
        request.other_actors = hats.others  # type: ignore[attr-defined]
        response = changed_hat(request, hats) or self.get_response(request)
        # Every page says whether somebody is signed in.
        patch_vary_headers(response, ("Cookie",))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Offer the hat that opens the page; nothing is done under a hat that was not chosen."""
        if not isinstance(exception, OtherHatError):
            return None
        if request.path.startswith("/api/"):
            raise Http404
        role = next(role for role in hats_of(request).roles if role.pk == exception.actor.role_id)
        context = {"role": role, "label": hats_of(request).labels[role.perimeter], "next": request.path}
        return render(request, "common/other_hat.html", context, status=403)


def changed_hat(request: HttpRequest, hats: Hats) -> HttpResponse | None:
    """409 when a form drawn under one hat is sent under another (two tabs): nothing is done.

    What was typed stays in the browser's page before this one, and is shown again here.
    """
    if request.method != "POST" or "hat" not in request.POST or not hats.actor.is_person:
        return None
    drawn = request.POST["hat"]
    if drawn == str(hats.actor.role_id or ""):
        return None
    hidden = {"hat", "csrfmiddlewaretoken"}
    typed = [(name, value) for name, values in request.POST.lists() if name not in hidden for value in values]
    before = next((choice for choice in hats.choices() if str(choice[0].pk) == drawn), None)
    context = {"typed": [pair for pair in typed if pair[1].strip()], "before": before, "next": request.path}
    return render(request, "common/changed_hat.html", context, status=409)


# What somebody may do before their second factor is set: set it, or leave.
WITHOUT_FACTOR = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "accounts:again",
        "accounts:undo_email",
        # Probes: they do not even read who asks.
        "common:alive",
        "common:ready",
        "common:health",
    }
)


class SecondFactorMiddleware:
    """Sends whoever must have a second factor, and has none, to set it: nothing else opens before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Before any view, while a factor is missing."""
        match = request.resolver_match
        if match is not None and match.view_name in WITHOUT_FACTOR:
            return None
        if not lacks_second_factor(request):
            return None
        if request.path.startswith("/api/v1/"):
            # Programs are led nowhere: what is public stays so, and the rest asks who they are.
            request.actor = ANONYMOUS  # type: ignore[attr-defined]
            return None
        return HttpResponseRedirect(reverse("mfa_index"))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether a role of this person asks for a second factor that is not set."""
    hats = hats_of(request)
    if not hats.actor.is_person:
        return False
    asked = request.user.is_staff or any(role.kind in SECOND_FACTOR for role in hats.roles)
    if not asked or (settings.DEMO and request.session.get(DEMO_ENTRY)):
        return False
    return not has_second_factor(hats.actor.user_id)
