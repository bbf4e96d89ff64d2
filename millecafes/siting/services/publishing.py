"""One published plan at a time, that the pages of communes show with its date."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.siting.models import CommuneOutcome, PlanRun
from millecafes.siting.services.errors import ScenarioError


@transaction.atomic
def publish_plan(*, run: PlanRun, actor: Actor, now: dt.datetime) -> PlanRun:
    """Show a plan on the pages of communes, in place of the one that was there.

    Raises
    ------
    ScenarioError
        When it is not computed, or when its effects on communes were not kept.
    """
    # Two people at once: the second waits, and takes the place of the first.
    list(PlanRun.objects.select_for_update().filter(is_published=True))
    run = PlanRun.objects.select_for_update().select_related("scenario").get(pk=run.pk)
    if not run.is_done:
        raise ScenarioError("", "Ce plan n’est pas fini : rien à publier encore.")
    if not CommuneOutcome.objects.filter(run=run).exists():
        raise ScenarioError("", "Un calcul plus récent de ce scénario l’a remplacé : publiez celui-là.")
    if run.is_published:
        return run
    PlanRun.objects.filter(is_published=True).update(is_published=False, withdrawn_at=now)
    run.is_published, run.published_at, run.withdrawn_at = True, now, None
    run.save(update_fields=["is_published", "published_at", "withdrawn_at"])
    journal.record(actor=actor, verb="siting.plan_published", target=run.scenario, now=now)
    return run


@transaction.atomic
def withdraw_plan(*, run: PlanRun, actor: Actor, now: dt.datetime) -> bool:
    """Take a plan away from the pages of communes. False when it was not there."""
    shown = PlanRun.objects.filter(pk=run.pk, is_published=True)
    if not shown.update(is_published=False, withdrawn_at=now):
        return False
    journal.record(actor=actor, verb="siting.plan_withdrawn", target=run.scenario, now=now)
    return True
