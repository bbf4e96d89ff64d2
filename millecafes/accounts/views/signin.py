"""Signing in: allauth's views with our pages, and clear words where they would redirect in silence."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from millecafes.accounts.queries.roles import has_second_factor
from millecafes.accounts.queries.sessions import is_recent
from millecafes.common.access import requires
from millecafes.common.mail import MailError

PAST = "Ce code a expiré, ou il a déjà servi. Demandez-en un autre."


@method_decorator(never_cache, name="dispatch")
class AskCode(account.RequestLoginCodeView):
    """The page to sign in."""

    template_name = "accounts/signin/ask.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """Stay here: whoever mistyped their address comes back to correct it."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Send the code; when mail cannot leave, say so instead of letting people wait."""
        try:
            return super().form_valid(form)
        except MailError:
            form.add_error(
                None, "Le courriel n’a pas pu partir : notre serveur d’envoi ne répond pas. Réessayez."
            )
            return self.render_to_response(self.get_context_data(form=form), status=503)

    def form_invalid(self, form: Any) -> HttpResponse:
        """What was typed, and why it does not do."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


class EnterCode(account.ConfirmLoginCodeView):
    """The page where the code is typed."""

    template_name = "accounts/signin/code.html"


_enter_code = EnterCode.as_view()


def enter_code(request: HttpRequest) -> HttpResponse:
    """Type the code; one that is past or was used is told."""
    asked = LoginStageController.enter(request, LoginByCodeStage.key)
    response: HttpResponse = _enter_code(request)
    back = response.status_code == 302 and response["Location"] == reverse("account_login")
    if back and (asked is None or not list(messages.get_messages(request))):
        messages.error(request, PAST)
    return response


class Proven:
    """Whoever has just set a factor has just proved it: the page of recovery codes does not ask again."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Set the factor, and remember the proof."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        record_authentication(self.request, self.request.user, method="mfa", reauthenticated=True)
        return response


class AddApplication(Proven, totp.ActivateTOTPView):
    """Add an authenticator application."""


class AddKey(Proven, keys.AddWebAuthnView):
    """Add a passkey."""


def proved_recently(view: Any) -> Any:
    """What protects an account asks for a recent proof.

    Allauth asks whoever has a second factor for it. Others have only their mailbox: a session opened long ago
    must be opened again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and not has_second_factor(user.pk)
            and not is_recent(user, request.session.session_key, timezone.now())
        ):
            return HttpResponseRedirect(f"{reverse('accounts:again')}?{urlencode({'next': request.path})}")
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def again(request: HttpRequest) -> HttpResponse:
    """Leave, and come back by a new code to where one was going."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if request.method != "POST":
        return render(request, "accounts/signin/again.html", {"next": target})
    logout(request)
    query = (
        f"?{urlencode({'next': target})}"
        if url_has_allowed_host_and_scheme(target, allowed_hosts=None)
        else ""
    )
    return HttpResponseRedirect(reverse("account_login") + query)


def closed(request: HttpRequest) -> HttpResponse:
    """There is no account to make by oneself."""
    raise Http404


def repair_sign_in(request: HttpRequest) -> HttpResponse:
    """The repair tool is entered like the rest: by a code or a passkey, and a second factor."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("account_login") + (f"?{query}" if query else ""))


def page(view: Any, template: str) -> Any:
    """One of allauth's views, with our page."""
    return view.as_view(template_name=template)


ask_code = AskCode.as_view()
inactive = page(account.AccountInactiveView, "accounts/signin/inactive.html")
sign_out = page(account.LogoutView, "accounts/signin/sign_out.html")
reauthenticate = page(account.ReauthenticateView, "accounts/signin/factor_again.html")
authenticate = page(factors.AuthenticateView, "accounts/signin/factor.html")
reauthenticate_factor = page(factors.ReauthenticateView, "accounts/signin/factor_again.html")
security = page(factors.IndexView, "accounts/signin/security.html")
activate_totp = proved_recently(page(AddApplication, "accounts/signin/totp.html"))
deactivate_totp = page(totp.DeactivateTOTPView, "accounts/signin/totp_remove.html")
view_codes = page(codes.ViewRecoveryCodesView, "accounts/signin/codes.html")
generate_codes = page(codes.GenerateRecoveryCodesView, "accounts/signin/codes_new.html")
add_key = proved_recently(page(AddKey, "accounts/signin/key_add.html"))
list_keys = page(keys.ListWebAuthnView, "accounts/signin/keys.html")
edit_key = page(keys.EditWebAuthnView, "accounts/signin/key_name.html")
remove_key = page(keys.RemoveWebAuthnView, "accounts/signin/key_remove.html")
reauthenticate_key = page(keys.ReauthenticateWebAuthnView, "accounts/signin/key_again.html")
enter_by_key = keys.login_webauthn
