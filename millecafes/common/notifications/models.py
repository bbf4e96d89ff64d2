"""Notifications as stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from millecafes.common.notifications.topics import Rhythm, Topic, find_topic


def person(words: str, **more: Any) -> Any:
    """A key to somebody: `common` is migrated before accounts are."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=words,
        **more,
    )


class Notification(models.Model):
    """One thing one person is told. `due_at`: when a mail may say it; none when none will, or one did."""

    to = person("à", db_index=False)
    topic = models.CharField("sujet", max_length=100)
    target_type = models.CharField("sorte d’objet", max_length=60, blank=True)
    target_id = models.CharField("numéro de l’objet", max_length=60, blank=True)
    text = models.CharField("texte", max_length=500)
    url = models.CharField("adresse", max_length=500)
    key = models.CharField("clé d’unicité", max_length=200, blank=True)
    created_at = models.DateTimeField("le")
    due_at = models.DateTimeField("courriel à partir du", null=True, blank=True)
    mailed_at = models.DateTimeField("courriel demandé le", null=True, blank=True)
    read_at = models.DateTimeField("lue le", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = "notification"
        verbose_name_plural = "notifications"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["to", "topic", "key"], condition=~Q(key=""), name="common_notification_key"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["to", "-created_at", "-id"], name="common_notification_list"),
            models.Index(fields=["to"], condition=Q(read_at=None), name="common_notification_unread"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="common_notification_due"
            ),
            models.Index(fields=["created_at"], name="common_notification_age"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def rules(self) -> Topic | None:
        """Its topic; none when its code is no longer there."""
        return find_topic(self.topic)

    def perimeter_keys(self) -> tuple[str, ...]:
        """A notification belongs to whom it tells."""
        return (f"person:{self.to_id}",)


class Reminder(models.Model):
    """Something to say again until it is done: one for a person, a topic and an object."""

    to = person("à", db_index=False)
    topic = models.CharField("sujet", max_length=100)
    target_type = models.CharField("sorte d’objet", max_length=60)
    target_id = models.CharField("numéro de l’objet", max_length=60)
    text = models.CharField("texte", max_length=500)
    url = models.CharField("adresse", max_length=500)
    created_at = models.DateTimeField("demandé le")
    next_at = models.DateTimeField("prochaine fois", null=True, blank=True)
    every = models.DurationField("puis tous les")
    told = models.PositiveSmallIntegerField("fois", default=0)
    at_most = models.PositiveSmallIntegerField("au plus")

    class Meta:
        verbose_name = "rappel"
        verbose_name_plural = "rappels"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["to", "topic", "target_type", "target_id"], name="common_reminder_one"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="common_reminder_due"),
            models.Index(fields=["target_type", "target_id", "topic"], name="common_reminder_of"),
        ]

    def __str__(self) -> str:
        return self.text


class NotificationChoice(models.Model):
    """What somebody chose for a topic. `before`: what stopping it replaced, so that it can be undone."""

    user = person("personne", db_index=False)
    topic = models.CharField("sujet", max_length=100)
    rhythm = models.CharField("rythme", max_length=10, choices=Rhythm.choices)
    before = models.CharField("rythme d’avant l’arrêt", max_length=10, choices=Rhythm.choices, blank=True)

    class Meta:
        verbose_name = "rythme choisi"
        verbose_name_plural = "rythmes choisis"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "topic"], name="common_notificationchoice_one"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} : {self.get_rhythm_display()}"


class MailPace(models.Model):
    """When one person was last written to, and how many times that day: what keeps mail from raining."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
        verbose_name="personne",
    )
    last_at = models.DateTimeField("dernier courriel", null=True, blank=True)
    day = models.DateField("jour", null=True, blank=True)
    count = models.PositiveSmallIntegerField("courriels de ce jour", default=0)

    class Meta:
        verbose_name = "allure des courriels"
        verbose_name_plural = "allures des courriels"

    def __str__(self) -> str:
        return f"{self.count} le {self.day}"
