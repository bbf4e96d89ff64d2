"""What somebody decides of a proposal: take one thing over, or leave it as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import transaction

from millecafes.cafes.enums import ProposalKind, ProposalState
from millecafes.cafes.models import Cafe, OsmProposal
from millecafes.cafes.queries.cafes import by_osm, cafes
from millecafes.cafes.rules.hours import HoursError, normalised
from millecafes.cafes.services.cafes import change_cafe, details_of, move_cafe
from millecafes.cafes.services.comparing.differing import HOURS, LINK, NAME, POINT, SERVICE
from millecafes.cafes.services.comparing.storing import state_of
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.hours import set_hours
from millecafes.cafes.services.offer import ServiceDetails, set_service
from millecafes.common import journal
from millecafes.common.actors import Actor

_CHANGED = "La fiche a changé depuis la comparaison : relancez-la pour voir ce qui diffère encore."


@transaction.atomic
def take(*, proposal: OsmProposal, field: str, actor: Actor, now: dt.datetime) -> OsmProposal:
    """Write in the café what OpenStreetMap says of one thing.

    Raises
    ------
    CafeError
        When it is not proposed, cannot be written, or the café changed meanwhile.
    """
    proposal = _locked(proposal)
    one = _undecided(proposal, field)
    if not one["can_take"] or proposal.cafe_id is None:
        raise CafeError(field, f"« {one['label']} » ne se reprend pas. {one['note']}".strip())
    cafe = cafes().get(pk=proposal.cafe_id)
    if not _is_as_told(cafe, field, one["here"]):
        raise CafeError(field, _CHANGED)
    _write(cafe, field, one["there"], actor, now)
    return _decided(proposal, [one], "taken", actor, now)


@transaction.atomic
def leave(*, proposal: OsmProposal, field: str = "", actor: Actor, now: dt.datetime) -> OsmProposal:
    """Leave one difference as it is, or all that wait; a proposal without differences is put away.

    Raises
    ------
    CafeError
    """
    proposal = _locked(proposal)
    waiting = [one for one in proposal.differences if not one["decision"]]
    if not field:
        told = [one for one in waiting if one["field"] != LINK]
    else:
        one = _undecided(proposal, field)
        # What differs from another place does not matter any more.
        told = waiting if field == LINK else [one]
    return _decided(proposal, told, "left", actor, now)


def _locked(proposal: OsmProposal) -> OsmProposal:
    found = OsmProposal.objects.select_for_update(of=("self",)).filter(pk=proposal.pk).first()
    if found is None:
        raise CafeError("", "Une nouvelle comparaison a remplacé cette proposition.")
    return found


def _undecided(proposal: OsmProposal, field: str) -> dict[str, Any]:
    for one in proposal.differences:
        if one["field"] == field and not one["decision"]:
            return dict(one)
    raise CafeError(field, "Cette différence n’est plus à décider : quelqu’un l’a fait entre-temps.")


def _is_as_told(cafe: Cafe, field: str, here: str) -> bool:
    """Whether the café still says what the comparison saw."""
    if field.startswith(SERVICE):
        code = field.removeprefix(SERVICE)
        return not cafe.services.filter(code=code, status="running").exists()
    if field == POINT:
        placed = cafe.latitude is not None and cafe.longitude is not None
        return here == (f"{cafe.latitude:.5f}, {cafe.longitude:.5f}" if placed else "")
    return bool(here == {LINK: cafe.osm_ref, NAME: cafe.name, HOURS: cafe.hours}[field])


def _write(cafe: Cafe, field: str, there: str, actor: Actor, now: dt.datetime) -> None:
    if field.startswith(SERVICE):
        code = field.removeprefix(SERVICE)
        set_service(cafe=cafe, code=code, details=ServiceDetails(), actor=actor, now=now)
    elif field == POINT:
        latitude, longitude = (float(part) for part in there.split(", "))
        move_cafe(cafe=cafe, latitude=latitude, longitude=longitude, actor=actor, now=now)
    elif field == HOURS:
        try:
            hours = normalised(there)
        except HoursError as error:
            raise CafeError(field, str(error)) from error
        set_hours(cafe=cafe, hours=hours, note=cafe.hours_note, actor=actor, now=now)
    else:
        told = details_of(cafe)
        if field == LINK:
            _refuse_tied(cafe, there)
            told = replace(told, osm_ref=there)
        else:
            told = replace(told, name=there)
        change_cafe(cafe=cafe, details=told, actor=actor, now=now)


def _refuse_tied(cafe: Cafe, ref: str) -> None:
    """One place of OpenStreetMap is one café of ours."""
    other = by_osm([ref]).get(ref)
    if other is not None and other.pk != cafe.pk:
        raise CafeError(LINK, f"« {other.name} » est déjà tenu pour ce lieu d’OpenStreetMap.")


def _decided(
    proposal: OsmProposal, told: list[dict[str, Any]], decision: str, actor: Actor, now: dt.datetime
) -> OsmProposal:
    fields = {one["field"] for one in told}
    proposal.differences = [
        {**one, "decision": decision} if one["field"] in fields else one for one in proposal.differences
    ]
    if proposal.kind == ProposalKind.MATCH:
        proposal.state = state_of(proposal.differences)
    else:
        proposal.state = ProposalState.KEPT
    proposal.decided_at, proposal.decided_by_id = now, actor.user_id
    proposal.save(update_fields=["differences", "state", "decided_at", "decided_by"])
    if decision == "left" and proposal.cafe_id is not None:
        words = ", ".join(str(one["label"]).lower() for one in told) or "tout"
        target = cafes().get(pk=proposal.cafe_id)
        journal.record(actor=actor, verb="cafes.osm_left", target=target, now=now, data={"fields": words})
    return proposal
