"""Imports as stored: the lines of a file, what they would do, what they did, and the columns remembered."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from millecafes.common.jobs.models import Job


class ImportState(models.TextChoices):
    """Where an import stands."""

    MATCHING = "matching", "colonnes à reconnaître"
    ANALYSING = "analysing", "analyse en cours"
    READY = "ready", "aperçu à relire"
    APPLYING = "applying", "écriture en cours"
    APPLIED = "applied", "appliqué"
    UNDOING = "undoing", "annulation en cours"
    UNDONE = "undone", "annulé"


class ImportLineState(models.TextChoices):
    """What a line would do."""

    ERROR = "error", "en erreur"
    DOUBT = "doubt", "à décider"
    NEW = "new", "nouvelle"
    CHANGED = "changed", "modifiée"
    SAME = "same", "sans changement"


class ImportOutcome(models.TextChoices):
    """What a line did."""

    CREATED = "created", "créée"
    CHANGED = "changed", "mise à jour"
    REFUSED = "refused", "refusée"
    UNDONE = "undone", "annulée"
    KEPT = "kept", "laissée telle quelle"


class ImportRun(models.Model):
    """One file on its way in, by one person, from its columns to its undoing.

    `headers` are the titles of the file, `matching` says which column each one is ({"0": "nom"}), `fixed`
    what stands for a column that the file lacks.
    """

    uuid = models.UUIDField("numéro public", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("sorte d’import", max_length=60)
    file_name = models.CharField("nom du fichier", max_length=200)
    state = models.CharField("état", max_length=10, choices=ImportState, default=ImportState.MATCHING)
    headers = models.JSONField("titres des colonnes", default=list)
    matching = models.JSONField("colonnes reconnues", default=dict)
    fixed = models.JSONField("valeurs pour toutes les lignes", default=dict)
    clears = models.BooleanField("une case vide efface", default=False)
    notices = models.JSONField("à savoir sur le fichier", default=list)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="importé par",
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", verbose_name="tâche de fond")
    created_at = models.DateTimeField("envoyé le")
    applied_at = models.DateTimeField("appliqué le", null=True)
    undone_at = models.DateTimeField("annulé le", null=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "import d’un fichier"
        verbose_name_plural = "imports de fichiers"
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="common_import_latest"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """Its page, whatever its step."""
        return reverse("common:import", args=[self.uuid])

    def perimeter_keys(self) -> tuple[str, ...]:
        """An import belongs to who sent the file."""
        return (f"person:{self.owner_id}",) if self.owner_id else ()

    @property
    def journal_target(self) -> tuple[str, str]:
        """What the journal calls it: the number that its page shows."""
        return "common.import", str(self.uuid)

    def moment(self) -> dt.datetime:
        """The last thing that happened to it."""
        return self.undone_at or self.applied_at or self.created_at


class ImportLine(models.Model):
    """One line of a file: its cells, what they mean, what they would do, what they did.

    `version` is the fingerprint of the record as it was when compared; `after_version`, as this line left
    it; `before` holds the values it had, to put them back.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="lines", verbose_name="import")
    number = models.PositiveIntegerField("ligne du fichier")
    cells = models.JSONField("cases", default=list)
    state = models.CharField("ce qu’elle ferait", max_length=10, choices=ImportLineState, blank=True)
    values = models.JSONField("valeurs lues", default=dict)
    problems = models.JSONField("erreurs", default=list)
    changes = models.JSONField("différences", default=list)
    candidates = models.JSONField("fiches qui ressemblent", default=list)
    label = models.CharField("nom affiché", max_length=200, blank=True)
    choice = models.CharField("décision", max_length=80, blank=True)
    target = models.CharField("fiche", max_length=60, blank=True)
    version = models.CharField("empreinte à l’aperçu", max_length=32, blank=True)
    outcome = models.CharField("ce qu’elle a fait", max_length=10, choices=ImportOutcome, blank=True)
    outcome_words = models.CharField("explication", max_length=500, blank=True)
    before = models.JSONField("valeurs d’avant", default=dict)
    after_version = models.CharField("empreinte après", max_length=32, blank=True)

    class Meta:
        ordering: ClassVar = ["run", "number"]
        verbose_name = "ligne d’import"
        verbose_name_plural = "lignes d’import"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="common_import_line_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "state", "number"], name="common_import_line_state"),
            models.Index(fields=["run", "outcome", "number"], name="common_import_line_outcome"),
        ]

    def __str__(self) -> str:
        return f"ligne {self.number}"


class ImportMatching(models.Model):
    """What somebody said a title of column means, for the next file that has it. Empty: left out."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="personne"
    )
    kind = models.CharField("sorte d’import", max_length=60)
    header = models.CharField("titre, plié", max_length=200)
    column = models.CharField("colonne", max_length=60, blank=True)
    used_at = models.DateTimeField("dernier usage")

    class Meta:
        ordering: ClassVar = ["-used_at", "-pk"]
        verbose_name = "colonne retenue"
        verbose_name_plural = "colonnes retenues"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind", "header"], name="common_import_matching_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "-used_at"], name="common_import_matching_used"),
        ]

    def __str__(self) -> str:
        return self.header
