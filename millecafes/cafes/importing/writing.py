"""Many cafés written at once, by the rules of the services that write one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.models import Invitation, Role
from millecafes.cafes.enums import ServiceStatus, Track
from millecafes.cafes.importing.columns import COLUMNS
from millecafes.cafes.importing.life import Tracks
from millecafes.cafes.importing.told import HOURS, contact_said, current, details_of, services_said
from millecafes.cafes.models import Cafe, CafeContact, CafeService, CafeState, OpenInterval
from millecafes.cafes.queries import cafes
from millecafes.cafes.queries.counts import tracks_of
from millecafes.cafes.rules.tracks import first_opening, kind_of, state_on
from millecafes.cafes.services import CafeDetails, CafeError
from millecafes.cafes.services.cafes import verify, write_values
from millecafes.cafes.services.supply import follow_supplies
from millecafes.cafes.services.tracks import settle
from millecafes.common import jobs, journal
from millecafes.common.actors import Actor
from millecafes.common.imports.links import used_by
from millecafes.common.imports.registry import Values, Written
from millecafes.partners.models import Organisation
from millecafes.partners.queries import is_within
from millecafes.territory.models import Commune

_LABELS = {column.key: column.label.lower() for column in COLUMNS}
# Written with the café by an import: they go with it.
_OWN = (CafeState, CafeService, OpenInterval, CafeContact)


@dataclass
class _Kept:
    """Rows to save and to delete, of all the cafés together."""

    now: dt.datetime
    actor: Actor
    states: list[CafeState] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)
    services: list[CafeService] = field(default_factory=list)
    contacts: list[CafeContact] = field(default_factory=list)

    def take_tracks(self, cafe: Cafe, tracks: Tracks) -> None:
        for entry in tracks.saved:
            if entry.pk is None:
                entry.cafe, entry.author_id = cafe, self.actor.user_id
        self.states += [entry for entry in tracks.saved if entry not in tracks.gone]
        self.gone += tracks.gone

    def save(self) -> None:
        """Delete, then write anew what changed and what is new: few statements."""
        for model in (CafeState, CafeService, CafeContact):
            ids = [row.pk for row in self.gone if isinstance(row, model)]
            if ids:
                model.objects.filter(pk__in=ids).delete()
        _save(CafeState, self.states, ("state", "on"))
        _save(CafeService, self.services, ("status",))
        _save(CafeContact, self.contacts, ("name", "role", "email", "phone"))


def _save(model: Any, rows: Sequence[Any], fields: Sequence[str]) -> None:
    known = [row for row in rows if row.pk is not None]
    model.objects.bulk_create([row for row in rows if row.pk is None])
    if known:
        model.objects.bulk_update(known, fields, batch_size=100)


def _told(rows: Mapping[Any, Values], actor: Actor, written: Written) -> dict[Any, CafeDetails]:
    """What lines say, as services take it; what they cannot say is refused. Two queries."""
    codes = {str(values["code_insee"]) for values in rows.values()}
    communes = Commune.objects.select_related("departement").in_bulk(codes)
    numbers = {
        int(values["structure_parente"]) for values in rows.values() if values.get("structure_parente")
    }
    organisations = Organisation.objects.in_bulk(numbers) if numbers else {}
    found = {}
    for number, values in rows.items():
        organisation = organisations.get(int(values.get("structure_parente") or 0))
        commune = communes[str(values["code_insee"])]
        try:
            details = details_of(values, commune, organisation)
            verify(details)
        except CafeError as error:
            written.refused[number] = str(error)
            continue
        if not is_within(actor, commune):
            written.refused[number] = "Ce café est hors de votre périmètre."
            continue
        found[number] = details
    return found


@transaction.atomic
def create(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Keep new cafés, with their tracks, services and contact; one line of the journal each."""
    written, kept, today = Written(), _Kept(now, actor), timezone.localdate(now)
    new: dict[Any, tuple[Cafe, Tracks]] = {}
    for number, details in _told(rows, actor, written).items():
        tracks = Tracks([], now=now, today=today)
        try:
            tracks.begin(rows[number])
            tracks.say(rows[number])
        except CafeError as error:
            written.refused[number] = str(error)
            continue
        cafe = Cafe(created_at=now, is_demo=settings.DEMO)
        write_values(cafe, details)
        _write_hours(cafe, rows[number])
        _stand(cafe, tracks, today)
        new[number] = (cafe, tracks)
    Cafe.objects.bulk_create([cafe for cafe, _ in new.values()])
    for number, (cafe, tracks) in new.items():
        kept.take_tracks(cafe, tracks)
        _take_services(cafe, [], rows[number], kept)
        _take_contact(cafe, [], rows[number], kept)
    kept.save()
    made = [cafe for cafe, _ in new.values()]
    journal.record_all(actor=actor, verb="cafes.cafe_added", targets=made, now=now)
    _go_on([cafe for cafe in made if not cafe.is_demo], made, actor, now)
    written.done = {number: str(cafe.pk) for number, (cafe, _) in new.items()}
    return written


def _stand(cafe: Cafe, tracks: Tracks, today: dt.date) -> None:
    cafe.activity = state_on(tracks.entries, Track.ACTIVITY, today)
    cafe.relation = state_on(tracks.entries, Track.RELATION, today)
    cafe.kind = kind_of(activity=cafe.activity, relation=cafe.relation, model=cafe.model, origin=cafe.origin)
    cafe.opened_on = first_opening(tracks.entries, today)


def _go_on(real: Iterable[Cafe], changed: Iterable[Cafe], actor: Actor, now: dt.datetime) -> None:
    """What follows from cafés once written: their supply, and when they are open, by jobs."""
    follow_supplies(ids=[cafe.pk for cafe in real], actor=actor, now=now)
    ids = [cafe.pk for cafe in changed if cafe.hours]
    if ids:
        jobs.enqueue("cafes.compute_some", arguments={"cafes": ids}, actor=actor, now=now)


def _write_hours(cafe: Cafe, values: Values) -> list[str]:
    """Give a café the hours of a line; the fields that changed."""
    said: dict[str, Any] = {name: str(values.get(key, "")) for key, name in HOURS.items()}
    confirmed = str(values.get("horaires_confirmes_le", ""))
    said["hours_confirmed_at"] = _moment(confirmed) if confirmed else None
    changed = [name for name, value in said.items() if getattr(cafe, name) != value]
    for name in changed:
        setattr(cafe, name, said[name])
    return changed


def _moment(text: str) -> dt.datetime:
    """A moment; a day is its noon."""
    if len(text) > len("2024-03-01"):
        return dt.datetime.fromisoformat(text)
    noon = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(12))
    return timezone.make_aware(noon)


def _take_services(cafe: Cafe, known: Sequence[CafeService], values: Values, kept: _Kept) -> bool:
    said = services_said(values)
    if said == {row.code: row.status for row in known}:
        return False
    for row in known:
        if row.code not in said and row.status == ServiceStatus.RUNNING and _is_vouched_for(row):
            # What people said of it (with whom, since when) is not erased by a file that does not name it.
            row.status = ServiceStatus.SUSPENDED
            kept.services.append(row)
        elif row.code not in said:
            kept.gone.append(row)
        elif row.status != said[row.code]:
            row.status = said[row.code]
            kept.services.append(row)
    having = {row.code for row in known}
    kept.services += [
        CafeService(cafe=cafe, code=code, status=ServiceStatus(status))
        for code, status in said.items()
        if code not in having
    ]
    return True


def _is_vouched_for(row: CafeService) -> bool:
    """Whether somebody said something of a service, that no file brought."""
    return bool(row.confirmed_on or row.partner_id or row.hours or row.started_on or row.ended_on or row.note)


def _take_contact(cafe: Cafe, known: Sequence[CafeContact], values: Values, kept: _Kept) -> None:
    said = contact_said(values)
    if len(known) > 1:
        if said:
            raise CafeError("contact_nom", "Ce café a plusieurs contacts : corrigez-les sur sa page.")
        return
    if not said:
        kept.gone += known
    elif not known:
        kept.contacts.append(CafeContact(cafe=cafe, **said, confirmed_at=kept.now))
    elif said != {name: getattr(known[0], name) for name in said}:
        for name, value in said.items():
            setattr(known[0], name, value)
        kept.contacts.append(known[0])


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.cafe_id].append(row)
    return found


@transaction.atomic
def change(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Write what is now said of cafés; the journal says what of each changed."""
    written, kept = Written(), _Kept(now, actor)
    told = _told(rows, actor, written)
    known = _Known(told)
    changed: list[Cafe] = []
    fields: set[str] = set()
    data = []
    for number, details in told.items():
        cafe, values = known.cafes[int(number)], rows[number]
        tracks = Tracks(known.entries[cafe.pk], now=now, today=timezone.localdate(now))
        try:
            tracks.say(values)
            _take_contact(cafe, known.contacts[cafe.pk], values, kept)
        except CafeError as error:
            written.refused[number] = str(error)
            continue
        kept.take_tracks(cafe, tracks)
        _take_services(cafe, known.services[cafe.pk], values, kept)
        fields |= {*write_values(cafe, details), *_write_hours(cafe, values)}
        written.done[number] = number
        data.append(known.words(number, values))
        changed.append(cafe)
    if fields:
        Cafe.objects.bulk_update(changed, sorted({*fields, "key"}), batch_size=100)
    kept.save()
    settle(changed, actor=actor, now=now)
    _go_on([], changed, actor, now)
    _tell_changes(changed, data, actor, now)
    return written


class _Known:
    """Cafés about to change, and all that is theirs: few queries for all."""

    def __init__(self, numbers: Iterable[Any]) -> None:
        ids = [int(number) for number in numbers]
        self.cafes = cafes().select_for_update(of=("self",)).in_bulk(ids)
        self.before = current([str(pk) for pk in ids], lock=False)
        self.entries = _grouped(tracks_of(ids))
        self.services = _grouped(CafeService.objects.filter(cafe__in=ids).order_by("pk"))
        self.contacts = _grouped(CafeContact.objects.filter(cafe__in=ids).order_by("pk"))

    def words(self, number: Any, values: Values) -> str:
        """What of a café a line changes, as people call it."""
        was = self.before[str(number)].values
        return ", ".join(
            label for key, label in _LABELS.items() if key in was and was[key] != values.get(key, "")
        )


def _tell_changes(changed: Sequence[Cafe], data: Sequence[str], actor: Actor, now: dt.datetime) -> None:
    told = [(cafe, words) for cafe, words in zip(changed, data, strict=True) if words]
    journal.record_all(
        actor=actor,
        verb="cafes.cafe_changed",
        targets=[cafe for cafe, _ in told],
        now=now,
        data=[{"fields": words} for _, words in told],
    )


@transaction.atomic
def remove(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Take out cafés that an import brought, but for those that serve by now."""
    written = Written()
    known = cafes().in_bulk([int(number) for number in rows])
    used = used_by(Cafe, list(known), besides=_OWN)
    keys = {f"cafe:{pk}": pk for pk in known}
    for model in (Role, Invitation):
        worn = model._default_manager.filter(perimeter__in=list(keys)).order_by()
        for key in worn.values_list("perimeter", flat=True):
            used.setdefault(keys[key], str(model._meta.verbose_name_plural))
    gone = []
    for number in rows:
        pk = int(number)
        if pk in used:
            written.refused[number] = f"Le café sert ailleurs ({used[pk]}) : il est laissé."
        else:
            written.done[number] = number
            gone.append(known[pk])
    journal.record_all(actor=actor, verb="cafes.cafe_withdrawn", targets=gone, now=now)
    ids = [cafe.pk for cafe in gone]
    Cafe.objects.filter(pk__in=ids).delete()
    follow_supplies(ids=ids, actor=actor, now=now)
    return written
