"""The life of cafés written: entries of their two tracks, and events."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from millecafes.cafes.enums import Activity, EventKind, Relation, Track
from millecafes.cafes.models import Cafe, CafeEvent, CafeState
from millecafes.cafes.queries.counts import tracks_of
from millecafes.cafes.rules.tracks import STATES, disorder, first_opening, kind_of, state_on
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.supply import follow_supplies
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.formats import day as in_words

# Entries farther ahead than this are mistakes of a digit.
_MOST_DAYS_AHEAD = 1_100
_FIRST_YEAR = 1800
_KEPT = ["activity", "relation", "kind", "opened_on"]


@transaction.atomic
def record_state(
    *, cafe: Cafe, track: Track, state: str, on: dt.date, reason: str = "", actor: Actor, now: dt.datetime
) -> CafeState:
    """Say where a café stands from a day on; another entry of the same track and day is replaced.

    Raises
    ------
    CafeError
        When the state is not one of the track, or the track would say something impossible.
    """
    verify_entry(track, state, on, now)
    cafe = _locked(cafe)
    entries = [row for row in cafe.states.all() if not (row.track == track and row.on == on)]
    entry = CafeState(
        cafe=cafe, track=track, state=state, on=on, reason=reason, author_id=actor.user_id, recorded_at=now
    )
    _refuse_disorder([*entries, entry])
    cafe.states.filter(track=track, on=on).delete()
    entry.save()
    _written(cafe, "cafes.state_recorded", entry, actor, now)
    return entry


@transaction.atomic
def remove_state(*, entry: CafeState, actor: Actor, now: dt.datetime) -> None:
    """Take back an entry that was a mistake.

    Raises
    ------
    CafeError
        When what remains would be impossible.
    """
    cafe = _locked(entry.cafe)
    _refuse_disorder([row for row in cafe.states.all() if row.pk != entry.pk])
    cafe.states.filter(pk=entry.pk).delete()
    _written(cafe, "cafes.state_removed", entry, actor, now)


@transaction.atomic
def open_cafe(*, cafe: Cafe, on: dt.date, reason: str = "", actor: Actor, now: dt.datetime) -> CafeState:
    """Open a café to the public on a day: the entry that projects and people record the most.

    Raises
    ------
    CafeError
    """
    return record_state(
        cafe=cafe, track=Track.ACTIVITY, state=Activity.OPEN, on=on, reason=reason, actor=actor, now=now
    )


@transaction.atomic
def record_event(
    *, cafe: Cafe, kind: EventKind, on: dt.date, reason: str = "", actor: Actor, now: dt.datetime
) -> CafeEvent:
    """Keep something that happened to a café.

    Raises
    ------
    CafeError
    """
    _verify_day(on, now)
    cafe = _locked(cafe)
    event = CafeEvent.objects.create(
        cafe=cafe, kind=kind, on=on, reason=reason, author_id=actor.user_id, recorded_at=now
    )
    data = {"event": EventKind(kind).label.lower(), "on": in_words(on)}
    journal.record(actor=actor, verb="cafes.event_recorded", target=cafe, now=now, data=data)
    return event


@transaction.atomic
def remove_event(*, event: CafeEvent, actor: Actor, now: dt.datetime) -> None:
    """Take back an event that was a mistake."""
    cafe = _locked(event.cafe)
    data = {"event": EventKind(event.kind).label.lower(), "on": in_words(event.on)}
    cafe.events.filter(pk=event.pk).delete()
    journal.record(actor=actor, verb="cafes.event_removed", target=cafe, now=now, data=data)


def refresh_states(*, now: dt.datetime) -> int:
    """Bring what is kept of the tracks to today, for every café whose day has come; how many changed."""
    changed = 0
    for start in range(0, 10**9, 2_000):
        rows = list(Cafe.objects.order_by("pk")[start : start + 2_000])
        if not rows:
            return changed
        changed += refresh(rows, now=now)
    return changed


def refresh(cafes: Iterable[Cafe], *, now: dt.datetime) -> int:
    """Write what the tracks of these cafés say today; how many changed. Two queries for all."""
    rows, today = list(cafes), timezone.localdate(now)
    entries: dict[int, list[CafeState]] = defaultdict(list)
    for entry in tracks_of(row.pk for row in rows):
        entries[entry.cafe_id].append(entry)
    changed = []
    for row in rows:
        before = [getattr(row, name) for name in _KEPT]
        own = entries[row.pk]
        row.activity = state_on(own, Track.ACTIVITY, today)
        row.relation = state_on(own, Track.RELATION, today)
        row.kind = kind_of(activity=row.activity, relation=row.relation, model=row.model, origin=row.origin)
        row.opened_on = first_opening(own, today)
        if before != [getattr(row, name) for name in _KEPT]:
            changed.append(row)
    if changed:
        Cafe.objects.bulk_update(changed, _KEPT, batch_size=200)
    return len(changed)


def settle(cafes: Sequence[Cafe], *, actor: Actor, now: dt.datetime) -> None:
    """Bring along all that follows from the tracks and the model of cafés, once these are written."""
    refresh(cafes, now=now)
    follow_supplies(ids=[cafe.pk for cafe in cafes if not cafe.is_demo], actor=actor, now=now)


def verify_entry(track: str, state: str, on: dt.date, now: dt.datetime) -> None:
    """Refuse a state that the track does not have, and a day that cannot be.

    Raises
    ------
    CafeError
    """
    if state not in STATES[Track(track)]:
        raise CafeError("state", f"« {state} » n’est pas un état de « {Track(track).label.lower()} ».")
    _verify_day(on, now)


def _verify_day(on: dt.date, now: dt.datetime) -> None:
    if on.year < _FIRST_YEAR or (on - timezone.localdate(now)).days > _MOST_DAYS_AHEAD:
        raise CafeError(
            "on", f"Le {on:%d/%m/%Y} n’est pas une date possible. Attendu : d’ici trois ans au plus."
        )


def _refuse_disorder(entries: list[CafeState]) -> None:
    words = disorder(entries)
    if words:
        raise CafeError("state", words[0].upper() + words[1:])


def _locked(cafe: Cafe) -> Cafe:
    """The café as it is now, held until the end of the transaction, ready to say its perimeters."""
    rows = Cafe.objects.select_related("commune__departement").select_for_update(of=("self",))
    return rows.get(pk=cafe.pk)


def _written(cafe: Cafe, verb: str, entry: CafeState, actor: Actor, now: dt.datetime) -> None:
    settle([cafe], actor=actor, now=now)
    state = Activity(entry.state) if entry.track == Track.ACTIVITY else Relation(entry.state)
    data = {
        "track": Track(entry.track).label.lower(),
        "state": str(state.label).lower(),
        "on": in_words(entry.on),
    }
    journal.record(actor=actor, verb=verb, target=cafe, now=now, data=data)
