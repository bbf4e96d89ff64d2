"""The café itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse

from millecafes.accounts.queries.perimeters import commune_keys
from millecafes.cafes.enums import (
    Activity,
    CafeKind,
    CafeModel,
    CafeVariant,
    HoursSource,
    Language,
    Origin,
    Payment,
    PlaceOrigin,
    Relation,
    Wheelchair,
)
from millecafes.cafes.rules.tracks import is_on_map
from millecafes.partners.models import Organisation
from millecafes.territory.models import Commune


def _words(choices: type[models.TextChoices], codes: list[str]) -> str:
    return ", ".join(str(choices(code).label) for code in codes if code in choices.values)


class Cafe(models.Model):
    """A café of the network, of yesterday, today or tomorrow.

    `activity`, `relation` and `kind` are what the tracks say today, kept for lists; `opened_on` is the first
    day of activity « open ». A mobile café's point is its base; where it serves are its stops.
    """

    name = models.CharField("nom", max_length=120)
    key = models.CharField("nom comparé", max_length=160, db_index=True)  # folded by common.matching.fold
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    address = models.CharField("adresse", max_length=200, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    place_origin = models.CharField(
        "origine du point", max_length=8, choices=PlaceOrigin, default=PlaceOrigin.COMMUNE
    )
    model = models.CharField("modèle", max_length=16, choices=CafeModel)
    variant = models.CharField("variante", max_length=16, choices=CafeVariant, blank=True)
    origin = models.CharField("origine", max_length=12, choices=Origin, default=Origin.PROGRAMME)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisation qui le porte",
    )
    story = models.TextField("histoire", max_length=4000, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("adresse e-mail", max_length=254, blank=True)
    website = models.CharField("site", max_length=300, blank=True)
    wheelchair = models.CharField("accès en fauteuil", max_length=8, choices=Wheelchair, blank=True)
    access_note = models.CharField("précision sur l’accès", max_length=200, blank=True)
    languages = models.JSONField("langues", default=list, blank=True)
    payment = models.JSONField("moyens de paiement", default=list, blank=True)
    espresso_cents = models.PositiveIntegerField("prix de l’expresso (centimes)", null=True, blank=True)
    espresso_on = models.DateField("prix relevé le", null=True, blank=True)
    osm_ref = models.CharField("objet OpenStreetMap", max_length=24, blank=True)
    hours = models.CharField("horaires", max_length=500, blank=True)
    hours_note = models.CharField("précision sur les horaires", max_length=200, blank=True)
    hours_confirmed_at = models.DateTimeField("horaires confirmés le", null=True, blank=True)
    hours_source = models.CharField("horaires donnés par", max_length=6, choices=HoursSource, blank=True)
    news_at = models.DateTimeField("dernières nouvelles de ses gérant·e·s", null=True, blank=True)
    activity = models.CharField("activité", max_length=8, choices=Activity, blank=True)
    relation = models.CharField("lien avec le réseau", max_length=12, choices=Relation, blank=True)
    kind = models.CharField("sorte", max_length=12, choices=CafeKind, blank=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    created_at = models.DateTimeField("enregistré le")
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["key", "pk"]
        verbose_name = "café"
        indexes: ClassVar = [
            models.Index(fields=["kind", "key"], name="cafes_cafe_kind"),
            models.Index(fields=["latitude", "longitude"], name="cafes_cafe_point"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its public page."""
        return reverse("cafes:cafe", args=[self.pk])

    @property
    def is_on_map(self) -> bool:
        """Whether the public finds it in the list and on the map."""
        return is_on_map(self.activity, self.relation)

    @property
    def espresso_euros(self) -> float | None:
        """The price of an espresso in euros."""
        return None if self.espresso_cents is None else self.espresso_cents / 100

    @property
    def payment_words(self) -> str:
        """The means of payment, in French."""
        return _words(Payment, self.payment)

    @property
    def languages_words(self) -> str:
        """The languages spoken, in French."""
        return _words(Language, self.languages)

    def perimeter_keys(self) -> tuple[str, ...]:
        """Its own key, and the perimeters its commune lies in (the département must be loaded)."""
        return (f"cafe:{self.pk}", *commune_keys(self.commune))
