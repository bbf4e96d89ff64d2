"""What signing in needs beyond allauth's own tables."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class EmailChange(models.Model):
    """A change of address: asked, confirmed on the new address, undone from the old one within seven days.

    Only fingerprints of the two links are kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="personne"
    )
    old_email = models.EmailField("ancienne adresse", max_length=254)
    new_email = models.EmailField("nouvelle adresse", max_length=254)
    confirm_token = models.CharField(max_length=64, unique=True)
    undo_token = models.CharField(max_length=64, blank=True, db_index=True)  # known once confirmed
    requested_at = models.DateTimeField("demandé le")
    expires_at = models.DateTimeField("à confirmer avant le")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    undo_until = models.DateTimeField("annulable jusqu’au", null=True, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        verbose_name = "changement d’adresse"

    def __str__(self) -> str:
        return f"Changement d’adresse, {self.requested_at:%d/%m/%Y}"
