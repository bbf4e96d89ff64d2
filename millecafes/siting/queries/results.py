"""What a computation found: communes retained, served and left, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery

from millecafes.siting.enums import Outcome
from millecafes.siting.models import CommuneOutcome, Pick, PlanRun
from millecafes.territory.models import Commune, Departement, Region
from millecafes.territory.queries.choropleths import MARGIN
from millecafes.territory.queries.listing import called

# Code, longitude and latitude of each point.
Points = list[tuple[str, float, float]]
ORDERS = {
    "rang": "Ordre du plan",
    "nom": "Nom",
    "-population": "Population, la plus forte d’abord",
    "-avant": "Minutes avant, les plus fortes d’abord",
}
_FIELDS = {
    "nom": ("commune__name", "commune_id"),
    "-population": ("-commune__population", "commune_id"),
    "-avant": ("-before", "commune_id"),
}


@dataclass(frozen=True)
class Asked:
    """What to keep of a result, and in which order."""

    outcome: int | None = None
    region: str = ""
    departement: str = ""
    text: str = ""
    order: str = "rang"

    @property
    def is_filtered(self) -> bool:
        """Whether something is left out."""
        return bool(self.region or self.departement or self.text) or self.outcome is not None


@dataclass(frozen=True)
class ResultLine:
    """A commune of a result, its rank when the plan retains it, and what serves it."""

    row: CommuneOutcome
    pick: Pick | None

    @property
    def commune(self) -> Commune:
        """The commune."""
        return self.row.commune


def outcomes(run: PlanRun, asked: Asked) -> QuerySet[CommuneOutcome]:
    """The communes of a result that answer."""
    rows = CommuneOutcome.objects.filter(run=run)
    if asked.outcome is not None:
        rows = rows.filter(outcome=asked.outcome)
    if asked.departement:
        rows = rows.filter(commune__departement=asked.departement)
    elif asked.region:
        rows = rows.filter(commune__departement__region=asked.region)
    if asked.text:
        rows = rows.filter(commune__in=called(Commune.objects.all(), asked.text).values("pk"))
    return rows


def ordered(run: PlanRun, asked: Asked) -> QuerySet[CommuneOutcome]:
    """The same in the order asked; the order of the plan puts first what it retains."""
    rows = outcomes(run, asked)
    if asked.order != "rang":
        return rows.order_by(*_FIELDS[asked.order])
    rank = Pick.objects.filter(run=run, commune=OuterRef("commune_id")).values("rank")[:1]
    return rows.annotate(rank=Subquery(rank)).order_by(
        F("rank").asc(nulls_last=True), "-commune__population", "commune_id"
    )


def lines(run: PlanRun, rows: list[CommuneOutcome]) -> list[ResultLine]:
    """Rows of a page with what the plan says of each (one query)."""
    picks = {
        pick.commune_id: pick
        for pick in Pick.objects.filter(run=run, commune__in=[row.commune_id for row in rows])
    }
    return [ResultLine(row, picks.get(row.commune_id)) for row in rows]


def counts(run: PlanRun, asked: Asked) -> dict[int, int]:
    """How many communes of each outcome the filter holds, whatever outcome is asked (one query)."""
    rows = outcomes(run, Asked(None, asked.region, asked.departement, asked.text))
    return dict(rows.order_by().values_list("outcome").annotate(n=Count("pk")))


def places(run: PlanRun) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Régions and départements of the area of a plan (two queries)."""
    family, _, code = run.asked.area.partition(":")
    departements = Departement.objects.exclude(region=None).order_by("pk")
    regions = Region.objects.order_by("name")
    if family == "region":
        departements, regions = departements.filter(region=code), regions.filter(pk=code)
    elif family == "departement":
        departements, regions = departements.filter(pk=code), regions.none()
    return list(regions.values_list("pk", "name")), list(departements.values_list("pk", "name"))


def drawn(run: PlanRun, asked: Asked) -> tuple[str, str, Points]:
    """For the map: codes end to end, one figure per commune (« - »: unknown), points of what is retained."""
    rows = outcomes(run, asked).order_by("commune_id").values_list("commune_id", "outcome")
    codes, levels = [], []
    for code, outcome in rows:
        codes.append(code)
        levels.append("-" if outcome == Outcome.UNKNOWN else str(outcome))
    chosen = outcomes(run, asked).filter(outcome=Outcome.CHOSEN).order_by("commune_id")
    points = [
        (code, round(lon, 5), round(lat, 5))
        for code, lon, lat in chosen.values_list("commune_id", "commune__lon", "commune__lat")
        if lon is not None and lat is not None
    ]
    return "".join(codes), "".join(levels), points


def drawn_live(codes: list[str]) -> tuple[str, str, Points]:
    """The same for a plan that is still being improved: only what it retains so far (one query)."""
    rows = Commune.objects.filter(pk__in=codes, lon__isnull=False).order_by("code")
    found = list(rows.values_list("code", "lon", "lat"))
    points = [(code, round(lon or 0.0, 5), round(lat or 0.0, 5)) for code, lon, lat in found]
    level = str(int(Outcome.CHOSEN))
    return "".join(code for code, _, _ in found), level * len(found), points


def points(run: PlanRun, asked: Asked) -> dict[str, object]:
    """The point of each commune of a filter, by code (one query)."""
    rows = outcomes(run, asked).order_by()
    return {
        code: {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
        for code, lon, lat in rows.values_list("commune_id", "commune__lon", "commune__lat")
        if lon is not None and lat is not None
    }


def region_bounds(code: str) -> list[float] | None:
    """West, south, east and north of a région's communes, with a margin (one query)."""
    found = Commune.objects.filter(departement__region=code).aggregate(
        west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat")
    )
    if found["west"] is None:
        return None
    west, south, east, north = (found[side] for side in ("west", "south", "east", "north"))
    return [west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN]
