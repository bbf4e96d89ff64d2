"""The territory as stored: communes and the areas above them, names, supply, indicators, access."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.territory.enums import (
    AreaKind,
    NameKind,
    PointOrigin,
    Provenance,
    RunState,
    Service,
    SupplyBasis,
    ValueStatus,
    Zone,
)
from millecafes.territory.rules import commune_url


class Region(models.Model):
    """A région of the COG."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField("nom", max_length=60)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "région"

    def __str__(self) -> str:
        return self.name


class Departement(models.Model):
    """A département of the COG (overseas collectivities have one too, without région)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = "département"

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """An intercommunal structure with its own taxation."""

    code = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=160)
    kind = models.CharField("nature", max_length=8)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "intercommunalité"

    def __str__(self) -> str:
        return self.name


class Commune(models.Model):
    """A commune of today's COG, with its municipal population and its public-office contact."""

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    slug = models.SlugField(max_length=90, db_index=False)
    zone = models.CharField(max_length=5, choices=Zone)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="+")
    epci = models.ForeignKey(Epci, models.SET_NULL, null=True, blank=True, related_name="+")
    population = models.PositiveIntegerField("population municipale", null=True, blank=True)
    lon = models.FloatField("longitude", null=True, blank=True)
    lat = models.FloatField("latitude", null=True, blank=True)
    point_origin = models.CharField(max_length=20, choices=PointOrigin, default=PointOrigin.NONE)
    area_km2 = models.FloatField("superficie (km²)", null=True, blank=True)
    postal_codes = models.CharField("codes postaux", max_length=200, blank=True)  # space separated, for show
    hall_address = models.CharField("adresse de la mairie", max_length=250, blank=True)
    hall_email = models.CharField("courriel de la mairie", max_length=254, blank=True)
    hall_phone = models.CharField("téléphone de la mairie", max_length=40, blank=True)
    hall_site = models.CharField("site de la commune", max_length=300, blank=True)
    # [[first_day, last_day, [["09:00", "12:00"], ...]], ...] with days in French
    hall_hours = models.JSONField("horaires de la mairie", default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["lat", "lon"], name="territory_commune_point")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The commune's canonical page."""
        return commune_url(self.code, self.slug)


class CommuneShape(models.Model):
    """A commune's contour (generalised), WKB in EPSG:4326."""

    commune = models.OneToOneField(Commune, models.CASCADE, primary_key=True, related_name="+")
    wkb = models.BinaryField()


class PlaceName(models.Model):
    """Everything one may type to reach a commune: names and codes, today's and former.

    `key` is the name folded by `common.matching.fold`; `code` the INSEE code it goes with.
    """

    key = models.CharField(max_length=90, db_index=True)
    name = models.CharField("nom", max_length=80)
    code = models.CharField("code INSEE", max_length=5, db_index=True)
    kind = models.CharField(max_length=10, choices=NameKind)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    until = models.DateField("jusqu’au", null=True, blank=True)


class PostalCode(models.Model):
    """A postal code of a commune."""

    code = models.CharField("code postal", max_length=5)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "commune"], name="territory_postalcode_once")
        ]


class Dataset(models.Model):
    """One vintage of one source of the catalogue, as loaded."""

    source = models.CharField("source", max_length=40)
    vintage = models.CharField("millésime", max_length=20)
    geo_vintage = models.CharField("géographie", max_length=20, blank=True)
    # Indicator → year of its column, where the file says another one than the vintage.
    years = models.JSONField("années", default=dict, blank=True)
    loaded_at = models.DateTimeField("chargé le")
    sha256 = models.CharField(max_length=64, blank=True)
    filename = models.CharField("fichier", max_length=200, blank=True)
    rows = models.PositiveIntegerField("lignes", default=0)
    is_current = models.BooleanField("en service", default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(is_current=True),
                name="territory_dataset_one_current",
            )
        ]
        verbose_name = "jeu de données"
        verbose_name_plural = "jeux de données"

    def __str__(self) -> str:
        return f"{self.source} {self.vintage}"


class ImportRun(models.Model):
    """The log of one attempt to load a source; also its live progress."""

    source = models.CharField("source", max_length=40)
    state = models.CharField("état", max_length=10, choices=RunState)
    started_at = models.DateTimeField("début")
    finished_at = models.DateTimeField("fin", null=True, blank=True)
    step = models.CharField("étape", max_length=60, blank=True)
    done = models.PositiveBigIntegerField("fait", default=0)  # bytes while downloading, else rows
    total = models.PositiveBigIntegerField("à faire", null=True, blank=True)
    message = models.TextField("message", blank=True)
    unmatched = models.JSONField("codes sans commune", default=list, blank=True)
    summary = models.JSONField("différence", default=dict, blank=True)
    dataset = models.ForeignKey(Dataset, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "-started_at"], name="territory_run_latest")]
        verbose_name = "chargement"

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%d/%m/%Y %H:%M}"


class IndicatorValue(models.Model):
    """One value of one indicator (see `territory.indicators`) for one commune.

    `value` is a number, or the level of a category; it is null unless `status` is `ok`.
    """

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+", db_index=False)
    indicator = models.CharField(max_length=32)
    value = models.FloatField(null=True)
    category = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=11, choices=ValueStatus, default=ValueStatus.OK)
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commune", "indicator"], name="territory_value_once"),
            models.CheckConstraint(
                condition=models.Q(status="ok") | models.Q(value__isnull=True, category=""),
                name="territory_value_null_unless_ok",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["indicator"], name="territory_value_indicator")]


class Supply(models.Model):
    """How many places offer a service in a commune, according to a dataset or to a declaration."""

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+")
    service = models.CharField(max_length=10, choices=Service)
    count = models.PositiveIntegerField("nombre")
    dataset = models.ForeignKey(Dataset, models.CASCADE, null=True, blank=True, related_name="+")
    declared_by = models.CharField("déclaré par", max_length=60, blank=True)  # a key such as "cafe:12"
    declared_on = models.DateField("déclaré le", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commune", "service", "dataset"],
                condition=models.Q(dataset__isnull=False),
                name="territory_supply_once_per_dataset",
            ),
            models.UniqueConstraint(
                fields=["commune", "service", "declared_by"],
                condition=models.Q(dataset__isnull=True),
                name="territory_supply_once_per_declarer",
            ),
            models.CheckConstraint(
                condition=models.Q(dataset__isnull=False) ^ ~models.Q(declared_by=""),
                name="territory_supply_dataset_or_declared",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["service", "commune"], name="territory_supply_service")]


class AccessTime(models.Model):
    """Minutes by car from a commune's point to the nearest and second-nearest place of a service.

    `low`/`high` and `second_low`/`second_high` bound nine journeys out of ten.
    A null `minutes` means that no supply could be reached (or that the commune has no point).
    """

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="+", db_index=False)
    service = models.CharField(max_length=10, choices=Service)
    minutes = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    nearest = models.ForeignKey(Commune, models.CASCADE, null=True, related_name="+", db_index=False)
    second_minutes = models.FloatField(null=True)
    second_low = models.FloatField(null=True)
    second_high = models.FloatField(null=True)
    second = models.ForeignKey(Commune, models.CASCADE, null=True, related_name="+", db_index=False)
    provenance = models.CharField(max_length=8, choices=Provenance)
    basis = models.CharField(max_length=8, choices=SupplyBasis)
    terrain = models.FloatField(default=1.0)
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commune", "service"], name="territory_access_once")
        ]


class Distribution(models.Model):
    """Quantiles of an indicator among the communes of one density level (0: all under 3,500).

    `quantiles` holds 101 numbers, from the minimum to the maximum.
    """

    indicator = models.CharField(max_length=40)  # an indicator's key, a ratio's, or "minutes:<service>"
    density = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    quantiles = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "density"], name="territory_distribution_once")
        ]


class AreaStatistic(models.Model):
    """One aggregated indicator (see `territory.indicators.AREA_INDICATORS`) of one area."""

    kind = models.CharField(max_length=11, choices=AreaKind)
    code = models.CharField(max_length=9)
    indicator = models.CharField(max_length=40)
    value = models.FloatField(null=True)
    status = models.CharField(max_length=11, choices=ValueStatus, default=ValueStatus.OK)
    known = models.PositiveIntegerField("communes connues")
    total = models.PositiveIntegerField("communes")
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "code", "indicator"], name="territory_area_once")
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "indicator"], name="territory_area_kind")]
