"""What the API counts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class RateCount(models.Model):
    """How many requests a client has made in its last minute: one row per client, counted by the database.

    The client is a token, or a fingerprint of a network address that changes every day.
    """

    client = models.CharField("client", max_length=40, primary_key=True)
    minute = models.BigIntegerField("minute", db_index=True)  # since 1970
    number = models.PositiveIntegerField("demandes")

    class Meta:
        ordering: ClassVar = ["client"]
        verbose_name = "compte de demandes"
        verbose_name_plural = "comptes de demandes"

    def __str__(self) -> str:
        return f"{self.number} demandes"
