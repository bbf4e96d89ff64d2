"""OSRM over HTTP: minutes by road of pairs of points, from the `table` service of a server one runs.

`solving.travel.OsrmTimes` makes it a provider of travel times; nothing here knows the engines.
Requests are never repeated: a server that fails says so at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# OSRM refuses more coordinates by default (--max-table-size 100).
TABLE_SIZE = 100
TIMEOUT_SECONDS = 30.0


class OsrmError(RuntimeError):
    """The OSRM server did not answer as expected."""


@dataclass(frozen=True)
class _Chunk:
    """Pairs `start` to `stop`, and the row and column of each in one table."""

    start: int
    stop: int
    origins: list[tuple[float, float]]
    destinations: list[tuple[float, float]]
    cells: list[tuple[int, int]]


@dataclass(frozen=True)
class OsrmTable:
    """The `table` service of one server, for cars."""

    url: str
    profile: str = "driving"
    table_size: int = TABLE_SIZE

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"url: expected http://… or https://…, got {self.url!r}")
        if not 2 <= self.table_size <= 10_000:
            raise ValueError(f"table_size (coordinates): expected from 2 to 10000, got {self.table_size}")

    def minutes(self, lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
        """Minutes of each pair, nan where the server knows no road between the two."""
        import numpy as np

        origins = list(zip(lon1.tolist(), lat1.tolist(), strict=True))
        destinations = list(zip(lon2.tolist(), lat2.tolist(), strict=True))
        found = np.full(len(origins), np.nan)
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            for chunk in _chunks(origins, destinations, self.table_size):
                table = self._table(client, chunk)
                found[chunk.start : chunk.stop] = [
                    np.nan if table[row][column] is None else table[row][column] / 60
                    for row, column in chunk.cells
                ]
        return found

    def _table(self, client: httpx.Client, chunk: _Chunk) -> list[list[float]]:
        """Seconds from each origin to each destination of the chunk (None: no road)."""
        n, m = len(chunk.origins), len(chunk.destinations)
        points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in chunk.origins + chunk.destinations)
        query = {
            "sources": ";".join(map(str, range(n))),
            "destinations": ";".join(map(str, range(n, n + m))),
            "annotations": "duration",
        }
        address = f"{self.url.rstrip('/')}/table/v1/{self.profile}/{points}"
        try:
            answer = client.get(address, params=query)
            body = answer.json()
        except httpx.HTTPError as error:
            raise OsrmError(
                f"Le serveur OSRM {self.url} ne répond pas : {error or type(error).__name__}."
            ) from error
        except ValueError as error:
            raise OsrmError(
                f"Le serveur OSRM {self.url} a répondu autre chose que du JSON (HTTP {answer.status_code})."
            ) from error
        code = body.get("code") if isinstance(body, dict) else None
        if answer.status_code != 200 or code != "Ok":
            detail = body.get("message", "") if isinstance(body, dict) else ""
            raise OsrmError(
                f"Le serveur OSRM {self.url} refuse : {code} {detail} (HTTP {answer.status_code})."
            )
        table: list[list[float]] = body.get("durations") or []
        if len(table) != n or any(len(row) != m for row in table):
            raise OsrmError(f"Le serveur OSRM {self.url} n’a pas rendu un tableau de {n} lignes sur {m}.")
        return table


def _chunks(
    origins: list[tuple[float, float]], destinations: list[tuple[float, float]], size: int
) -> Iterator[_Chunk]:
    """Pairs in order, cut where one table would need more than `size` coordinates."""
    start = 0
    rows: dict[tuple[float, float], int] = {}
    columns: dict[tuple[float, float], int] = {}
    cells: list[tuple[int, int]] = []
    for position, (origin, destination) in enumerate(zip(origins, destinations, strict=True)):
        needed = len({origin, *rows}) + len({destination, *columns})
        if needed > size:
            yield _Chunk(start, position, list(rows), list(columns), cells)
            start, rows, columns, cells = position, {}, {}, []
        cells.append((rows.setdefault(origin, len(rows)), columns.setdefault(destination, len(columns))))
    if cells:
        yield _Chunk(start, len(origins), list(rows), list(columns), cells)
