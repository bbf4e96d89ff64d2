"""The one provider of travel times: every page and every engine asks here, so that none disagree."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from millecafes.engines.geo.distances import Floats, Points
from millecafes.engines.geo.travel import OSRM, FormulaTimes, Minutes, TravelTimes
from millecafes.territory.osrm import OsrmTable
from millecafes.territory.queries.access import osrm_url

# No car goes farther as the crow flies than at the motorway limit.
FASTEST_KMH = 130.0
# OSRM drives without traffic nor fatigue. Assumption to be checked on measured journeys.
OSRM_LOW, OSRM_HIGH = 0.9, 1.2


@dataclass(frozen=True)
class OsrmTimes:
    """Minutes by road from an OSRM server; the formula, said so, where it knows no road."""

    table: OsrmTable
    formula: FormulaTimes = field(default_factory=FormulaTimes)

    def times(self, origins: Points, destinations: Points) -> Minutes:
        """Minutes of each pair, with the provenance of each."""
        found = self.table.minutes(origins.lon, origins.lat, destinations.lon, destinations.lat)
        estimate = self.formula.times(origins, destinations)
        known = ~np.isnan(found)
        return Minutes(
            np.where(known, found, estimate.value),
            np.where(known, OSRM_LOW * found, estimate.low),
            np.where(known, OSRM_HIGH * found, estimate.high),
            np.where(known, OSRM, estimate.provenance),
        )

    def reach_km(self, minutes: Floats, origins: Points) -> Floats:
        """Km at the motorway limit, whatever the road; the formula is slower at any distance on Earth."""
        return minutes * (FASTEST_KMH / 60)


def travel_times() -> TravelTimes:
    """OSRM when `OSRM_URL` names a server, else the formula."""
    url = osrm_url()
    return OsrmTimes(OsrmTable(url)) if url else FormulaTimes()
