"""How the team follows a café, what may be undone, and what the public reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.accounts.models import User
from millecafes.cafes.enums import KeptKind, ReportState, ReportSubject
from millecafes.cafes.models.cafe import Cafe


class CafeContact(models.Model):
    """Somebody to reach about a café. Erased when nobody has confirmed it for three years."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="contacts", verbose_name="café")
    name = models.CharField("nom", max_length=150)
    role = models.CharField("fonction", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", max_length=254, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    confirmed_at = models.DateTimeField("confirmé le")

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = "contact d’un café"
        verbose_name_plural = "contacts des cafés"

    def __str__(self) -> str:
        return self.name


class CafeNote(models.Model):
    """What somebody of the team writes down about a café."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="notes", verbose_name="café")
    text = models.TextField("note", max_length=4000)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField("écrite le")

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        verbose_name = "note sur un café"
        verbose_name_plural = "notes sur les cafés"

    def __str__(self) -> str:
        return f"{self.written_at:%d/%m/%Y}"


class Visit(models.Model):
    """A visit to a café: who went, what was seen, what is to be done."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="visits", verbose_name="café")
    on = models.DateField("date")
    who = models.CharField("qui", max_length=200)
    observations = models.TextField("observations", max_length=8000, blank=True)
    follow_ups = models.TextField("suites à donner", max_length=4000, blank=True)
    follow_up_on = models.DateField("avant le", null=True, blank=True)
    followed_up_at = models.DateTimeField("suites données le", null=True, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        verbose_name = "visite d’un café"
        verbose_name_plural = "visites des cafés"

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"


class KeptChange(models.Model):
    """A change made from the page of managers, which undoes it for a day; `token` is given by the page."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="kept_changes", verbose_name="café")
    token = models.CharField("jeton", max_length=64)  # the same change sent twice is one
    kind = models.CharField("nature", max_length=20, choices=KeptKind)
    label = models.CharField("en mots", max_length=300)
    before = models.JSONField("avant", default=dict)
    after = models.JSONField("après", default=dict)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField("fait le")
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        verbose_name = "changement annulable"
        verbose_name_plural = "changements annulables"
        constraints: ClassVar = [models.UniqueConstraint(fields=["cafe", "token"], name="cafes_change_once")]

    def __str__(self) -> str:
        return self.label


class ErrorReport(models.Model):
    """What somebody says is wrong on a café's page."""

    cafe = models.ForeignKey(Cafe, models.CASCADE, related_name="reports", verbose_name="café")
    about = models.CharField("sujet", max_length=10, choices=ReportSubject)
    text = models.TextField("ce qui ne va pas", max_length=2000)
    email = models.EmailField("adresse e-mail", max_length=254, blank=True)
    state = models.CharField("état", max_length=10, choices=ReportState, default=ReportState.WAITING)
    received_at = models.DateTimeField("reçu le")
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    handled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField("ce qui a été fait", max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]
        verbose_name = "erreur signalée"
        verbose_name_plural = "erreurs signalées"
        indexes: ClassVar = [models.Index(fields=["state", "-received_at"], name="cafes_report_state")]

    def __str__(self) -> str:
        return str(self.get_about_display())

    def perimeter_keys(self) -> tuple[str, ...]:
        """Those of its café."""
        return self.cafe.perimeter_keys()


class SavedView(models.Model):
    """A filter of the team's table that somebody keeps under a name."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="personne")
    name = models.CharField("nom", max_length=60)
    query = models.CharField("filtre", max_length=1000)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="cafes_view_once")]

    def __str__(self) -> str:
        return self.name
