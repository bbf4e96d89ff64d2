"""Tokens of the API: a program that acts as a person wearing one hat, no further and not for long."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models

from millecafes.accounts.enums import PerimeterKind, TokenState
from millecafes.accounts.models.roles import Role


class ApiToken(models.Model):
    """A token carries one role of its person, on the role's perimeter or a smaller one, until a date.

    Only a fingerprint of the secret is kept, and its last four characters, by which people recognise it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="personne"
    )
    role = models.ForeignKey(Role, models.CASCADE, related_name="+", verbose_name="rôle porté")
    name = models.CharField("nom", max_length=60)
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)  # SHA-256 of the secret
    tail = models.CharField("derniers caractères", max_length=4)
    scopes = models.CharField("portées", max_length=400)  # keys, separated by spaces
    perimeter = models.CharField("périmètre", max_length=40)  # a key, within that of the role
    created_at = models.DateTimeField("créé le")
    expires_at = models.DateTimeField("expire le")
    last_used_on = models.DateField("dernier jour d’usage", null=True, blank=True)
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "jeton d’accès"
        verbose_name_plural = "jetons d’accès"

    def __str__(self) -> str:
        return f"Jeton {self.name} (…{self.tail})"

    @property
    def scope_keys(self) -> list[str]:
        """The scopes given to it."""
        return self.scopes.split()

    def perimeter_keys(self) -> tuple[str, ...]:
        """Whose it is: a token is its person's, whatever it opens."""
        return (f"person:{self.user_id}", PerimeterKind.NETWORK.value)

    def state(self, now: dt.datetime, today: dt.date) -> TokenState:
        """Whether it still opens something, and why not (the role must be loaded)."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if self.expires_at <= now:
            return TokenState.EXPIRED
        return TokenState.ACTIVE if self.role.is_active(today) else TokenState.ROLE_ENDED
