"""Readers of the files that count places: BPE, Sirene, La Poste, France services."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from millecafes.territory.catalogue import FileRule
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers import Job, Keys, Mapped, begin, new_result, open_sheet, sum_of

Counts = dict[str, dict[str, float]]


def _whole(value: Any, name: str, line: int) -> float:
    cell = sum_of((value,), [0], name, line)
    if cell.value is None or cell.value != int(cell.value):
        raise SourceError(name, f"le compte « {value} »", "un nombre entier", line=line)
    return cell.value


def read_counts(job: Job) -> Mapped:
    """One row per commune, one column of counts per service."""
    rule = job.rule
    sheet, result = begin(job)
    name, keys = sheet.table.name, Keys(sheet.table.name)
    result.supply = {service: {} for service in rule.columns}
    for line, cells in sheet.rows():
        code = keys.read(cells[sheet.at("key")], line)
        if code is None:
            continue
        keys.once(code, line)
        for service in rule.columns:
            result.supply[service][code] = _whole(cells[sheet.at(service)], name, line)
    result.rows, result.notes = len(keys.lines), keys.notes()
    return result


def _latest(periods: dict[str, Counts], rule: FileRule, name: str) -> tuple[str, Counts]:
    """The newest vintage of a file that may hold several."""
    if not periods:
        kinds = ", ".join(sorted({kind for kinds in rule.equipment.values() for kind in kinds}))
        raise SourceError(name, "aucun équipement recherché", f"des lignes de type {kinds}")
    newest = max(periods)
    if not newest.isdigit() or len(newest) != 4:
        raise SourceError(name, f"le millésime « {newest} »", "une année")
    return newest, periods[newest]


def read_bpe(job: Job) -> Mapped:
    """One row per place (commune or neighbourhood) and type of equipment; long or Melodi."""
    sheet = open_sheet(job)
    name, keys = sheet.table.name, Keys(sheet.table.name)
    services = _services_by_kind(job.rule)
    melodi = "object" in job.rule.columns
    at = {column: sheet.at(column) for column in (*job.rule.columns, "key", "vintage")}
    periods: dict[str, Counts] = defaultdict(lambda: {key: defaultdict(float) for key in job.rule.equipment})
    seen: dict[tuple[str, str, str], int] = {}
    rows = 0
    for line, cells in sheet.rows():
        rows += 1
        kind = cells[at["type"]]
        if kind not in services:
            continue
        if melodi and (cells[at["object"]] != "COM" or cells[at["measure"]] != "FACILITIES"):
            continue
        code = keys.read(cells[at["key"]], line)
        if code is None:
            continue
        period = str(cells[at["vintage"]]).strip()
        if melodi:  # the long format repeats a commune for each of its neighbourhoods
            _once(seen, (code, kind, period), name, line)
        count = _whole(cells[at["value"]], name, line)
        for service in services[kind]:
            periods[period][service][code] += count
    period, supply = _latest(periods, job.rule, name)
    result = new_result(job, period)
    result.supply = {service: dict(counts) for service, counts in supply.items()}
    result.rows, result.notes = rows, keys.notes()
    return result


def _services_by_kind(rule: FileRule) -> dict[str, list[str]]:
    """Type of equipment → the services it counts for."""
    services: dict[str, list[str]] = defaultdict(list)
    for service, kinds in rule.equipment.items():
        for kind in kinds:
            services[kind].append(service)
    return dict(services)


def _once(seen: dict[tuple[str, str, str], int], key: tuple[str, str, str], name: str, line: int) -> None:
    """Refuse a second row for a commune, a type and a vintage."""
    before = seen.setdefault(key, line)
    if before != line:
        found = f"{key[1]} à {key[0]} une deuxième fois (déjà ligne {before})"
        raise SourceError(name, found, "une ligne par commune et par type", line=line)


def read_establishments(job: Job) -> Mapped:
    """Sirene: active establishments of some activities, counted by commune."""
    rule = job.rule
    sheet, result = begin(job)
    keys = Keys(sheet.table.name)
    services = {activity: service for service, codes in rule.activities.items() for activity in codes}
    supply: Counts = {service: defaultdict(float) for service in rule.activities}
    at = {column: sheet.at(column) for column in (*rule.columns, "key")}
    homeless = 0
    for line, cells in sheet.rows():
        service = services.get(cells[at["activity"]])
        if service is None or cells[at["state"]] != "A" or cells[at["nomenclature"]] != "NAFRev2":
            continue
        code = keys.read(cells[at["key"]], line)
        if code is None:
            homeless += 1
            continue
        supply[service][code] += 1
        result.rows += 1
    if not result.rows:
        wanted = ", ".join(services)
        raise SourceError(
            sheet.table.name, "aucun établissement actif", f"des établissements {wanted} (NAFRev2)"
        )
    result.supply = {service: dict(counts) for service, counts in supply.items()}
    result.notes = keys.notes()
    if homeless:
        result.notes.append(f"{homeless} établissements sans code de commune")
    return result


def read_points(job: Job) -> Mapped:
    """One row per place, with an identifier: counted by commune."""
    rule = job.rule
    sheet, result = begin(job)
    name, keys = sheet.table.name, Keys(sheet.table.name)
    counts: dict[str, float] = defaultdict(float)
    identifiers: dict[str, int] = {}
    aside = 0
    for line, cells in sheet.rows():
        if any(cells[sheet.at(column)] not in accepted for column, accepted in rule.keep.items()):
            aside += 1
            continue
        identifier = str(cells[sheet.at("id")])
        if identifiers.setdefault(identifier, line) != line:
            found = f"l’identifiant {identifier} une deuxième fois (déjà ligne {identifiers[identifier]})"
            raise SourceError(name, found, "une ligne par point", line=line)
        code = keys.read(cells[sheet.at("key")], line)
        if code is None:
            aside += 1
            continue
        counts[code] += 1
        result.rows += 1
    result.supply = {rule.service: dict(counts)}
    result.notes = keys.notes()
    if aside:
        result.notes.append(f"{aside} lignes écartées (hors de France ou sans code)")
    return result
