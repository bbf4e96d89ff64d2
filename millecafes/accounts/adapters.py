"""What allauth asks of us: our mail, our texts, secrets kept encrypted, no account made by oneself."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.http import HttpRequest
from django.urls import reverse

from millecafes.common import mail, sealing
from millecafes.common.requests import client_address

# Allauth's names of messages, and our templates.
MAILS = {
    "account/email/login_code": "accounts/mail/login_code",
    "account/email/unknown_account": "accounts/mail/unknown_account",
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": "Trop d’essais pour cette adresse. Attendez quelques minutes.",
        "rate_limited": "Trop de demandes. Attendez quelques minutes.",
        "incorrect_code": "Ce code n’est pas le bon. Recopiez les huit chiffres du dernier courriel reçu.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account comes from an invitation."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our own texts."""
        shown = {**context, "sign_in": settings_url(self.request, "account_login")}
        mail.send_now(template=MAILS[template_prefix], to=email, context=shown)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Allauth's notices, but the one that a code was sent: our page says it, without saying to whom."""
        if "account/messages/login_code_sent.txt" not in (*args, kwargs.get("message_template")):
            super().add_message(request, level, *args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address, read in one way everywhere."""
        return client_address(request)

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, **_: Any) -> None:
        """Tell somebody that a second factor of theirs was added or removed."""
        words = NOTICES.get(template_prefix)
        if words:
            context = {"what": words, "security": settings_url(self.request, "mfa_index")}
            mail.send(template="accounts/mail/security", to=user.email, context=context)


# What happened, for each of allauth's notices that can happen here.
NOTICES = {
    "mfa/email/totp_activated": "Une application d’authentification a été ajoutée à votre compte.",
    "mfa/email/totp_deactivated": "L’application d’authentification a été retirée de votre compte.",
    "mfa/email/webauthn_added": "Une clé d’accès a été ajoutée à votre compte.",
    "mfa/email/webauthn_removed": "Une clé d’accès a été retirée de votre compte.",
    "mfa/email/recovery_codes_generated": "De nouveaux codes de secours ont été créés pour votre compte.",
}


def settings_url(request: HttpRequest, name: str) -> str:
    """The whole address of a page."""
    return request.build_absolute_uri(reverse(name))


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are kept encrypted, so that a copy of the database does not give them."""

    def _cipher(self) -> Fernet:
        return sealing.cipher("mfa")

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret back."""
        return self._cipher().decrypt(encrypted_text.encode()).decode()
