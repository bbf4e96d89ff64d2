"""The life of a café: two dated tracks, and events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.accounts.models import User
from millecafes.cafes.enums import Activity, EventKind, Relation, Track
from millecafes.cafes.models.cafe import Cafe


class CafeState(models.Model):
    """From a day on, where a café stands on one of its tracks; until the next entry of that track."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="states", verbose_name="café")
    track = models.CharField("suivi", max_length=8, choices=Track)
    state = models.CharField("état", max_length=12, choices=[*Activity.choices, *Relation.choices])
    on = models.DateField("à partir du")
    reason = models.CharField("raison", max_length=300, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField("noté le")

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        verbose_name = "étape d’un café"
        verbose_name_plural = "étapes des cafés"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cafe", "track", "on"], name="cafes_one_state_a_day")
        ]
        indexes: ClassVar = [models.Index(fields=["track", "on"], name="cafes_state_on")]

    def __str__(self) -> str:
        return str(self.get_state_display())


class CafeEvent(models.Model):
    """Something that happened to a café without changing where it stands."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="events", verbose_name="café")
    kind = models.CharField("nature", max_length=8, choices=EventKind)
    on = models.DateField("le")
    reason = models.CharField("précision", max_length=300, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField("noté le")

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        verbose_name = "événement d’un café"
        verbose_name_plural = "événements des cafés"

    def __str__(self) -> str:
        return str(self.get_kind_display())
