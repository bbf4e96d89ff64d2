"""Changing hats."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from millecafes.accounts.queries.hats import SESSION_KEY, hats_of
from millecafes.common.access import requires


@require_POST
@requires()
def change(request: HttpRequest) -> HttpResponse:
    """Wear another of one's own hats, then go on where `next` says (on this site only)."""
    chosen = request.POST.get("role", "")
    role = next((role for role in hats_of(request).roles if str(role.pk) == chosen), None)
    if role is None:
        raise Http404
    request.session[SESSION_KEY] = role.pk
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("portal:desk")
    return HttpResponseRedirect(target)
