"""Jobs as stored."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from millecafes.common.actors import Actor


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", "en attente"
    RUNNING = "running", "en cours"
    DONE = "done", "faite"
    FAILED = "failed", "en échec"
    CANCELLED = "cancelled", "annulée"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


# Asked for further ahead than this, a job does not wait for its turn but for its hour.
LATER = dt.timedelta(minutes=1)


class Job(models.Model):
    """One piece of work asked for, from its request to its end.

    While it runs, `token` is what only the process that claimed it knows: every write of an attempt proves
    it. `touched_at` is when the state last changed, by the clock of that moment.
    """

    uuid = models.UUIDField("numéro public", default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("nom", max_length=100)
    title = models.CharField("titre", max_length=200)
    key = models.CharField("clé d’unicité", max_length=200, blank=True)
    arguments = models.JSONField("arguments", default=dict)
    is_secret = models.BooleanField("arguments chiffrés", default=False)
    sealed = models.TextField("arguments, chiffrés", blank=True)
    state = models.CharField("état", max_length=10, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    deaths = models.PositiveSmallIntegerField("essais dont le processus est mort", default=0)
    run_at = models.DateTimeField("pas avant")
    token = models.CharField("bail", max_length=32, blank=True)
    lease_until = models.DateTimeField("bail jusqu’à", null=True, blank=True)
    heartbeat_at = models.DateTimeField("dernier signe", null=True, blank=True)
    worker = models.CharField("processus", max_length=100, blank=True)
    checkpoint = models.JSONField("point de reprise", default=dict)
    progress_done = models.BigIntegerField("fait", default=0)
    progress_total = models.BigIntegerField("sur", null=True, blank=True)
    progress_words = models.CharField("étape", max_length=200, blank=True)
    cancel_requested = models.BooleanField("annulation demandée", default=False)
    is_blanked = models.BooleanField("mots effacés", default=False)
    result_text = models.CharField("résultat", max_length=500, blank=True)
    result_url = models.CharField("adresse du résultat", max_length=500, blank=True)
    failure = models.CharField("dernier échec", max_length=500, blank=True)
    failure_detail = models.TextField("détail technique", blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="demandée par",
    )
    actor_role = models.BigIntegerField("rôle porté", null=True, blank=True)
    hat = models.CharField("casquette", max_length=60, blank=True)
    command = models.CharField("commande", max_length=60, blank=True)
    target_type = models.CharField("sorte d’objet", max_length=60, blank=True)
    target_id = models.CharField("numéro de l’objet", max_length=60, blank=True)
    created_at = models.DateTimeField("demandée le")
    touched_at = models.DateTimeField("dernier changement d’état")
    started_at = models.DateTimeField("début du dernier essai", null=True, blank=True)
    ended_at = models.DateTimeField("fin", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "tâche de fond"
        verbose_name_plural = "tâches de fond"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="common_job_key"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "run_at", "id"], name="common_job_due"),
            models.Index(fields=["-created_at", "-id"], name="common_job_latest"),
            models.Index(fields=["name", "-created_at"], name="common_job_name"),
            models.Index(fields=["actor"], condition=Q(actor__isnull=False), name="common_job_actor"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of who asked for it."""
        return reverse("common:job", args=[self.uuid])

    def perimeter_keys(self) -> tuple[str, ...]:
        """A job belongs to who asked for it."""
        return (f"person:{self.actor_id}",) if self.actor_id else ()

    @property
    def asked_by(self) -> Actor:
        """Who asked, with the hat worn then."""
        kind, _, perimeter = self.hat.partition("@")
        return Actor(self.actor_id, self.actor_role, kind, perimeter, self.command)

    @property
    def is_ended(self) -> bool:
        """Nothing more will happen by itself."""
        return self.state in ENDED

    @property
    def is_for_later(self) -> bool:
        """Whether it was asked for a moment to come, rather than for its turn."""
        return self.state == JobState.WAITING and self.run_at - self.created_at > LATER

    @property
    def percent(self) -> int | None:
        """How far it is; none when that is not known."""
        if not self.progress_total:
            return None
        return max(0, min(100, round(100 * self.progress_done / self.progress_total)))

    @property
    def journal_target(self) -> tuple[str, str]:
        """What the journal calls it: the number that its page shows."""
        return "common.job", str(self.uuid)

    def values(self) -> dict[str, Any]:
        """The arguments, decrypted."""
        from millecafes.common.jobs.sealing import opened

        return opened(self.sealed) if self.sealed else dict(self.arguments)


class JobSchedule(models.Model):
    """The last moment a task was started by itself, so that several processes start it once."""

    name = models.CharField("nom", max_length=100, primary_key=True)
    last_slot = models.DateTimeField("dernier passage")

    class Meta:
        verbose_name = "passage programmé"
        verbose_name_plural = "passages programmés"

    def __str__(self) -> str:
        return self.name
