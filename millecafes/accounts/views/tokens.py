"""Tokens of the API: one's own, and all of them for the team."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.accounts.forms.tokens import TokenForm
from millecafes.accounts.queries import tokens as queries
from millecafes.accounts.queries.hats import hats_of
from millecafes.accounts.services import tokens as services
from millecafes.accounts.views.signin import proved_recently
from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of

PAGE_LENGTH = 50


@never_cache
@require_safe
@requires()
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, those that still open something first."""
    found = queries.tokens_of(request.user)  # type: ignore[arg-type]
    rows = sorted(queries.token_rows(found, timezone.now()), key=lambda row: not row.is_active)
    return render(request, "accounts/tokens.html", {"rows": rows, "section": "profile"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.make_token")
@proved_recently
@reauthentication_required
def make(request: HttpRequest) -> HttpResponse:
    """Make a token under the hat worn; its secret is in this one answer, and nowhere else."""
    actor, role = actor_of(request), hats_of(request).role
    if role is None:
        raise Http404
    form = TokenForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.create_token(
                role=role,
                name=form.cleaned_data["name"],
                scope_keys=form.cleaned_data["portees"],
                perimeter=form.perimeter,
                days=form.cleaned_data["jours"],
                actor=actor,
                now=timezone.now(),
            )
        except services.TokenError as error:
            form.add_error(None, str(error))
        else:
            (row,) = queries.token_rows([token], token.created_at)
            return render(request, "accounts/token_made.html", {"row": row, "secret": secret})
    context = {"form": form, "chosen": form["portees"].value() or [], "hat": hats_of(request).worn()}
    return render(request, "accounts/token_new.html", context, status=422 if form.errors else 200)


@require_POST
@requires()
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take a token back: one's own, or anybody's for the team."""
    token = get_or_404(request, "accounts.revoke_token", queries.all_tokens(), pk=number)
    actor = actor_of(request)
    if services.revoke_token(token=token, actor=actor, now=timezone.now()):
        messages.success(request, f"Le jeton « {token.name} » est retiré : il n’ouvre plus rien.")
    else:
        messages.info(request, f"Le jeton « {token.name} » était déjà retiré.")
    own = token.user_id == actor.user_id and "equipe" not in request.POST
    return HttpResponseRedirect(reverse("accounts:tokens" if own else "accounts:all_tokens"))


@never_cache
@require_safe
@requires("accounts.view_tokens")
def all_tokens(request: HttpRequest) -> HttpResponse:
    """Every token, the latest first."""
    page = Paginator(queries.all_tokens(), PAGE_LENGTH).get_page(request.GET.get("page"))
    rows = queries.token_rows(page.object_list, timezone.now())
    labels = exports.labels_of("accounts.tokens")
    context = {"section": "tokens", "page": page, "rows": rows, "query": "", "exports": labels}
    return render(request, "accounts/all_tokens.html", context)


@never_cache
@require_safe
@requires("accounts.view_tokens")
def tokens_export(request: HttpRequest, extension: str) -> HttpResponse:
    """Every token as a file."""
    return exports.answer(request, "accounts.tokens", extension)
