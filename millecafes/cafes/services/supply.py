"""What an open café brings to its commune, declared to `territory` by a job, and taken back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Activity, CafeModel, ServiceStatus
from millecafes.cafes.models import Cafe, CafeService
from millecafes.common import jobs
from millecafes.common.actors import Actor
from millecafes.territory.enums import Service
from millecafes.territory.models import Supply
from millecafes.territory.rules import is_in_programme
from millecafes.territory.services.access import declare_supply

# By job: each declaration computes minutes anew around its commune.
_BY_JOB = 200


def follow_supply(*, cafe: Cafe, actor: Actor, now: dt.datetime) -> None:
    """Ask for a job when what a café brings is no longer what was declared for it."""
    if not cafe.is_demo:
        follow_supplies(ids=[cafe.pk], actor=actor, now=now)


def follow_supplies(*, ids: Iterable[int], actor: Actor, now: dt.datetime) -> int:
    """Ask for jobs for the cafés that bring something else than what was declared; how many cafés."""
    late = sorted(differing(ids, now))
    for start in range(0, len(late), _BY_JOB):
        part = late[start : start + _BY_JOB]
        jobs.enqueue("cafes.declare_supply", arguments={"cafes": part}, actor=actor, now=now)
    return len(late)


def differing(
    ids: Iterable[int], now: dt.datetime
) -> dict[int, tuple[set[tuple[str, str]], set[tuple[str, str]]]]:
    """By café, the pairs (commune, service) that it brings and that are declared, where these differ."""
    numbers = list(ids)
    brought, declared = _brought(numbers, now), _declared(numbers)
    return {
        number: (brought[number], declared[number])
        for number in numbers
        if brought[number] != declared[number]
    }


def _brought(ids: list[int], now: dt.datetime) -> dict[int, set[tuple[str, str]]]:
    """What open cafés bring: their running services that the territory counts.

    An invented café brings nothing. Nor does a mobile one: it is not there every day.
    """
    today = timezone.localdate(now)
    rows = (
        CafeService.objects.filter(
            cafe__in=ids, cafe__activity=Activity.OPEN, cafe__is_demo=False, status=ServiceStatus.RUNNING
        )
        .exclude(cafe__model=CafeModel.ITINERANT)
        .exclude(started_on__gt=today)
        .exclude(ended_on__lt=today)
        .select_related("cafe__commune")
        .order_by()
    )
    kinds = catalogue.services()
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        supplies = kinds[row.code].supplies if row.code in kinds else ""
        if supplies and is_in_programme(row.cafe.commune):
            found[row.cafe_id].add((row.cafe.commune_id, supplies))
    return found


def _declared(ids: list[int]) -> dict[int, set[tuple[str, str]]]:
    names = {f"cafe:{number}": number for number in ids}
    rows = Supply.objects.filter(declared_by__in=list(names)).order_by()
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for name, commune, service in rows.values_list("declared_by", "commune", "service"):
        found[names[name]].add((commune, service))
    return found


def declare(*, ids: Iterable[int], actor: Actor, now: dt.datetime) -> int:
    """Declare what these cafés bring now, and take back what they no longer bring; how many declarations.

    May be done again: what is declared already is left alone.
    """
    done = 0
    for number, (brought, declared) in sorted(differing(ids, now).items()):
        changes = [*((pair, 0) for pair in declared - brought), *((pair, 1) for pair in brought - declared)]
        for (commune, service), count in sorted(changes):
            declare_supply(
                commune=commune,
                service=Service(service),
                count=count,
                declared_by=f"cafe:{number}",
                on=timezone.localdate(now),
                actor=actor,
                now=now,
            )
            done += 1
    return done


def all_ids() -> list[int]:
    """The numbers of every café that is real, or was declared."""
    return list(Cafe.objects.filter(is_demo=False).order_by("pk").values_list("pk", flat=True))
