"""The journal as stored. Triggers of the database keep it (see `triggers`)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class JournalEntry(models.Model):
    """One line: who did what on what, when, with which hat. Never updated; erased after `purge_after`.

    `common` knows no room above: the actor is a number that no constraint ties to the people's table, and
    the object a type and a number. `perimeters` holds the object's keys between bars:
    "|commune:81294|network|".
    """

    at = models.DateTimeField("le")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name="par",
    )
    hat = models.CharField("casquette", max_length=60, blank=True)  # "team@network"
    command = models.CharField("commande", max_length=60, blank=True)
    verb = models.CharField("action", max_length=60)
    target_type = models.CharField("sorte d’objet", max_length=60)  # "accounts.role"
    target_id = models.CharField("numéro de l’objet", max_length=60)
    perimeters = models.TextField("périmètres de l’objet", blank=True)
    data = models.JSONField("précisions", default=dict, encoder=DjangoJSONEncoder)
    purge_after = models.DateField("à garder jusqu’au")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="common_journal_latest"),
            models.Index(fields=["target_type", "target_id", "-at"], name="common_journal_target"),
            models.Index(fields=["verb", "-at"], name="common_journal_verb"),
            models.Index(fields=["purge_after"], name="common_journal_purge"),
        ]

    def __str__(self) -> str:
        return f"{self.verb}, {self.at:%d/%m/%Y %H:%M}"


class JournalPersonal(models.Model):
    """Whom a line is about, and that person's values before and after. Erasable: the line stays."""

    entry = models.OneToOneField(
        JournalEntry, models.CASCADE, primary_key=True, related_name="personal", verbose_name="ligne"
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name="personne",
    )
    before = models.JSONField("avant", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("après", default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "précision personnelle du journal"
        verbose_name_plural = "précisions personnelles du journal"

    def __str__(self) -> str:
        return f"Précisions de la ligne {self.pk}"
