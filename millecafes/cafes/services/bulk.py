"""One change made to many cafés at once: what it would do to each, then all of it or nothing.

What would happen is told first, café by café; what is applied is what was told, or nothing is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Activity, CafeModel, CafeVariant, Relation, ServiceStatus, Track
from millecafes.cafes.models import Cafe, CafeService, CafeState
from millecafes.cafes.queries.counts import tracks_of
from millecafes.cafes.rules.tracks import disorder, state_on
from millecafes.cafes.services.cafes import fields_in_words, verify_variant
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.offer import ServiceDetails, verify_service
from millecafes.cafes.services.supply import follow_supplies
from millecafes.cafes.services.tracks import settle, verify_entry
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.formats import day as in_words

# At most so many cafés at once: nobody reads a longer preview.
MOST_CAFES = 500


@dataclass(frozen=True)
class StateChange:
    """An entry of a track, on a day, with its reason."""

    track: Track
    state: str
    on: dt.date
    reason: str = ""

    @property
    def words(self) -> str:
        """What is asked."""
        return (
            f"{self.track.label} : « {state_label(self.track, self.state)} » à partir du {in_words(self.on)}"
        )


@dataclass(frozen=True)
class ServiceChange:
    """Where a service stands; what else is known of it stays as it is."""

    code: str
    status: ServiceStatus

    @property
    def words(self) -> str:
        """What is asked."""
        return f"{catalogue.label(self.code)} : « {ServiceStatus(self.status).label} »"


@dataclass(frozen=True)
class ModelChange:
    """The model and its variant; no variant is « not told »."""

    model: CafeModel
    variant: CafeVariant | str = ""

    @property
    def words(self) -> str:
        """What is asked."""
        return f"Modèle : {_model_words(self.model, self.variant)}"


Change = StateChange | ServiceChange | ModelChange


@dataclass(frozen=True)
class Effect:
    """What a change does to one café: before and after in words, or why it cannot be."""

    cafe: Cafe
    before: str
    after: str
    refusal: str = ""

    @property
    def changes(self) -> bool:
        """Whether the café would be otherwise."""
        return not self.refusal and self.before != self.after


class StaleError(Exception):
    """What was told is no longer what would happen; `effects` are those of now."""

    def __init__(self, effects: list[Effect]) -> None:
        super().__init__("stale")
        self.effects = effects


def effects_of(*, cafes: Sequence[Cafe], change: Change, now: dt.datetime) -> list[Effect]:
    """What a change would do to each café, in the same order; one query.

    Raises
    ------
    CafeError
        When the change can be made to no café at all.
    """
    if isinstance(change, StateChange):
        verify_entry(change.track, change.state, change.on, now)
        return _states_then(cafes, change)
    if isinstance(change, ServiceChange):
        verify_service(change.code, ServiceDetails(status=change.status))
        return _services_then(cafes, change)
    verify_variant(change.model, change.variant)
    after = _model_words(change.model, change.variant)
    return [Effect(cafe, _model_words(cafe.model, cafe.variant), after) for cafe in cafes]


def mark_of(effects: Sequence[Effect], change: Change) -> str:
    """A mark of what was told: another situation, or another change, has another mark."""
    told = [(effect.cafe.pk, effect.before, effect.after, effect.refusal) for effect in effects]
    return hashlib.sha256(repr((change, sorted(told))).encode()).hexdigest()[:32]


@transaction.atomic
def apply_change(
    *, cafes: Sequence[Cafe], change: Change, seen: str, actor: Actor, now: dt.datetime
) -> list[Effect]:
    """Make a change to each café it can be made to, in one transaction, in a fixed number of statements.

    `seen` is the mark of what was told. Gives what was done.

    Raises
    ------
    CafeError
        When there are too many cafés, or the change can be made to none.
    StaleError
        When what would happen is no longer what was told: nothing is written.
    """
    if len(cafes) > MOST_CAFES:
        raise CafeError("", too_many(len(cafes)))
    rows = Cafe.objects.select_related("commune__departement").select_for_update(of=("self",))
    held = list(rows.filter(pk__in=[cafe.pk for cafe in cafes]).order_by("pk"))
    effects = effects_of(cafes=held, change=change, now=now)
    if mark_of(effects, change) != seen:
        raise StaleError(effects)
    changing = [effect.cafe for effect in effects if effect.changes]
    if not changing:
        raise CafeError("", "Aucun des cafés choisis ne changerait.")
    if isinstance(change, StateChange):
        _write_states(changing, change, actor, now)
    elif isinstance(change, ServiceChange):
        _write_services(changing, change, actor, now)
    else:
        _write_models(changing, change, actor, now)
    return effects


def too_many(count: int) -> str:
    """Why so many cafés are not changed at once."""
    return (
        f"{count} cafés sont choisis : on en modifie {MOST_CAFES} à la fois au plus. "
        "Précisez le filtre, ou décochez-en."
    )


def state_label(track: str, state: str) -> str:
    """A state in words; « nothing » before the first entry."""
    if not state:
        return "rien de noté"
    return str(Activity(state).label if track == Track.ACTIVITY else Relation(state).label)


def _model_words(model: str, variant: str) -> str:
    label = str(CafeModel(model).label)
    return f"{label}, {CafeVariant(variant).label.lower()}" if variant else label


def _states_then(cafes: Sequence[Cafe], change: StateChange) -> list[Effect]:
    entries: dict[int, list[CafeState]] = defaultdict(list)
    for entry in tracks_of(cafe.pk for cafe in cafes):
        entries[entry.cafe_id].append(entry)
    after = state_label(change.track, change.state)
    found = []
    for cafe in cafes:
        before = state_on(entries[cafe.pk], change.track, change.on)
        others = [row for row in entries[cafe.pk] if not (row.track == change.track and row.on == change.on)]
        new = CafeState(cafe=cafe, track=change.track, state=change.state, on=change.on)
        refusal = "" if before == change.state else disorder([*others, new])
        found.append(Effect(cafe, state_label(change.track, before), after, refusal))
    return found


def _services_then(cafes: Sequence[Cafe], change: ServiceChange) -> list[Effect]:
    rows = CafeService.objects.filter(cafe__in=cafes, code=change.code).order_by()
    known = dict(rows.values_list("cafe", "status"))
    after = str(ServiceStatus(change.status).label)
    return [
        Effect(
            cafe,
            str(ServiceStatus(known[cafe.pk]).label) if cafe.pk in known else "pas ce service",
            after,
        )
        for cafe in cafes
    ]


def _write_states(cafes: list[Cafe], change: StateChange, actor: Actor, now: dt.datetime) -> None:
    CafeState.objects.filter(cafe__in=cafes, track=change.track, on=change.on).delete()
    said = {"track": change.track, "state": change.state, "on": change.on, "reason": change.reason}
    entries = [CafeState(cafe=cafe, **said, author_id=actor.user_id, recorded_at=now) for cafe in cafes]
    CafeState.objects.bulk_create(entries, batch_size=200)
    settle(cafes, actor=actor, now=now)
    data = {
        "track": change.track.label.lower(),
        "state": state_label(change.track, change.state).lower(),
        "on": in_words(change.on),
    }
    _tell("cafes.state_recorded", cafes, [data] * len(cafes), actor, now)


def _write_services(cafes: list[Cafe], change: ServiceChange, actor: Actor, now: dt.datetime) -> None:
    today = timezone.localdate(now)
    known = list(CafeService.objects.filter(cafe__in=cafes, code=change.code).order_by("pk"))
    for row in known:
        row.status, row.confirmed_on = change.status, today
    CafeService.objects.bulk_update(known, ["status", "confirmed_on"], batch_size=200)
    having = {row.cafe_id for row in known}
    new = [
        CafeService(cafe=cafe, code=change.code, status=change.status, confirmed_on=today)
        for cafe in cafes
        if cafe.pk not in having
    ]
    CafeService.objects.bulk_create(new, batch_size=200)
    follow_supplies(ids=[cafe.pk for cafe in cafes], actor=actor, now=now)
    data = {
        "service": catalogue.label(change.code).lower(),
        "status": str(ServiceStatus(change.status).label).lower(),
    }
    _tell("cafes.service_set", cafes, [data] * len(cafes), actor, now)


def _write_models(cafes: list[Cafe], change: ModelChange, actor: Actor, now: dt.datetime) -> None:
    said = {"model": change.model, "variant": change.variant}
    data = []
    for cafe in cafes:
        changed = [name for name, value in said.items() if getattr(cafe, name) != value]
        data.append({"fields": fields_in_words(changed)})
        for name in changed:
            setattr(cafe, name, said[name])
    Cafe.objects.bulk_update(cafes, list(said), batch_size=200)
    settle(cafes, actor=actor, now=now)
    _tell("cafes.cafe_changed", cafes, data, actor, now)


def _tell(
    verb: str, cafes: list[Cafe], data: Sequence[dict[str, str]], actor: Actor, now: dt.datetime
) -> None:
    journal.record_all(actor=actor, verb=verb, targets=cafes, now=now, data=data)
