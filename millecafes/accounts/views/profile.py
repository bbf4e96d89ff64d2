"""One's own account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from millecafes.accounts.forms import NameForm
from millecafes.accounts.services.people import rename
from millecafes.common.access import requires
from millecafes.common.actors import actor_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def profile(request: HttpRequest) -> HttpResponse:
    """The name, the roles, and the ways to what else one may change."""
    form = NameForm(request.POST or None, initial={"full_name": request.user.full_name})  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        rename(
            user=request.user,  # type: ignore[arg-type]
            full_name=form.cleaned_data["full_name"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        messages.success(request, "Votre nom est enregistré.")
        return HttpResponseRedirect(request.path)
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", {"form": form, "section": "profile"}, status=status)
