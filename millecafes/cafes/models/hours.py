"""When a café is open: exceptional days, stops, and the intervals computed from all that."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.cafes.models.cafe import Cafe
from millecafes.territory.models import Commune


class HoursException(models.Model):
    """Days on which a café's usual hours do not hold: closed, or open at other times."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="exceptions", verbose_name="café")
    first = models.DateField("du")
    last = models.DateField("au")
    hours = models.CharField("ouvert de", max_length=100, blank=True)  # "10:00-14:00"; empty: closed
    note = models.CharField("raison", max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["first", "pk"]
        verbose_name = "jour exceptionnel"
        verbose_name_plural = "jours exceptionnels"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="cafes_exception_in_order"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["cafe", "last"], name="cafes_exception_last")]

    def __str__(self) -> str:
        return f"{self.first:%d/%m/%Y}"


class Stop(models.Model):
    """Where and when a mobile café serves."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="stops", verbose_name="café")
    name = models.CharField("lieu", max_length=120)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    address = models.CharField("adresse", max_length=200, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    hours = models.CharField("horaires", max_length=500, blank=True)
    first = models.DateField("à partir du", null=True, blank=True)
    last = models.DateField("jusqu’au", null=True, blank=True)
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = "arrêt"

    def __str__(self) -> str:
        return self.name


class OpenInterval(models.Model):
    """A stretch of time during which a café, or one of its stops, is open; computed for the days ahead."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="intervals", verbose_name="café")
    stop = models.ForeignKey(
        Stop, models.CASCADE, null=True, blank=True, related_name="intervals", verbose_name="arrêt"
    )
    opens = models.DateTimeField("ouvre")
    closes = models.DateTimeField("ferme")

    class Meta:
        ordering: ClassVar = ["opens", "pk"]
        verbose_name = "ouverture calculée"
        verbose_name_plural = "ouvertures calculées"
        indexes: ClassVar = [
            models.Index(fields=["opens", "closes"], name="cafes_interval_from"),
            models.Index(fields=["cafe", "closes"], name="cafes_interval_cafe"),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%d/%m/%Y %H:%M}"
