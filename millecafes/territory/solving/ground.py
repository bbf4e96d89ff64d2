"""The communes of the programme as arrays: the ground every computation stands on."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from millecafes.territory.queries.access import commune_rows, massif_rows, supply_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from millecafes.engines.geo.distances import Points

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

LANDMASSES_FILE = Path(__file__).with_name("landmasses.toml")
NO_POINT = -1


@dataclass(frozen=True)
class Ground:
    """Communes of the programme, in the order of their codes.

    `population` is nan when unknown; `landmass` numbers the groups that roads join, `NO_POINT`
    where the commune has no point (its place in `points` then means nothing).
    """

    codes: list[str]
    index: dict[str, int]
    population: Floats
    points: Points
    landmass: Ints

    def __len__(self) -> int:
        return len(self.codes)

    def counts(self, rows: list[tuple[str, int]]) -> Ints:
        """Rows (code, count) as one count per commune; the largest when a commune has several."""
        import numpy as np

        counts = np.zeros(len(self), dtype=np.int64)
        at = [(self.index[code], count) for code, count in rows if code in self.index]
        if at:
            place, count = np.array(at, dtype=np.int64).T
            np.maximum.at(counts, place, count)
        return counts


@cache
def _isolated() -> dict[str, str]:
    with LANDMASSES_FILE.open("rb") as file:
        groups: dict[str, list[str]] = tomllib.load(file)["groups"]
    return {prefix: name for name, prefixes in groups.items() for prefix in prefixes}


def landmass_of(code: str) -> str:
    """The name of the group of communes that roads join to this one."""
    isolated = _isolated()
    mainland = code[:3] if code.startswith("97") else "continent"
    return isolated.get(code) or isolated.get(code[:2]) or mainland


def load_ground() -> Ground:
    """Read the communes of the programme, their points and their terrain (two or three queries)."""
    import numpy as np

    from millecafes.engines.geo.distances import MOUNTAIN, PLAIN, UNKNOWN, Points

    rows = commune_rows()
    codes = [row[0] for row in rows]
    index = {code: i for i, code in enumerate(codes)}
    numbers = np.array([row[1:4] for row in rows], dtype=np.float64).reshape(-1, 3)
    located: npt.NDArray[np.bool_] = np.isfinite(numbers[:, 1]) & np.isfinite(numbers[:, 2])
    names: dict[str, int] = {}
    landmass = np.array([names.setdefault(landmass_of(code), len(names)) for code in codes], dtype=np.int64)
    terrain = np.full(len(codes), UNKNOWN)
    for code, level in massif_rows():
        if level is not None and code in index:
            terrain[index[code]] = MOUNTAIN if level > 0 else PLAIN
    points = np.where(located[:, None], numbers[:, 1:], 0.0)
    return Ground(
        codes=codes,
        index=index,
        population=numbers[:, 0],
        points=Points(points[:, 0], points[:, 1], terrain),
        landmass=np.where(located, landmass, NO_POINT),
    )


def supply_counts(ground: Ground, service: str, dataset: int | None) -> tuple[Ints, Ints]:
    """Places per commune of a service: according to the dataset, and according to declarations.

    Declarations add up in a commune (two declared cafés are two); a dataset has one row per commune.
    """
    loaded, declared = supply_rows(service, dataset)
    return ground.counts(loaded), ground.counts(declared)
