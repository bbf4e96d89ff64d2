"""Documents as stored: what they are about, their versions, the sizes of their images, files on their way."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from millecafes.common.documents import filetypes
from millecafes.common.documents.kinds import Kind, find_kind


def _person(words: str) -> Any:
    """A link to whoever gave a file; the row outlives the person."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=words,
    )


class Document(models.Model):
    """A file about an object of any room. Its permissions are those of its kind, asked on that object."""

    uuid = models.UUIDField("numéro public", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("sorte", max_length=60)
    target_type = models.CharField("sorte d’objet", max_length=60)
    target_id = models.CharField("numéro de l’objet", max_length=60)
    name = models.CharField("nom du fichier", max_length=150)
    number = models.PositiveIntegerField("version actuelle", default=1)
    owner = _person("donné par")
    created_at = models.DateTimeField("ajouté le")
    changed_at = models.DateTimeField("modifié le")
    expires_at = models.DateTimeField("expire le", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-pk"]
        verbose_name = "document"
        indexes: ClassVar = [
            models.Index(fields=["target_type", "target_id", "kind"], name="common_document_target"),
            models.Index(fields=["expires_at"], name="common_document_expires"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The file itself, as it is now."""
        return reverse("common:document", args=[self.uuid])

    @property
    def rules(self) -> Kind | None:
        """Its kind; none when the room that declared it is gone."""
        return find_kind(self.kind)

    @property
    def label(self) -> str:
        """What its kind is called."""
        return self.rules.label if self.rules else "Document"

    @property
    def current(self) -> DocumentVersion:
        """The version of today (no query when `versions` was read beforehand)."""
        return next(version for version in self.versions.all() if version.number == self.number)

    def target(self) -> models.Model | None:
        """What it is about; none when that is gone."""
        return find_target(self.target_type, self.target_id)


def find_target(target_type: str, target_id: str) -> models.Model | None:
    """An object by its type ("partners.organisation") and number; none when there is no such object."""
    try:
        model = apps.get_model(target_type)
        found: models.Model | None = model._default_manager.filter(pk=target_id).order_by("pk").first()
    except (LookupError, ValueError, ValidationError, OverflowError):
        return None
    return found


class DocumentVersion(models.Model):
    """One state of a document: a file that never changes."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions", verbose_name="document")
    number = models.PositiveIntegerField("numéro")
    key = models.CharField("clé du fichier", max_length=120, unique=True)
    content_type = models.CharField("type", max_length=100)
    size = models.BigIntegerField("taille")
    sha256 = models.CharField("empreinte", max_length=64)
    width = models.PositiveIntegerField("largeur", null=True, blank=True)
    height = models.PositiveIntegerField("hauteur", null=True, blank=True)
    author = _person("donnée par")
    created_at = models.DateTimeField("donnée le")

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name = "version de document"
        verbose_name_plural = "versions de documents"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="common_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document}, version {self.number}"

    def get_absolute_url(self) -> str:
        """This version, whatever comes after it."""
        return reverse("common:document_version", args=[self.document.uuid, self.number])

    @property
    def is_image(self) -> bool:
        """Whether pages may show it."""
        return self.content_type in filetypes.IMAGES

    @property
    def type_words(self) -> str:
        """Its type, in words."""
        return filetypes.TYPES[self.content_type].words.partition(" ")[2]

    @property
    def size_words(self) -> str:
        """Its size, in words."""
        return filetypes.size_words(self.size)


class Rendition(models.Model):
    """An image in one of the sizes of pages."""

    version = models.ForeignKey(
        DocumentVersion, models.CASCADE, related_name="renditions", verbose_name="version"
    )
    key = models.CharField("clé du fichier", max_length=120, unique=True)
    width = models.PositiveIntegerField("largeur")
    height = models.PositiveIntegerField("hauteur")
    size = models.BigIntegerField("taille")

    class Meta:
        ordering: ClassVar = ["width"]
        verbose_name = "image réduite"
        verbose_name_plural = "images réduites"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "width"], name="common_rendition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Upload(models.Model):
    """A file on its way, piece by piece, from a network that breaks; nobody but its sender knows of it."""

    uuid = models.UUIDField("numéro", default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        db_constraint=False,
        related_name="+",
        verbose_name="envoyé par",
    )
    kind = models.CharField("sorte", max_length=60)
    name = models.CharField("nom du fichier", max_length=150)
    size = models.BigIntegerField("taille annoncée")
    sha256 = models.CharField("empreinte annoncée", max_length=64, blank=True)
    offset = models.BigIntegerField("reçu", default=0)
    parts = models.JSONField("morceaux", default=list)
    created_at = models.DateTimeField("commencé le")
    touched_at = models.DateTimeField("dernier morceau le")

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "envoi de fichier"
        verbose_name_plural = "envois de fichiers"
        indexes: ClassVar = [models.Index(fields=["touched_at"], name="common_upload_touched")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        """Whether everything has come."""
        return self.offset == self.size
