"""What a comparison with OpenStreetMap proposes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from millecafes.accounts.models import User
from millecafes.cafes.enums import ProposalKind, ProposalState
from millecafes.cafes.models.cafe import Cafe


class OsmProposal(models.Model):
    """A café and an object of OpenStreetMap that may be the same; or one without the other."""

    cafe = models.ForeignKey(
        Cafe, models.CASCADE, null=True, blank=True, related_name="proposals", verbose_name="café"
    )
    osm_ref = models.CharField("objet OpenStreetMap", max_length=24, blank=True)  # "node/123"
    kind = models.CharField("nature", max_length=10, choices=ProposalKind)
    state = models.CharField("état", max_length=8, choices=ProposalState, default=ProposalState.WAITING)
    name = models.CharField("nom", max_length=200, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    metres = models.PositiveIntegerField("distance (m)", null=True, blank=True)
    likeness = models.PositiveSmallIntegerField("ressemblance des noms (%)", null=True, blank=True)
    # [{"field", "label", "here", "there"}, …]
    differences = models.JSONField("différences", default=list, blank=True)
    dated = models.DateField("extrait du", null=True, blank=True)
    found_at = models.DateTimeField("trouvé le")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["kind", "name", "pk"]
        verbose_name = "rapprochement avec OpenStreetMap"
        verbose_name_plural = "rapprochements avec OpenStreetMap"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cafe", "osm_ref"],
                condition=models.Q(cafe__isnull=False),
                name="cafes_proposal_once",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.osm_ref

    def perimeter_keys(self) -> tuple[str, ...]:
        """Those of its café; the network's, without one."""
        return self.cafe.perimeter_keys() if self.cafe else ("network",)
