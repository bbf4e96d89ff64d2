"""Organisations the programme works with, and whom to reach in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from millecafes.accounts.queries.perimeters import NETWORK, commune_keys
from millecafes.partners.enums import OrganisationKind
from millecafes.territory.models import Commune


class Organisation(models.Model):
    """A town hall, an association, a supplier… Its e-mail and phone are those it gives to the public."""

    name = models.CharField("nom", max_length=160)
    key = models.CharField("nom comparé", max_length=200, db_index=True)  # folded by common.matching.fold
    kind = models.CharField("nature", max_length=12, choices=OrganisationKind)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    commune = models.ForeignKey(
        Commune, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    website = models.CharField("site", max_length=300, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("adresse e-mail", max_length=254, blank=True)
    created_at = models.DateTimeField("enregistrée le")
    is_demo = models.BooleanField("de démonstration", default=False)

    class Meta:
        ordering: ClassVar = ["key", "pk"]
        verbose_name = "organisation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["siret"], condition=~Q(siret=""), name="partners_organisation_siret_once"
            ),
            models.UniqueConstraint(
                fields=["rna"], condition=~Q(rna=""), name="partners_organisation_rna_once"
            ),
            models.UniqueConstraint(
                fields=["commune"],
                condition=Q(kind=OrganisationKind.TOWN_HALL),
                name="partners_one_town_hall",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the back office."""
        return reverse("partners:organisation", args=[self.pk])

    def perimeter_keys(self) -> tuple[str, ...]:
        """Its own key, and the perimeters its commune lies in (the département must be loaded)."""
        around = commune_keys(self.commune) if self.commune else (NETWORK,)
        return (f"organisation:{self.pk}", *around)


class OrganisationContact(models.Model):
    """Somebody to reach in an organisation. Erased when nobody has confirmed it for three years."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="contacts", verbose_name="organisation"
    )
    name = models.CharField("nom", max_length=150)
    role = models.CharField("fonction", max_length=100, blank=True)
    email = models.EmailField("adresse e-mail", max_length=254, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    confirmed_at = models.DateTimeField("confirmé le")

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = "contact d’organisation"
        verbose_name_plural = "contacts d’organisations"

    def __str__(self) -> str:
        return self.name
