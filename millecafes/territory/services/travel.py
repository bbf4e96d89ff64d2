"""The ground and its minutes, for the computations of rooms above: the same as on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millecafes.territory.queries.access import osrm_url, service_datasets
from millecafes.territory.queries.datasets import supply_unknown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from millecafes.territory.enums import Service
    from millecafes.territory.models import Dataset
    from millecafes.territory.solving.ground import Ground

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]


def ground() -> Ground:
    """The communes of the programme as arrays (two queries)."""
    from millecafes.territory.solving.ground import load_ground

    return load_ground()


def is_by_road() -> bool:
    """Whether minutes come from a road network; else from the formula."""
    return bool(osrm_url())


def supply_of(ground: Ground, service: Service) -> tuple[Ints, Mask, Dataset | None]:
    """Places of a service by commune, counted and declared; where nobody knows; and who counted them.

    Without a dataset, only what was declared.
    """
    import numpy as np

    from millecafes.territory.solving.ground import supply_counts

    dataset = service_datasets()[service]
    loaded, declared = supply_counts(ground, service, dataset.pk if dataset else None)
    unknown = np.zeros(len(ground), dtype=np.bool_)
    if dataset:
        unsaid = supply_unknown().get(service, frozenset())
        unknown[[ground.index[code] for code in unsaid if code in ground.index]] = True
    return np.maximum(loaded, declared), unknown, dataset


def nearest_place(ground: Ground, counts: Ints, unknown: Mask | None = None) -> tuple[Floats, Ints]:
    """Minutes to the nearest place of each commune (nan: none, or unknown), and its row (-1: none)."""
    import numpy as np

    from millecafes.territory.solving.reach import nearest_of
    from millecafes.territory.solving.travel import travel_times

    silent = np.zeros(len(ground), dtype=np.bool_) if unknown is None else unknown
    found = nearest_of(ground, counts, silent, travel_times())
    return found.minutes, found.place


def within(ground: Ground, origins: Ints, sites: Ints, *, minutes: float) -> tuple[Ints, Ints, Floats]:
    """Pairs of (origin, site) at most `minutes` apart, by position in the two lists, with their minutes."""
    from millecafes.territory.solving.reach import within as pairs
    from millecafes.territory.solving.travel import travel_times

    return pairs(ground, origins, sites, minutes=minutes, times=travel_times())
