"""What a café offers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.cafes import catalogue
from millecafes.cafes.enums import ServiceStatus
from millecafes.cafes.models.cafe import Cafe
from millecafes.partners.models import Organisation


class CafeService(models.Model):
    """A service of the catalogue in a café: with whom, when, and whether it runs."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="services", verbose_name="café")
    code = models.CharField("service", max_length=40)
    status = models.CharField("état", max_length=10, choices=ServiceStatus, default=ServiceStatus.RUNNING)
    partner = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="partenaire"
    )
    hours = models.CharField("horaires propres", max_length=500, blank=True)  # empty: those of the café
    started_on = models.DateField("depuis le", null=True, blank=True)
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    confirmed_on = models.DateField("confirmé le", null=True, blank=True)
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["code", "pk"]
        verbose_name = "service d’un café"
        verbose_name_plural = "services des cafés"
        constraints: ClassVar = [models.UniqueConstraint(fields=["cafe", "code"], name="cafes_service_once")]
        indexes: ClassVar = [models.Index(fields=["code", "status"], name="cafes_service_code")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its French name."""
        return catalogue.label(self.code)
