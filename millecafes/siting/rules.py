"""Who may do what with plans; what a computation is asked, frozen."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.rules import in_perimeter, is_team, wears
from millecafes.common.permissions import add
from millecafes.siting.enums import Objective, SupplyChoice
from millecafes.territory.enums import Service
from millecafes.territory.rules import ELIGIBLE_POPULATION

follows = is_team | (wears(RoleKind.REGIONAL) & in_perimeter)

add("siting.view_plans", is_team)
add("siting.edit_plans", is_team)
add("siting.publish_plan", is_team)
add("siting.list_approaches", is_team | wears(RoleKind.REGIONAL))
add("siting.follow_approach", follows)

MOST_SITES = 5_000
MINUTES = (1, 60)
MOST_PERCENT = 300
SECONDS = (1, 600)
NETWORK = "network"
# p-median: nobody is taken to go farther for a coffee, and those without any reachable are as far as this.
FARTHEST_MINUTES = 60.0


@dataclass(frozen=True)
class Budget:
    """How many cafés an area gets: at least, at most (None: no limit)."""

    kind: str
    code: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Parameters:
    """What a computation is asked: all that its result depends on, with the data and the seed.

    Parameters
    ----------
    area
        `network`, `region:76` or `departement:81`: where cafés are placed and people counted.
    sites
        How many cafés are placed, 1 to `MOST_SITES`; imposed ones are among them.
    minutes
        Near enough (minutes by car): the radius of coverage, and what the map and the tables read.
    full_minutes, zero_minutes
        Gradual: everything counts up to the first, nothing from the second (minutes).
    frr_percent, desert_percent
        How much more somebody of a commune classed FRR, or of a commune without any basic service near
        (index 100), counts (0 to 300 %).
    spacing
        Least minutes between two new cafés; 0: none.
    seconds, seed
        How long to look for better, and where chance starts.
    """

    area: str = NETWORK
    objective: str = Objective.COVERAGE.value
    sites: int = 100
    minutes: float = 15.0
    full_minutes: float = 10.0
    zero_minutes: float = 20.0
    frr_percent: int = 0
    desert_percent: int = 0
    supply: str = SupplyChoice.ASSUMED.value
    with_network: bool = True
    least_population: int = 0
    most_population: int = ELIGIBLE_POPULATION - 1
    spacing: float = 0.0
    imposed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    per_semester: int = 0
    first_semester: str = ""
    seconds: int = 30
    seed: int = 1

    @property
    def is_weighted(self) -> bool:
        """Whether some people count for more than one."""
        return bool(self.frr_percent or self.desert_percent)

    @property
    def unit(self) -> str:
        """The unit of the value looked for."""
        if self.objective == Objective.P_MEDIAN:
            return "minutes × habitants gagnées"
        if self.objective == Objective.GRADUAL or self.is_weighted:
            return "habitants pondérés"
        return "habitants"

    def as_dict(self) -> dict[str, Any]:
        """The same, as JSON keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Parameters:
        """What was kept; a parameter added since has its default."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        for name in ("imposed", "forbidden"):
            known[name] = tuple(known.get(name, ()))
        known["budgets"] = tuple(Budget(**budget) for budget in known.get("budgets", ()))
        return cls(**known)

    def with_seed(self, seed: int) -> Parameters:
        """The same, from another start."""
        return replace(self, seed=seed)


def semester_of(rank: int, per_semester: int, first: str) -> str:
    """The semester in which the café of that rank opens (« 2027-S1 »), empty without a calendar."""
    if not per_semester or not first:
        return ""
    year, half = int(first[:4]), int(first[-1])
    turn = (half - 1) + (rank - 1) // per_semester
    return f"{year + turn // 2}-S{turn % 2 + 1}"


@dataclass(frozen=True)
class Solved:
    """What a computation found, ready to be kept.

    `people` figures are inhabitants (municipal population); `picks` are in the order of selection:
    code, rank, people newly near enough at this rank, gain of the objective at this rank, imposed or not.
    `outcomes`: code, outcome, minutes before, minutes after, code of the chosen commune that serves it.
    """

    picks: list[tuple[str, int, float, float, bool]]
    outcomes: list[tuple[str, int, float | None, float | None, str | None]]
    figures: dict[str, Any]
    equity: list[dict[str, Any]]
    certificate: bytes = b""
    trace: list[list[float | None]] = field(default_factory=list)


# Minutes from which the lack of a service is felt, and is complete, with its weight (hypotheses of the
# programme: guides/models.md, 1). The index of a commune goes from 0 (all near) to 100 (all far).
FELT_MINUTES: dict[Service, tuple[float, float, float]] = {
    Service.DRINKS: (4, 12, 3),
    Service.CATERING: (5, 15, 2),
    Service.BREAD: (3, 10, 3),
    Service.GROCERY: (5, 15, 3),
    Service.POST: (5, 15, 2),
    Service.PRESS: (5, 15, 1),
    Service.DIGITAL: (8, 20, 2),
}
