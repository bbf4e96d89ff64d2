"""Invitations: sent and followed by whoever may invite; accepted from their link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.accounts.enums import InvitationState, RoleKind
from millecafes.accounts.forms.people import AcceptForm, InvitationFilter, InvitationForm
from millecafes.accounts.models import Invitation, User
from millecafes.accounts.queries import invitations as queries
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.hats import SESSION_KEY
from millecafes.accounts.services import invitations as services
from millecafes.accounts.services.sessions import sign_in
from millecafes.accounts.views.people import query_without_page
from millecafes.common import exports
from millecafes.common.access import check, get_or_404, requires, sign_in_address
from millecafes.common.actors import actor_of
from millecafes.common.links import fingerprint

PAGE_LENGTH = 50


def accept_url(request: HttpRequest) -> str:
    """The whole address of a link, the secret left blank."""
    return request.build_absolute_uri(reverse("accounts:invitation", args=["TOKEN"]))


@never_cache
@require_safe
@requires("accounts.invite")
def invitations(request: HttpRequest) -> HttpResponse:
    """The invitations that a hat may follow, the latest first."""
    form = InvitationFilter(request.GET)
    context: dict[str, Any] = {"section": "invitations", "form": form, "states": InvitationState.choices}
    if not form.is_valid():
        return render(request, "accounts/invitations.html", context, status=422)
    now = timezone.now()
    found = queries.invitations_filtered(actor_of(request), form.cleaned_data, now)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "rows": queries.invitation_rows(page.object_list, now),
        "is_filtered": any(form.cleaned_data.values()),
        "query": query_without_page(request),
        "exports": exports.labels_of("accounts.invitations"),
    }
    return render(request, "accounts/invitations.html", context)


@never_cache
@require_safe
@requires("accounts.invite")
def invitations_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The invitations of a filter as a file."""
    return exports.answer(request, "accounts.invitations", extension)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.invite")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role."""
    actor = actor_of(request)
    form = InvitationForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        check(request, "accounts.invite", form.offer())
        try:
            sent = services.invite(
                email=form.cleaned_data["email"],
                kind=RoleKind(form.cleaned_data["kind"]),
                perimeter=form.perimeter,
                role_ends_on=form.cleaned_data["ends_on"],
                actor=actor,
                now=timezone.now(),
                accept_url=accept_url(request),
            )
        except services.InvitationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"L’invitation est partie à {sent.email}.")
            return HttpResponseRedirect(reverse("accounts:invitations"))
    own = perimeters.labels([actor.perimeter])[actor.perimeter] if form.only_own else ""
    context = {"section": "invitations", "form": form, "own": own}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


def _followed(request: HttpRequest, number: int) -> Invitation:
    rows = queries.invitations()
    return get_or_404(request, "accounts.invite", rows, ready=queries.place_invitation, pk=number)


@require_POST
@requires("accounts.invite")
def resend(request: HttpRequest, number: int) -> HttpResponse:
    """Send a new link."""
    invitation = _followed(request, number)
    try:
        services.resend(
            invitation=invitation,
            actor=actor_of(request),
            now=timezone.now(),
            accept_url=accept_url(request),
        )
    except services.InvitationError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"Un nouveau lien est parti à {invitation.email} ; l’ancien ne marche plus."
        )
    return HttpResponseRedirect(reverse("accounts:invitations"))


@require_POST
@requires("accounts.invite")
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _followed(request, number)
    try:
        services.revoke(invitation=invitation, actor=actor_of(request), now=timezone.now())
    except services.InvitationError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"L’invitation de {invitation.email} est retirée : son lien ne marche plus."
        )
    return HttpResponseRedirect(reverse("accounts:invitations"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the button that accepts. Opening the link changes nothing."""
    found = queries.invited_by_link(fingerprint(token))
    if found is None:
        raise Http404
    user = request.user if isinstance(request.user, User) else None
    now = timezone.now()
    context: dict[str, Any] = {
        "invitation": found,
        "place": perimeters.labels([found.perimeter])[found.perimeter],
        "state": found.state(now),
        "account": user,
        "as": str(user.pk) if user else "",
        "is_other": user is not None and user.email != found.email,
        "must_sign_in": user is None and queries.has_account(found.email),
        "sign_in": sign_in_address(request),
    }
    if context["state"] != InvitationState.PENDING:
        # Whoever accepted is told so, and led on.
        context["is_mine"] = user is not None and found.accepted_by_id == user.pk
        return render(request, "accounts/invitation.html", context, status=410)
    if request.method == "POST":
        return _answer(request, found, user, context)
    context["form"] = AcceptForm() if user is None else None
    return render(request, "accounts/invitation.html", context)


def _answer(
    request: HttpRequest, found: Invitation, user: User | None, context: dict[str, Any]
) -> HttpResponse:
    """Accept, when the page that was read still says the truth about who is signed in."""
    if context["must_sign_in"]:
        return HttpResponseRedirect(context["sign_in"])
    form = AcceptForm(request.POST) if user is None else None
    context["form"] = form
    if request.POST.get("as", "") != context["as"]:
        context["changed"] = True
        return render(request, "accounts/invitation.html", context, status=409)
    if form is not None and not form.is_valid():
        return render(request, "accounts/invitation.html", context, status=422)
    try:
        accepted = services.accept(
            invitation=found,
            user=user,
            full_name=form.cleaned_data["full_name"] if form else "",
            now=timezone.now(),
        )
    except services.AccountExistsError:
        return HttpResponseRedirect(context["sign_in"])
    except services.InvitationError as error:
        context["error"] = str(error)
        return render(request, "accounts/invitation.html", context, status=409)
    if accepted.is_new:
        # The link of an invitation proves a mailbox, as a code does.
        sign_in(request, accepted.user)
    request.session[SESSION_KEY] = accepted.role.pk
    messages.success(
        request, f"Bienvenue. Votre rôle : {accepted.role.get_kind_display()}, {context['place']}."
    )
    return HttpResponseRedirect(reverse("portal:desk"))
