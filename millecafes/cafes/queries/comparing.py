"""What comparisons with OpenStreetMap propose."""

from __future__ import annotations

from django.db.models import Count, F, QuerySet

from millecafes.cafes.enums import ProposalKind, ProposalState
from millecafes.cafes.models import OsmProposal
from millecafes.common.jobs.models import Job


def proposals() -> QuerySet[OsmProposal]:
    """Every proposal, with its café; the nearest places first, those without distance by name."""
    rows = OsmProposal.objects.select_related("cafe__commune__departement", "decided_by")
    return rows.order_by(F("likeness").desc(nulls_last=True), "name", "pk")


def proposals_of(kind: str, state: str = "") -> QuerySet[OsmProposal]:
    """The proposals of a kind and of a state; empty for all."""
    found = proposals()
    if kind:
        found = found.filter(kind=kind)
    return found.filter(state=state) if state else found


def waiting_counts() -> dict[str, int]:
    """How many proposals of each kind wait: one query."""
    rows = OsmProposal.objects.filter(state=ProposalState.WAITING).order_by()
    found = dict(rows.values_list("kind").annotate(count=Count("pk")))
    return {kind: found.get(kind, 0) for kind in ProposalKind.values}


def last_comparison() -> Job | None:
    """The comparison asked last."""
    return Job.objects.filter(name="cafes.compare_osm").order_by("-created_at", "-pk").first()
