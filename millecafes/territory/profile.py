"""What is known of one commune, as the page, the verdict and the API read it. Unknown is never zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from millecafes.territory.enums import Provenance, Service, SupplyBasis, ValueStatus
from millecafes.territory.ratios import Rank
from millecafes.territory.rules import commune_url

if TYPE_CHECKING:
    from millecafes.territory.models import Commune, Dataset
    from millecafes.territory.verdict import Verdict

# The cuts of models.md §1: half of residents have everyday services under 4 minutes, 7 is « far » for INSEE.
CUTS = (4, 7, 10)
PREVIOUS = "pop_previous"
UNSAID_YEAR = "année que le fichier ne dit pas"
CUT_WORDS = ("tout près", "assez près", "loin", "très loin")

STATUS_WORDS = {
    ValueStatus.SECRET: "secret statistique",
    ValueStatus.ND: "non disponible",
    ValueStatus.OUT_OF_SCOPE: "hors du champ de la source",
    ValueStatus.NOT_RELEASED: "non diffusé",
}
NOT_LOADED = "donnée non chargée"

COMPARED = (
    "share_under_15",
    "share_60_plus",
    "share_75_plus",
    "share_single",
    "share_second_homes",
    "share_vacant",
    "unemployment",
    "median_income",
)
DESCRIBED = (
    "pop_census",
    "pop_previous",
    "births",
    "deaths",
    "households",
    "dwellings",
    "main_homes",
    "second_homes",
    "vacant_homes",
    "frr",
    "density",
    "rurality",
    "centrality",
    "massif",
)


@dataclass(frozen=True)
class Place:
    """A commune one may go to."""

    code: str
    name: str
    slug: str

    @property
    def url(self) -> str:
        """The address of its page."""
        return commune_url(self.code, self.slug)


@dataclass(frozen=True)
class Comparison:
    """The communes of the same density level: their quarters, how many they are, and the rank among them.

    `rank` None: the commune's own value is not known, or is not its own.
    """

    low: float
    middle: float
    high: float
    count: int
    rank: Rank | None = None


@dataclass(frozen=True)
class ServiceLine:
    """Minutes to one service. `minutes` None: unknown, or out of reach; `basis` None: never computed."""

    service: Service
    places: int | None = None
    minutes: float | None = None
    low: float | None = None
    high: float | None = None
    nearest: Place | None = None
    second_minutes: float | None = None
    second_low: float | None = None
    second_high: float | None = None
    second: Place | None = None
    provenance: Provenance | None = None
    basis: SupplyBasis | None = None
    terrain: float = 1.0
    """Factor of mountain journeys in the formula, an assumption; 1 in the plain."""
    dataset: Dataset | None = None
    comparison: Comparison | None = None
    quantiles: tuple[float, ...] = ()
    silent: bool = False
    """The source says nothing of this commune: neither a place nor the lack of one."""

    @property
    def label(self) -> str:
        """The French name of the service."""
        return str(self.service.label)

    @property
    def on_site(self) -> bool:
        """Whether the commune has the service itself."""
        return self.provenance == Provenance.ON_SITE

    @property
    def assumed(self) -> bool:
        """Whether the minutes rest on the assumption, the source not being loaded."""
        return self.basis == SupplyBasis.ASSUMED

    @property
    def loaded(self) -> bool:
        """Whether the source of the service is loaded."""
        return self.basis == SupplyBasis.LOADED

    @property
    def missing(self) -> bool:
        """Whether the commune is known not to have the service."""
        return self.loaded and not self.on_site and not self.silent

    @property
    def words(self) -> str:
        """Why there are no minutes; empty when there are."""
        if self.minutes is not None:
            return ""
        if self.basis is None:
            return NOT_LOADED
        if self.silent:
            return "non disponible : la commune a été créée après la date du fichier"
        return "aucun lieu connu ne se rejoint en voiture, ou la commune n’a pas de point connu"

    @property
    def rank_words(self) -> str:
        """Among the communes of its density level; empty when it cannot be told."""
        if self.comparison is None or self.comparison.rank is None:
            return ""
        return self.comparison.rank.words("plus loin que", "plus près que")

    @property
    def cut(self) -> str:
        """Near or far, in words; empty when unknown."""
        if self.minutes is None:
            return ""
        return CUT_WORDS[sum(self.minutes >= cut for cut in CUTS)]


@dataclass(frozen=True)
class Fact:
    """One indicator of the commune, or of its EPCI when `pooled`. `status` None: source not loaded."""

    key: str
    label: str
    unit: str
    value: float | None = None
    category: str = ""
    status: ValueStatus | None = None
    dataset: Dataset | None = None
    pooled: bool = False
    comparison: Comparison | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value to show."""
        return self.status == ValueStatus.OK and self.value is not None

    @property
    def year(self) -> str:
        """The year of the value: that of its column, else the vintage; empty when nobody says it."""
        if self.dataset is None:
            return ""
        unsaid = "" if self.key == PREVIOUS else self.dataset.vintage[:4]
        return str(self.dataset.years.get(self.key, unsaid))

    @property
    def dated_label(self) -> str:
        """The label, with the year where it is not that of the source."""
        if self.key == PREVIOUS and self.known:
            return f"{self.label} ({self.year or UNSAID_YEAR})"
        if self.dataset and self.year != self.dataset.vintage[:4]:
            return f"{self.label} ({self.year})"
        return self.label

    @property
    def words(self) -> str:
        """Why there is no value; empty when there is one."""
        if self.known:
            return ""
        if self.status is None:
            return NOT_LOADED
        if self.status == ValueStatus.SECRET and self.key == "median_income":
            return "secret statistique : moins de 50 ménages ou de 100 personnes"
        return STATUS_WORDS.get(self.status, STATUS_WORDS[ValueStatus.ND])

    @property
    def rank_words(self) -> str:
        """Among the communes of its density level, or why it has no rank."""
        if self.comparison and self.comparison.rank:
            return self.comparison.rank.words("plus que", "moins que")
        if self.known and self.pooled:
            return "sans rang"  # the value shown is that of the EPCI
        return "inconnu"


@dataclass(frozen=True)
class Neighbour:
    """A commune around, with its contour and the minutes of its own inhabitants to a café."""

    place: Place
    lon: float
    lat: float
    population: int | None
    wkb: bytes | None = None
    minutes: float | None = None
    nearest: str = ""
    has_cafe: bool | None = None


@dataclass(frozen=True)
class Frame:
    """The rectangle of the neighbours' map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point lies inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@dataclass(frozen=True)
class Surroundings:
    """The commune and its neighbours: contours `drawn`, and those `listed`, whose point is in the frame."""

    frame: Frame
    drawn: tuple[Neighbour, ...]

    @property
    def listed(self) -> tuple[Neighbour, ...]:
        """Neighbours one sees the point of, nearest first; the commune itself comes first."""
        return tuple(n for n in self.drawn if self.frame.holds(n.lon, n.lat))


@dataclass(frozen=True)
class SourceLine:
    """One line of « Sources et dates »."""

    counted: str
    source: str
    page: str
    date: str


@dataclass(frozen=True)
class Profile:
    """Everything the page of a commune says."""

    commune: Commune
    services: tuple[ServiceLine, ...]
    facts: dict[str, Fact]
    surroundings: Surroundings | None = None
    sources: tuple[SourceLine, ...] = ()
    verdict: Verdict | None = None

    def service(self, service: Service) -> ServiceLine:
        """The line of a service."""
        return next(line for line in self.services if line.service == service)

    @property
    def drinks(self) -> ServiceLine:
        """The line of cafés."""
        return self.service(Service.DRINKS)

    @property
    def density(self) -> Fact:
        """The density level, which says which communes are comparable."""
        return self.facts["density"]

    @property
    def pooled(self) -> bool:
        """Whether census shares are those of the EPCI."""
        return any(fact.pooled for fact in self.facts.values())

    @property
    def assumed(self) -> bool:
        """Whether some minutes rest on the assumption."""
        return any(line.assumed for line in self.services)

    @property
    def mountain(self) -> float | None:
        """The terrain factor that some minutes rest on, an assumption; None when none does.

        The minutes of a road network need no such factor, nor does a place on the spot.
        """
        by_road = any(line.provenance == Provenance.OSRM for line in self.services)
        factors = [
            line.terrain
            for line in self.services
            if line.terrain > 1 and (line.provenance == Provenance.FORMULA or not by_road)
        ]
        return max(factors, default=None)

    @property
    def terrain_unknown(self) -> bool:
        """Whether the formula was used without knowing if the commune is in a massif."""
        formula = any(line.provenance == Provenance.FORMULA for line in self.services)
        return formula and not self.facts["massif"].known

    @property
    def indicators(self) -> list[Fact]:
        """Every indicator, stored or derived."""
        return list(self.facts.values())

    @property
    def change(self) -> float | None:
        """Change of population since the previous census, in percent; None unless one dataset gives both."""
        now, before = self.facts["pop_census"], self.facts[PREVIOUS]
        if now.value is None or not before.value or now.dataset != before.dataset:
            return None
        return 100 * (now.value - before.value) / before.value

    @property
    def change_label(self) -> str:
        """What the change compares: « de 2016 à 2022 », or that the file does not say it."""
        now, before = self.facts["pop_census"], self.facts[PREVIOUS]
        if not before.year:
            return f"Évolution depuis le recensement précédent ({UNSAID_YEAR})"
        return f"Évolution de la population de {before.year} à {now.year}"

    @property
    def compared(self) -> list[Fact]:
        """Shares and income, beside those of comparable communes."""
        return [self.facts[key] for key in COMPARED]

    @property
    def described(self) -> list[Fact]:
        """Counts and zonings."""
        return [self.facts[key] for key in DESCRIBED]

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        """The communes whose point the map shows, nearest first, without the commune itself."""
        if self.surroundings is None:
            return ()
        return tuple(n for n in self.surroundings.listed if n.place.code != self.commune.code)
