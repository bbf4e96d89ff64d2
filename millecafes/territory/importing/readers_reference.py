"""Readers of the files that describe the communes themselves: former codes, movements, centres."""

from __future__ import annotations

import re

from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers import Job, Mapped, Movement, begin
from millecafes.territory.importing.readers_columns import commune_code, number


def read_passage(job: Job) -> Mapped:
    """Former code → code of today."""
    sheet, result = begin(job)
    for line, cells in sheet.rows():
        former, current = (
            commune_code(cells[sheet.at(column)], sheet.table.name, line) for column in ("former", "current")
        )
        if former and current:
            result.former[former] = current
    result.rows = len(result.former)
    return result


def read_movements(job: Job) -> Mapped:
    """The movement file, line by line."""
    sheet, result = begin(job)
    order = [sheet.at(column) for column in Movement._fields]
    for line, cells in sheet.rows():
        values = [str(cells[position] or "").strip() for position in order]
        if not re.match(r"^\d{4}-\d\d-\d\d$", values[1]):
            raise SourceError(sheet.table.name, f"la date « {values[1]} »", "aaaa-mm-jj", line=line)
        result.movements.append(Movement(*values))
    result.rows = len(result.movements)
    return result


def read_centroids(job: Job) -> Mapped:
    """A point per commune, in degrees."""
    sheet, result = begin(job)
    name = sheet.table.name
    for line, cells in sheet.rows():
        code = commune_code(cells[sheet.at("code")], name, line)
        lon, lat = (number(cells[sheet.at(column)], name, line)[0] for column in ("lon", "lat"))
        if code is None or lon is None or lat is None:
            continue
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise SourceError(name, f"le point {lon:g}, {lat:g}", "une longitude et une latitude", line=line)
        result.points[code] = (lon, lat)
    result.rows = len(result.points)
    return result
