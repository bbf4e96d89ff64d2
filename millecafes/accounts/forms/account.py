"""Forms about one's own account, and the one that asks for a sign-in code."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.utils import filter_users_by_email
from allauth.core import context, ratelimit
from django import forms

from millecafes.accounts.backends import AccountBackend
from millecafes.common.forms import HouseForm, LineField
from millecafes.common.requests import client_address

ADDRESS_ERRORS = {
    "required": "Écrivez votre adresse e-mail.",
    "invalid": "Cette adresse n’est pas complète. Attendu : prenom@exemple.fr.",
}
TOO_MANY = (
    "Trop de codes demandés pour cette adresse. Attendez quelques minutes, ou entrez avec une clé d’accès."
)


class NameForm(HouseForm):
    """One's name."""

    full_name = LineField(
        label="Votre nom",
        max_length=150,
        required=False,
        help_text="Tel que les autres le voient.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class EmailForm(HouseForm):
    """A new address."""

    email = forms.EmailField(
        label="Nouvelle adresse e-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=ADDRESS_ERRORS,
    )

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).strip().lower()


class CodeRequestForm(RequestLoginCodeForm):
    """Ask for a code: the same answer, and the same work, whether or not somebody has this address.

    Limits are counted for an address *asked from one network address*: a stranger who asks for codes in
    somebody's name stops themselves, not their victim; a total per address keeps mailboxes from floods.
    """

    template_name = "common/fields.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label="Votre adresse e-mail",
            max_length=254,
            widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "username webauthn"}),
            error_messages=ADDRESS_ERRORS,
        )

    def clean_email(self) -> str:
        """Find who asks, within the limits."""
        email = str(self.cleaned_data["email"]).strip().lower()
        here = f"{email} {client_address(context.request)}"
        within = ratelimit.consume(context.request, action="request_login_code", key=here)
        if not within or not ratelimit.consume(context.request, action="mail_to_address", key=email):
            raise forms.ValidationError(TOO_MANY)
        users = filter_users_by_email(email, is_active=True, prefer_verified=True)
        allowed = AccountBackend().user_can_authenticate
        self._user = next((user for user in users if allowed(user)), None)
        return email
