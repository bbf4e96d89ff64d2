"""Plans as stored: scenarios, their computations, what these retained, and town halls to contact."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from millecafes.accounts.queries.perimeters import NETWORK, commune_keys
from millecafes.common.jobs.models import Job, JobState
from millecafes.partners.models import Organisation
from millecafes.siting.enums import (
    ApproachState,
    BudgetKind,
    Objective,
    Outcome,
    RunState,
    SiteRule,
    SupplyChoice,
)
from millecafes.siting.rules import Parameters
from millecafes.territory.models import Commune

# Who says that nothing does better than the bound of a result.
BOUND_WORDS = {
    "multipliers": "recalculable d’après le certificat",
    "solver": "sur la foi du solveur exact",
}


class Scenario(models.Model):
    """A question asked of the computation: how many cafés, where, and what counts. Private to the team."""

    name = models.CharField("nom", max_length=120)
    area = models.CharField("territoire", max_length=20, default="network")  # network, region:76, …
    objective = models.CharField("ce que l’on cherche", max_length=10, choices=Objective)
    sites = models.PositiveIntegerField("nombre de cafés")
    per_semester = models.PositiveIntegerField("cafés par semestre", default=0)  # 0: no calendar
    first_semester = models.CharField("premier semestre", max_length=7, blank=True)  # 2027-S1
    minutes = models.FloatField("assez près (minutes)")
    full_minutes = models.FloatField("compte entièrement jusqu’à (minutes)", default=10.0)
    zero_minutes = models.FloatField("ne compte plus à partir de (minutes)", default=20.0)
    frr_percent = models.PositiveSmallIntegerField("poids en plus en FRR (%)", default=0)
    desert_percent = models.PositiveSmallIntegerField("poids en plus sans services (%)", default=0)
    supply = models.CharField("cafés déjà là", max_length=10, choices=SupplyChoice)
    with_network = models.BooleanField("compter aussi les cafés ouverts du réseau", default=True)
    least_population = models.PositiveIntegerField("habitants au moins", default=0)
    most_population = models.PositiveIntegerField("habitants au plus")
    spacing = models.FloatField("minutes entre deux cafés nouveaux", default=0.0)
    seconds = models.PositiveSmallIntegerField("durée du calcul (secondes)", default=30)
    seed = models.PositiveIntegerField("graine", default=1)
    created_at = models.DateTimeField("préparé le")
    changed_at = models.DateTimeField("modifié le")
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-pk"]
        verbose_name = "scénario"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("siting:scenario", args=[self.pk])

    def perimeter_keys(self) -> tuple[str, ...]:
        """A scenario belongs to the network."""
        return (NETWORK,)


class ScenarioBudget(models.Model):
    """How many cafés an area gets in a scenario: at least, at most (null: no limit)."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="budgets")
    kind = models.CharField("sorte", max_length=11, choices=BudgetKind)
    code = models.CharField("code", max_length=3)
    least = models.PositiveIntegerField("au moins", default=0)
    most = models.PositiveIntegerField("au plus", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-kind", "code"]
        verbose_name = "budget de scénario"
        verbose_name_plural = "budgets de scénarios"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "kind", "code"], name="siting_budget_once"),
            models.CheckConstraint(
                condition=Q(most__isnull=True) | Q(most__gte=models.F("least")), name="siting_budget_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class ScenarioSite(models.Model):
    """A commune retained or put aside before the computation, with the reason."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="site_rules")
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    rule = models.CharField("consigne", max_length=9, choices=SiteRule)
    reason = models.CharField("raison", max_length=300)

    class Meta:
        ordering: ClassVar = ["rule", "commune__name", "pk"]
        verbose_name = "consigne de scénario"
        verbose_name_plural = "consignes de scénarios"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "commune"], name="siting_site_once"),
        ]

    def __str__(self) -> str:
        return f"{self.commune_id} {self.rule}"


class PlanRun(models.Model):
    """One computation of a scenario: what it was asked, frozen; what it found.

    `live` is the best plan so far, while it runs: {value, bound, gap, seconds, chosen}. A gap is a share of
    the bound, 0 to 1. `checked_bound` is what an independent program verifies from the certificate.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="runs")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("demandé le")
    ended_at = models.DateTimeField("fini le", null=True, blank=True)
    parameters = models.JSONField("paramètres", default=dict)
    data = models.JSONField("données", default=dict)
    engine_version = models.CharField("version du moteur", max_length=20, blank=True)
    stop_requested = models.BooleanField("arrêt demandé", default=False)
    live = models.JSONField("en direct", default=dict, blank=True)
    trace = models.JSONField("progression", default=list, blank=True)
    value = models.FloatField("valeur", null=True, blank=True)
    bound = models.FloatField("borne", null=True, blank=True)
    bound_kind = models.CharField("nature de la borne", max_length=40, blank=True)
    checked_bound = models.FloatField("borne vérifiable", null=True, blank=True)
    gap = models.FloatField("écart", null=True, blank=True)
    proved = models.BooleanField("prouvé", default=False)
    spent = models.FloatField("secondes", null=True, blank=True)
    figures = models.JSONField("chiffres", default=dict, blank=True)
    equity = models.JSONField("équité", default=list, blank=True)
    is_published = models.BooleanField("sur les pages des communes", default=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        verbose_name = "calcul de plan"
        verbose_name_plural = "calculs de plans"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_published"], condition=Q(is_published=True), name="siting_one_published_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario.name}, calcul n° {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("siting:run", args=[self.pk])

    def perimeter_keys(self) -> tuple[str, ...]:
        """A computation belongs to the network."""
        return (NETWORK,)

    @property
    def asked(self) -> Parameters:
        """What it was asked."""
        return Parameters.of(self.parameters)

    @property
    def state(self) -> RunState:
        """Where it stands: what it found says it is done, else its job says."""
        if self.ended_at:
            return RunState.DONE
        if self.job is None:
            return RunState.CANCELLED
        return {
            JobState.WAITING: RunState.WAITING,
            JobState.RUNNING: RunState.RUNNING,
            JobState.CANCELLED: RunState.CANCELLED,
        }.get(JobState(self.job.state), RunState.FAILED)

    @property
    def state_label(self) -> str:
        """The same in words."""
        return str(self.state.label)

    @property
    def is_done(self) -> bool:
        """Whether there is a result."""
        return self.ended_at is not None

    @property
    def gap_percent(self) -> float | None:
        """The gap, in percent of the bound."""
        return None if self.gap is None else 100 * self.gap

    @property
    def bound_label(self) -> str:
        """Who says that nothing better than the bound exists."""
        return BOUND_WORDS.get(self.bound_kind, self.bound_kind)

    @property
    def live_gap(self) -> float | None:
        """The gap of the best plan so far, in percent of the bound."""
        gap = self.live.get("gap")
        return None if gap is None else 100 * float(gap)


class Pick(models.Model):
    """A commune that a computation retained, in the order in which they bring the most.

    `people`: inhabitants newly near enough thanks to it, after those before it; `gain`: what it adds to the
    value looked for.
    """

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="picks")
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    rank = models.PositiveIntegerField("rang")
    semester = models.CharField("semestre", max_length=7, blank=True)
    people = models.FloatField("habitants rapprochés")
    gain = models.FloatField("gain")
    is_imposed = models.BooleanField("retenue d’office", default=False)

    class Meta:
        ordering: ClassVar = ["rank"]
        verbose_name = "commune retenue"
        verbose_name_plural = "communes retenues"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "commune"], name="siting_pick_once"),
            models.UniqueConstraint(fields=["run", "rank"], name="siting_pick_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.commune_id}"


class CommuneOutcome(models.Model):
    """What a computation does for a commune: minutes to the nearest café before and after.

    `site` is the retained commune that serves it, when one brings its café nearer. Null minutes: no café
    within the reach looked at.
    """

    run = models.ForeignKey(PlanRun, models.CASCADE, related_name="outcomes", db_index=False)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    outcome = models.PositiveSmallIntegerField("ce que fait le plan", choices=Outcome)
    before = models.FloatField("minutes avant", null=True)
    after = models.FloatField("minutes après", null=True)
    site = models.ForeignKey(Commune, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["commune_id"]
        verbose_name = "effet sur une commune"
        verbose_name_plural = "effets sur les communes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "commune"], name="siting_outcome_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["run", "outcome"], name="siting_outcome_kind")]

    def __str__(self) -> str:
        return f"{self.commune_id} {self.outcome}"


class Approach(models.Model):
    """A town hall to contact, because a plan retained its commune."""

    commune = models.OneToOneField(Commune, models.CASCADE, related_name="+")
    run = models.ForeignKey(PlanRun, models.SET_NULL, null=True, related_name="+")
    town_hall = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=12, choices=ApproachState, default=ApproachState.TO_CONTACT)
    created_at = models.DateTimeField("notée le")
    changed_at = models.DateTimeField("dernier changement")
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-pk"]
        verbose_name = "prise de contact"
        verbose_name_plural = "prises de contact"

    def __str__(self) -> str:
        return str(self.commune)

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("siting:approach", args=[self.pk])

    def perimeter_keys(self) -> tuple[str, ...]:
        """The perimeters its commune lies in (the département must be loaded)."""
        return commune_keys(self.commune)
