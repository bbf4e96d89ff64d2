"""Town halls to contact, because a plan retained their commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.partners.services import town_hall_of
from millecafes.siting.enums import ApproachState
from millecafes.siting.models import Approach, Pick, PlanRun
from millecafes.siting.services.errors import ScenarioError

MOST_AT_ONCE = 200


@transaction.atomic
def add_approaches(*, run: PlanRun, codes: Iterable[str], actor: Actor, now: dt.datetime) -> list[Approach]:
    """Note as to contact the retained communes told by their codes; those already noted are left alone.

    The town hall enters the organisations with the contact of its public office.

    Raises
    ------
    ScenarioError
        When a commune was not retained, or when there are too many at once.
    """
    wanted = set(codes)
    if len(wanted) > MOST_AT_ONCE:
        raise ScenarioError("", f"{MOST_AT_ONCE} communes au plus à la fois : filtrez la liste.")
    picks = Pick.objects.filter(run=run, commune__in=wanted).select_related("commune__departement")
    communes = [pick.commune for pick in picks.order_by("rank")]
    if len(communes) != len(wanted):
        raise ScenarioError("", "Une de ces communes n’est pas retenue par ce plan.")
    known = set(Approach.objects.filter(commune__in=communes).values_list("commune_id", flat=True))
    added = []
    for commune in communes:
        if commune.pk in known:
            continue
        hall = town_hall_of(commune=commune, actor=actor, now=now)
        approach = Approach.objects.create(
            commune=commune, run=run, town_hall=hall, created_at=now, changed_at=now, is_demo=settings.DEMO
        )
        journal.record(actor=actor, verb="siting.approach_added", target=approach, now=now)
        added.append(approach)
    return added


@transaction.atomic
def change_approach(*, approach: Approach, state: ApproachState, actor: Actor, now: dt.datetime) -> Approach:
    """Say where one stands with a town hall."""
    approach = (
        Approach.objects.select_for_update(of=("self",))
        .select_related("commune__departement")
        .get(pk=approach.pk)
    )
    if approach.state == state:
        return approach
    approach.state, approach.changed_at = state, now
    approach.save(update_fields=["state", "changed_at"])
    data = {"state": ApproachState(state).label}
    journal.record(actor=actor, verb="siting.approach_changed", target=approach, now=now, data=data)
    return approach
