"""Proposals of a comparison, kept: told again they are the same, and what was decided stays decided."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from millecafes.cafes.enums import ProposalKind, ProposalState, ServiceStatus
from millecafes.cafes.models import Cafe, CafeService, OsmProposal
from millecafes.cafes.queries.cafes import on_map
from millecafes.cafes.services.comparing.differing import LINK, Difference, differences
from millecafes.cafes.services.comparing.matching import Match, matched
from millecafes.cafes.services.comparing.reading import Extract, OsmObject

# More places that we do not know than a team could ever look at: the nearest to our cafés are kept.
MOST_UNKNOWN = 2_000
_BATCH = 500
Key = tuple[int | None, str]
_COLUMNS = ("kind", "state", "name", "latitude", "longitude", "metres", "likeness", "differences", "dated")


@dataclass(frozen=True)
class Counts:
    """What a comparison found."""

    read: int
    same: int
    only_there: int
    only_here: int
    waiting: int


@transaction.atomic
def compare(*, extract: Extract, now: dt.datetime) -> Counts:
    """Compare the cafés on the map with an extract: proposals only, no café changes.

    Proposals that wait, and that this extract would have found again, go away; those decided stay.
    """
    cafes = list(on_map())
    known = _known()
    apart = {key for key, row in known.items() if key[0] and _is_apart(row)}
    told = matched(cafes, extract.objects, apart={(pk or 0, ref) for pk, ref in apart})
    unknown = told.only_there[:MOST_UNKNOWN]
    running = _running(cafes)
    rows = [_match_row(one, running[one.cafe.pk]) for one in told.same]
    rows += [_unknown_row(one) for one in unknown]
    rows += [_missing_row(cafe) for cafe in told.only_here]
    for row in rows:
        row.dated, row.found_at = extract.dated, now
    _forget(known, rows, extract)
    _write(known, rows)
    waiting = OsmProposal.objects.filter(state=ProposalState.WAITING).count()
    return Counts(len(extract.objects), len(told.same), len(unknown), len(told.only_here), waiting)


def _known() -> dict[Key, OsmProposal]:
    return {(row.cafe_id, row.osm_ref): row for row in OsmProposal.objects.select_for_update().order_by("pk")}


def _is_apart(row: OsmProposal) -> bool:
    """Whether somebody said that this café and this place are not one."""
    return any(one["field"] == LINK and one["decision"] == "left" for one in row.differences)


def _running(cafes: Iterable[Cafe]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = CafeService.objects.filter(status=ServiceStatus.RUNNING).order_by()
    for pk, code in rows.values_list("cafe", "code"):
        found[pk].add(code)
    return found


def _match_row(one: Match, running: set[str]) -> OsmProposal:
    told = differences(one.cafe, running, one.there)
    return OsmProposal(
        cafe=one.cafe,
        kind=ProposalKind.MATCH,
        metres=one.metres,
        likeness=one.likeness,
        differences=[row.as_row() for row in told],
        **_place(one.there),
    )


def _place(there: OsmObject) -> dict[str, object]:
    return {
        "osm_ref": there.ref,
        "name": there.name,
        "latitude": there.latitude,
        "longitude": there.longitude,
    }


def _unknown_row(there: OsmObject) -> OsmProposal:
    return OsmProposal(kind=ProposalKind.ONLY_OSM, **_place(there))


def _missing_row(cafe: Cafe) -> OsmProposal:
    return OsmProposal(
        cafe=cafe,
        kind=ProposalKind.ONLY_HERE,
        name=cafe.name,
        latitude=cafe.latitude,
        longitude=cafe.longitude,
    )


def _forget(known: dict[Key, OsmProposal], rows: list[OsmProposal], extract: Extract) -> None:
    """Take away what waits and is no longer so, of these cafés and places; and what a match replaces."""
    again, refs = {(row.cafe_id, row.osm_ref) for row in rows}, {one.ref for one in extract.objects}
    cafes = {row.cafe_id for row in rows if row.cafe_id}
    same = [row for row in rows if row.kind == ProposalKind.MATCH]
    paired_cafes, paired_refs = {row.cafe_id for row in same}, {row.osm_ref for row in same}
    gone = []
    for key, row in known.items():
        is_over = row.state == ProposalState.WAITING and (row.cafe_id in cafes or row.osm_ref in refs)
        is_replaced = row.kind != ProposalKind.MATCH and (
            row.cafe_id in paired_cafes or row.osm_ref in paired_refs
        )
        if key not in again and (is_over or is_replaced):
            gone.append(row.pk)
    OsmProposal.objects.filter(pk__in=gone).delete()


def _write(known: dict[Key, OsmProposal], rows: list[OsmProposal]) -> None:
    new, old = [], []
    for row in rows:
        before = known.get((row.cafe_id, row.osm_ref))
        if before is None:
            row.state = _state(row)
            new.append(row)
            continue
        row.differences = _decided(before, row)
        row.state = _state(row, before)
        for column in (*_COLUMNS, "found_at"):
            setattr(before, column, getattr(row, column))
        old.append(before)
    OsmProposal.objects.bulk_create(new, batch_size=_BATCH)
    OsmProposal.objects.bulk_update(old, [*_COLUMNS, "found_at"], batch_size=_BATCH)


def _decided(before: OsmProposal, row: OsmProposal) -> list[dict[str, object]]:
    """The differences of today: one left as it was stays left as long as it is the same."""
    left = {_same(one) for one in before.differences if one["decision"] == "left"}
    found = [Difference(**one) for one in row.differences]
    return [replace(one, decision="left" if _same(one.as_row()) in left else "").as_row() for one in found]


def _same(one: dict[str, object]) -> tuple[object, ...]:
    return one["field"], one["here"], one["there"]


def _state(row: OsmProposal, before: OsmProposal | None = None) -> ProposalState:
    """A match waits while something that may be taken is undecided; the rest until somebody says so."""
    if row.kind == ProposalKind.MATCH:
        return state_of(row.differences)
    return ProposalState.WAITING if before is None else ProposalState(before.state)


def state_of(told: list[dict[str, object]]) -> ProposalState:
    """Where a match stands by what was decided of its differences."""
    if any(not one["decision"] for one in told):
        return ProposalState.WAITING
    taken = not told or any(one["decision"] == "taken" for one in told)
    return ProposalState.TAKEN if taken else ProposalState.KEPT
