"""Who may be signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.utils import timezone

from millecafes.accounts.models import User
from millecafes.accounts.queries.roles import active_roles


class AccountBackend(AuthenticationBackend):
    """Allauth's backend; invented people exist in demonstration mode only, erased ones nowhere."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether this account may be used here and now."""
        allowed: bool = super().user_can_authenticate(user)
        return allowed and user.erased_at is None and (settings.DEMO or not user.is_demo)

    def get_user(self, user_id: int) -> User | None:
        """The person of a session, with their roles of today: every page needs both, read in one query."""
        roles = active_roles(user_id, timezone.localdate())
        user: User | None = roles[0].user if roles else super().get_user(user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.roles_today = roles
        return user
