"""The invented network: 221 cafés on the map and some that closed or left, over 70 départements."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import catalogue
from millecafes.cafes.enums import (
    VARIANTS,
    Activity,
    CafeKind,
    CafeModel,
    EventKind,
    Origin,
    PlaceOrigin,
    Relation,
    ServiceStatus,
    Track,
    Wheelchair,
)
from millecafes.cafes.models import Cafe
from millecafes.cafes.services import (
    CafeDetails,
    ServiceDetails,
    StopDetails,
    add_cafe,
    record_event,
    record_state,
    set_hours,
    set_service,
    set_stop,
)
from millecafes.common.actors import Actor
from millecafes.territory.enums import Zone
from millecafes.territory.models import Commune
from millecafes.territory.rules import ELIGIBLE_POPULATION

_FIRST_DAY = dt.date(2019, 11, 25)
_MODELS = {
    CafeKind.NETWORK: CafeModel.ENTREPRENEURIAL,
    CafeKind.INDEPENDENT: CafeModel.ENTREPRENEURIAL,
    CafeKind.ITINERANT: CafeModel.ITINERANT,
    CafeKind.ASSOCIATIVE: CafeModel.ASSOCIATIVE,
}
_BASE = ("boissons", "lieu-de-rencontre")
# About a kilometre at most from the point of the commune, so that no two stand on one spot.
_SPREAD = 0.004
Entries = list[tuple[Track, str, dt.date, str]]


@dataclass(frozen=True)
class _Told:
    """Who invents, and when."""

    actor: Actor
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)


@cache
def network() -> dict[str, Any]:
    """What the network is made of (network.toml)."""
    with (Path(__file__).parents[1] / "network.toml").open("rb") as file:
        return tomllib.load(file)


def seed_network(*, actor: Actor, now: dt.datetime) -> int:
    """Invent the network once; how many cafés. The same ones for the same communes and the same day."""
    if Cafe.objects.filter(is_demo=True).exists():
        return 0
    dice = random.Random(network()["seed"])  # noqa: S311 - for show
    told = _Told(actor, now)
    kinds = [CafeKind(kind) for kind, count in network()["kinds"].items() for _ in range(count)]
    gone = [state for state, count in network()["gone"].items() for _ in range(count)]
    dice.shuffle(kinds)
    places = _places(dice, len(kinds) + len(gone))
    names: set[str] = set()
    for rank, commune in enumerate(places):
        leaves = "" if rank < len(kinds) else gone[rank - len(kinds)]
        kind = kinds[rank] if not leaves else dice.choice(list(CafeKind))
        _invent(dice, kind, commune, leaves, names, told)
    return len(places)


def _places(dice: random.Random, count: int) -> list[Commune]:
    """Communes of the programme, spread over 70 départements; Técou first, where the cast lives."""
    rows = (
        Commune.objects.filter(
            zone=Zone.METRO, population__gte=150, population__lt=ELIGIBLE_POPULATION, lat__isnull=False
        )
        .select_related("departement")
        .order_by("code")
    )
    by_departement: dict[str, list[Commune]] = {}
    for commune in rows:
        by_departement.setdefault(commune.departement_id, []).append(commune)
    codes = sorted(by_departement)
    chosen = sorted(dice.sample(codes, min(len(codes), network()["departements"])))
    if "81" in codes and "81" not in chosen:
        chosen[0] = "81"
    for code in chosen:
        dice.shuffle(by_departement[code])
    # One café in each département, then a second in each, and so on.
    rounds = max((len(by_departement[code]) for code in chosen), default=0)
    found = [
        by_departement[code][turn]
        for turn in range(rounds)
        for code in chosen
        if turn < len(by_departement[code])
    ]
    first = [commune for commune in rows if commune.code == "81294"]
    return [*first, *(commune for commune in found if commune.code != "81294")][:count]


def _invent(
    dice: random.Random, kind: CafeKind, commune: Commune, leaves: str, names: set[str], told: _Told
) -> None:
    opened, entries = _life(dice, kind, leaves, told.today)
    if not names:
        # The café of the cast, in Técou, has been open for years.
        while opened is None or (told.today - opened).days < 700:
            opened, entries = _life(dice, kind, leaves, told.today)
    model = _MODELS[kind]
    asked = told.actor, told.now
    cafe = add_cafe(details=_details(dice, kind, model, commune, names, told), actor=asked[0], now=asked[1])
    for track, state, on, reason in entries:
        record_state(cafe=cafe, track=track, state=state, on=on, reason=reason, actor=asked[0], now=asked[1])
    _services(dice, cafe, opened, told)
    if opened is not None:
        _hours(dice, cafe, kind, told)
    if opened and dice.random() < 0.12:
        on = opened + dt.timedelta(days=dice.randrange(200, 500))
        if on < told.today:
            record_event(cafe=cafe, kind=EventKind.HANDOVER, on=on, reason="", actor=asked[0], now=asked[1])


def _details(
    dice: random.Random, kind: CafeKind, model: CafeModel, commune: Commune, names: set[str], told: _Told
) -> CafeDetails:
    lat, lon = commune.lat or 0.0, commune.lon or 0.0
    return CafeDetails(
        name=_name(dice, kind, commune, names),
        commune=commune,
        model=model,
        variant=dice.choice(VARIANTS[model]),
        origin=Origin.INDEPENDENT if kind == CafeKind.INDEPENDENT else Origin.PROGRAMME,
        address=f"{dice.randrange(1, 30)} place de la Mairie" if dice.random() < 0.6 else "",
        latitude=round(lat + dice.uniform(-_SPREAD, _SPREAD), 5),
        longitude=round(lon + dice.uniform(-_SPREAD, _SPREAD), 5),
        place_origin=PlaceOrigin.MOVED,
        story=dice.choice(network()["stories"][kind.value]),
        # Numbers kept for fiction by the regulator.
        phone=f"01 99 00 {dice.randrange(100):02d} {dice.randrange(100):02d}",
        wheelchair=dice.choice([*Wheelchair, Wheelchair.YES, ""]),
        languages=("fr", *dice.sample(["en", "de", "es", "it", "nl"], dice.randrange(3))),
        payment=("cash", *(["card"] if dice.random() < 0.85 else [])),
        espresso_cents=dice.randrange(12, 19) * 10,
        espresso_on=told.today - dt.timedelta(days=dice.randrange(10, 300)),
        is_another=True,
    )


def _name(dice: random.Random, kind: CafeKind, commune: Commune, names: set[str]) -> str:
    lists: dict[str, list[str]] = network()["names"]
    for _ in range(50):
        if kind in {CafeKind.ASSOCIATIVE, CafeKind.ITINERANT}:
            name = dice.choice(lists[kind.value])
        else:
            name = f"{dice.choice(lists['first'])} {dice.choice(lists['second'])}"
        if name not in names:
            break
        name = f"{name}, {commune.name}"
        if name not in names:
            break
    names.add(name)
    return name


def _life(dice: random.Random, kind: CafeKind, leaves: str, today: dt.date) -> tuple[dt.date | None, Entries]:
    """The two tracks of a café since 2019, and the day it opened."""
    days = (today - _FIRST_DAY).days
    # More and more cafés each year; those that closed are not the last ones.
    since = _FIRST_DAY + dt.timedelta(days=int(days * (dice.random() * (0.7 if leaves else 0.97)) ** 0.6))
    entries: Entries = [(Track.RELATION, Relation.APPLIED, since, "Candidature de la mairie")]
    accompanied = min(today, since + dt.timedelta(days=dice.randrange(30, 200)))
    entries.append((Track.RELATION, Relation.ACCOMPANIED, accompanied, "Avis du comité d’instruction"))
    if kind == CafeKind.INDEPENDENT:
        opened: dt.date | None = since - dt.timedelta(days=dice.randrange(400, 6_000))
    else:
        entries.append((Track.ACTIVITY, Activity.OPENING, accompanied, ""))
        later = accompanied + dt.timedelta(days=dice.randrange(200, 500))
        opened = later if later < today else None
    if opened is not None:
        entries.append((Track.ACTIVITY, Activity.OPEN, opened, ""))
    member = max(opened or today, accompanied + dt.timedelta(days=60))
    if opened is not None and member < today:
        entries.append((Track.RELATION, Relation.MEMBER, member, ""))
    return opened, [*entries, *_end(dice, leaves, opened, member, today)]


def _end(
    dice: random.Random, leaves: str, opened: dt.date | None, member: dt.date, today: dt.date
) -> Entries:
    """How a café closed, left, or paused."""
    last = min(today, member + dt.timedelta(days=dice.randrange(100, 700)))
    if leaves == "left":
        return [(Track.RELATION, Relation.LEFT, last, "Le café continue sans le réseau")]
    if leaves == "closed" and opened is not None and opened < last:
        return [(Track.ACTIVITY, Activity.CLOSED, last, "Départ de la gérance, sans reprise")]
    if leaves == "closed":
        return [(Track.RELATION, Relation.LEFT, last, "Projet abandonné : pas de local")]
    if opened is not None and dice.random() < 0.04:
        paused = today - dt.timedelta(days=dice.randrange(5, 60))
        if opened < paused:
            return [(Track.ACTIVITY, Activity.PAUSED, paused, "Travaux")]
    return []


def _hours(dice: random.Random, cafe: Cafe, kind: CafeKind, told: _Told) -> None:
    """Hours said some days ago, three times in four by the café itself; one café in twelve has none.

    One that moves has stops instead.
    """
    days = dice.randrange(1, 100)
    said, actor = told.now - dt.timedelta(days=days), told.actor
    if days % 4:
        actor = replace(actor, kind=RoleKind.MANAGER, perimeter=f"cafe:{cafe.pk}")
    patterns = network()["hours"][kind.value]
    if kind == CafeKind.ITINERANT:
        around = Commune.objects.filter(
            departement=cafe.commune.departement_id, population__lt=ELIGIBLE_POPULATION, lat__isnull=False
        ).order_by("code")
        places = [cafe.commune, *dice.sample(list(around[:60]), 2)]
        for commune, hours in zip(places, patterns, strict=False):
            details = StopDetails("Place de la mairie", commune, hours)
            set_stop(cafe=cafe, details=details, actor=actor, now=said)
    elif dice.random() < 0.92:
        set_hours(cafe=cafe, hours=dice.choice(patterns), actor=actor, now=said)


def _services(dice: random.Random, cafe: Cafe, opened: dt.date | None, told: _Told) -> None:
    others = [code for code in catalogue.services() if code not in _BASE]
    for code in (*_BASE, *dice.sample(others, dice.randrange(2, 6))):
        if opened is None:
            status = ServiceStatus.WANTED if dice.random() < 0.5 else ServiceStatus.SETUP
        else:
            status = ServiceStatus.SUSPENDED if dice.random() < 0.05 else ServiceStatus.RUNNING
        details = ServiceDetails(status=status, started_on=opened)
        confirmed = told.now - dt.timedelta(days=dice.randrange(1, 120))
        set_service(cafe=cafe, code=code, details=details, actor=told.actor, now=confirmed)
