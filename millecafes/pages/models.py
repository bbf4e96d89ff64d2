"""Messages left through the contact form."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from millecafes.accounts.queries.perimeters import NETWORK, commune_keys
from millecafes.pages.enums import Subject
from millecafes.territory.models import Commune


class ContactMessage(models.Model):
    """One message. Personal data: purpose is the answer, kept until `purge_after`."""

    subject = models.CharField("objet", max_length=10, choices=Subject)
    name = models.CharField("nom", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", max_length=254)
    commune = models.ForeignKey(
        Commune, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    body = models.TextField("message", max_length=5_000)
    created_at = models.DateTimeField("reçu le")
    purge_after = models.DateField("à effacer après le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="répondu par",
    )
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "message"
        indexes: ClassVar = [models.Index(fields=["answered_at", "created_at"], name="pages_message_waiting")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}, {self.created_at:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        """Its page, for whoever answers."""
        return reverse("pages:message", args=[self.pk])

    def perimeter_keys(self) -> tuple[str, ...]:
        """The perimeters of the commune it speaks of (whose département must be loaded)."""
        return commune_keys(self.commune) if self.commune else (NETWORK,)


class ContactAttempt(models.Model):
    """How many messages came from one address in one hour.

    The address is kept only as a keyed fingerprint that changes every day, and for a day.
    """

    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["fingerprint", "at"], name="pages_attempt_recent")]
