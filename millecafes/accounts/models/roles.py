"""Roles: what somebody does, on what perimeter, from when to when; and the invitations that give them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from millecafes.accounts.enums import InvitationState, PerimeterKind, RoleKind


class InPerimeters:
    """What lies where its perimeter lies. The query that reads a row for a permission fills `lies_in`."""

    perimeter: str
    lies_in: tuple[str, ...] = ()

    def perimeter_keys(self) -> tuple[str, ...]:
        """The perimeters known to hold this row: its own and the network, and those of `lies_in`."""
        return tuple(dict.fromkeys((self.perimeter, *self.lies_in, PerimeterKind.NETWORK.value)))


class Role(InPerimeters, models.Model):
    """One hat of a person, from its first day to its last. A role is never deleted: it ends."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="personne"
    )
    kind = models.CharField("rôle", max_length=10, choices=RoleKind)
    perimeter = models.CharField("périmètre", max_length=40)  # a key, such as "commune:81294"
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (compris)", null=True, blank=True)
    ended_at = models.DateTimeField("retiré le", null=True, blank=True)  # before its last day
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="donné par",
    )
    created_at = models.DateTimeField("donné le")
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["user", "kind", "perimeter", "pk"]
        verbose_name = "rôle"
        indexes: ClassVar = [models.Index(fields=["perimeter", "kind"], name="accounts_role_perimeter")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_role_dates",
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "perimeter"],
                condition=Q(ends_on__isnull=True, ended_at__isnull=True),
                name="accounts_role_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.perimeter})"

    def is_active(self, day: dt.date) -> bool:
        """Whether the role is exercised on `day` (the last day included)."""
        in_dates = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return in_dates and self.ended_at is None


class Invitation(InPerimeters, models.Model):
    """A role offered to an e-mail address, for a limited time. Only a fingerprint of its link is kept."""

    email = models.EmailField("adresse e-mail", max_length=254)
    kind = models.CharField("rôle", max_length=10, choices=RoleKind)
    perimeter = models.CharField("périmètre", max_length=40)
    role_ends_on = models.DateField("rôle donné jusqu’au", null=True, blank=True)
    token = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="invitée par",
    )
    created_at = models.DateTimeField("créée le")
    sent_at = models.DateTimeField("envoyée le")
    expires_at = models.DateTimeField("expire le")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acceptée par",
    )
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "invitation"
        indexes: ClassVar = [models.Index(fields=["perimeter", "kind"], name="accounts_inv_perimeter")]

    def __str__(self) -> str:
        return f"Invitation, {self.get_kind_display()} ({self.perimeter})"

    def state(self, now: dt.datetime) -> InvitationState:
        """Where the invitation stands."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if self.expires_at <= now else InvitationState.PENDING
