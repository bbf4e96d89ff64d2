"""Today's communes and former codes, from the database, as conversion needs them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from millecafes.territory.catalogue import RE_ESTABLISHED, Reestablished
from millecafes.territory.enums import NameKind, RunState, Zone
from millecafes.territory.importing.convert import Place, Territory
from millecafes.territory.importing.readers import Movement
from millecafes.territory.models import Commune, ImportRun, PlaceName

MOVEMENTS = "cog_mouvements"
_MERGES = {"31", "32", "33"}
_END = {"31", "32", "33", "41", "50"}
_SPLITS = {"20", "21"}
_EARLIEST = "2012"


def current_territory() -> Territory:
    """Read communes, former codes and what the movement file told (three queries)."""
    places = {
        code: Place(departement, zone == Zone.DROM)
        for code, departement, zone in Commune.objects.exclude(zone=Zone.COM).values_list(
            "code", "departement_id", "zone"
        )
    }
    targets: dict[str, set[str]] = defaultdict(set)
    names = PlaceName.objects.exclude(kind=NameKind.CURRENT).values_list("code", "commune_id")
    for code, commune in names.distinct():
        targets[code].add(commune)
    former = {code: found.copy().pop() for code, found in targets.items() if len(found) == 1}
    told = _told_by_movements()
    return Territory(
        places=places,
        former={code: commune for code, commune in former.items() if commune in places},
        re_established=tuple({item.code: item for item in (*RE_ESTABLISHED, *told[0])}.values()),
        merged=told[1],
    )


def _told_by_movements() -> tuple[tuple[Reestablished, ...], dict[str, tuple[tuple[str, dt.date], ...]]]:
    run = (
        ImportRun.objects.filter(source=MOVEMENTS, state=RunState.APPLIED)
        .order_by("-started_at", "-id")
        .first()
    )
    summary = run.summary if run else {}
    splits = tuple(
        Reestablished(code, parent, dt.date.fromisoformat(on))
        for code, parent, on in summary.get("re_established", [])
    )
    merged: dict[str, list[tuple[str, dt.date]]] = defaultdict(list)
    for old, new, on in summary.get("merged", []):
        merged[new].append((old, dt.date.fromisoformat(on)))
    return splits, {code: tuple(parts) for code, parts in merged.items()}


def ends_of_codes(movements: list[Movement]) -> dict[str, dt.date]:
    """The day each former code ceased to be a commune of its own (the last time it did)."""
    last: dict[str, str] = {}
    for move in movements:
        if move.kind in _END and move.type_before == "COM" and move.before != move.after:
            last[move.before] = max(last.get(move.before, ""), move.on)
    return {code: dt.date.fromisoformat(on) for code, on in last.items()}


def recent_changes(movements: list[Movement]) -> dict[str, list[list[str]]]:
    """Recent splits as [code, parent, day] and merges as [old, new, day]."""
    splits, merges = [], []
    for move in movements:
        between = move.type_before == move.type_after == "COM" and move.before != move.after
        if not between or move.on < _EARLIEST:
            continue
        if move.kind in _SPLITS:
            splits.append([move.after, move.before, move.on])
        elif move.kind in _MERGES:
            merges.append([move.before, move.after, move.on])
    return {"re_established": sorted(splits), "merged": sorted(merges)}
