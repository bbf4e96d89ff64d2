"""The communes of the map and of the list beside it: one value each, in classes computed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Count, Max, Min, Q

from millecafes.common.matching import fold
from millecafes.territory.catalogue import PACKAGE_SOURCES, SERVICE_SOURCES, SOURCES
from millecafes.territory.enums import BASIC_SERVICES, Provenance, Service, ValueStatus
from millecafes.territory.models import AccessTime, Commune, Dataset, IndicatorValue
from millecafes.territory.queries.datasets import current_datasets, loaded_services, supply_unknown
from millecafes.territory.queries.listing import called, programme

UNKNOWN = "inconnu"
MARGIN = 0.06  # degrees around the points of a département, so that its contour is seen whole


@dataclass(frozen=True)
class MapClass:
    """One class of values: from `low` (included) to `high` (excluded)."""

    label: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MapIndicator:
    """What the map can show: classes from the palest to the darkest."""

    key: str
    label: str
    definition: str
    classes: tuple[MapClass, ...]
    service: Service | None = None


def _minutes(here: str) -> tuple[MapClass, ...]:
    return (
        MapClass(here, None, 1e-9),
        MapClass("moins de 5 minutes", 1e-9, 5),
        MapClass("de 5 à 10 minutes", 5, 10),
        MapClass("de 10 à 15 minutes", 10, 15),
        MapClass("15 minutes et plus", 15),
    )


MAP_INDICATORS: dict[str, MapIndicator] = {
    indicator.key: indicator
    for indicator in (
        MapIndicator(
            "cafe",
            "Minutes jusqu’au premier café",
            "Temps de voiture estimé jusqu’à la commune la plus proche qui a un café ou un bar.",
            _minutes("café dans la commune"),
            Service.DRINKS,
        ),
        MapIndicator(
            "alimentation",
            "Minutes jusqu’à la première épicerie",
            "Temps de voiture estimé jusqu’à la commune la plus proche qui a une épicerie.",
            _minutes("épicerie dans la commune"),
            Service.GROCERY,
        ),
        MapIndicator(
            "services",
            "Services absents de la commune",
            "Nombre de services absents parmi : " + " ; ".join(str(s.label) for s in BASIC_SERVICES) + ".",
            (
                MapClass("aucun", None, 1),
                MapClass("1 ou 2", 1, 3),
                MapClass("3 ou 4", 3, 5),
                MapClass("5 ou 6", 5, 7),
                MapClass("les 7", 7),
            ),
        ),
        MapIndicator(
            "population",
            "Population",
            "Population municipale.",
            (
                MapClass("moins de 200 habitants", None, 200),
                MapClass("de 200 à 499", 200, 500),
                MapClass("de 500 à 1 999", 500, 2_000),
                MapClass("de 2 000 à 3 499", 2_000, 3_500),
                MapClass("3 500 et plus, hors programme", 3_500),
            ),
        ),
        MapIndicator(
            "frr",
            "France ruralités revitalisation",
            "Classement au zonage France ruralités revitalisation (FRR ou FRR+), en tout ou en partie.",
            (MapClass("non classée", None, 1), MapClass("classée, en tout ou en partie", 1)),
        ),
    )
}


@dataclass(frozen=True)
class MapFilter:
    """What the map and its list show."""

    indicator: MapIndicator
    departement: str = ""
    level: int | None = None  # index of a class; -1 for the communes whose value is unknown
    text: str = ""
    sort: str = "nom"

    @property
    def is_filtered(self) -> bool:
        """Whether some communes are left out."""
        return bool(self.departement or self.text or self.level is not None)


@dataclass(frozen=True)
class LegendLine:
    """A class, its number among the classes, and how many communes of the filter are in it."""

    index: int
    label: str
    count: int


@dataclass(frozen=True)
class MapRow:
    """A commune of the filter, its value (None: unknown) and its class (-1: unknown)."""

    code: str
    name: str
    population: int | None
    value: float | None
    level: int


@dataclass(frozen=True)
class Selection:
    """The communes to show, in order, and how many of each class the filter holds."""

    rows: list[MapRow]
    legend: list[LegendLine]


def select_communes(asked: MapFilter) -> Selection:
    """The communes of the programme that answer (five queries at most)."""
    rows = programme()
    if asked.departement:
        rows = rows.filter(departement_id=asked.departement)
    if asked.text:
        rows = called(rows, asked.text)
    stored = list(rows.order_by("code").values_list("code", "name", "population"))
    values = _values(asked, {code: population for code, _, population in stored})
    bounds = [found.high for found in asked.indicator.classes]
    found = [
        MapRow(code, name, population, value, _class_of(value, bounds))
        for code, name, population in stored
        for value in [values.get(code)]
    ]
    counts = Counter(row.level for row in found)
    labels = [*enumerate(found.label for found in asked.indicator.classes), (-1, UNKNOWN)]
    kept = found if asked.level is None else [row for row in found if row.level == asked.level]
    return Selection(_sorted(kept, asked.sort), [LegendLine(i, label, counts[i]) for i, label in labels])


def _class_of(value: float | None, bounds: Sequence[float | None]) -> int:
    if value is None:
        return -1
    return next(i for i, high in enumerate(bounds) if high is None or value < high)


def _sorted(rows: list[MapRow], sort: str) -> list[MapRow]:
    """In the order asked, unknown last, homonyms by code."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column == "nom":
        return sorted(rows, key=lambda row: (fold(row.name), row.code))
    field = attrgetter({"valeur": "value", "population": "population"}[column])
    known = [row for row in rows if field(row) is not None]
    return sorted(known, key=field, reverse=descending) + [row for row in rows if field(row) is None]


def _values(asked: MapFilter, populations: dict[str, int | None]) -> dict[str, float | None]:
    """The values by commune; those that are absent are unknown."""
    indicator, inside = asked.indicator, {}
    if asked.departement:
        inside = {"commune__departement_id": asked.departement}
    if indicator.key == "population":
        return dict(populations)
    if indicator.key == "frr":
        stored = IndicatorValue.objects.filter(
            indicator="frr", status=ValueStatus.OK, dataset__is_current=True, **inside
        )
        return dict(stored.values_list("commune_id", "value"))
    if indicator.service:
        minutes = AccessTime.objects.filter(service=indicator.service, **inside)
        return dict(minutes.values_list("commune_id", "minutes"))
    return _absent_services(inside)


def _absent_services(inside: dict[str, str]) -> dict[str, float | None]:
    """How many basic services are absent; unknown as soon as one of them cannot be told."""
    if not loaded_services().issuperset(BASIC_SERVICES):
        return {}
    counted = (
        AccessTime.objects.filter(service__in=BASIC_SERVICES, **inside)
        .order_by()
        .values("commune_id")
        .annotate(absent=Count("pk", filter=~Q(provenance=Provenance.ON_SITE)))
        .values_list("commune_id", "absent")
    )
    untold = frozenset[str]().union(*supply_unknown().values())
    return {code: absent for code, absent in counted if code not in untold}


def classes_by_commune(asked: MapFilter) -> tuple[str, str]:
    """Codes put end to end (five characters each), and one character per commune: class, or « - »."""
    rows = sorted(select_communes(asked).rows, key=attrgetter("code"))
    levels = ("-" if row.level < 0 else str(row.level) for row in rows)
    return "".join(row.code for row in rows), "".join(levels)


def communes_in_order(codes: Sequence[str]) -> list[Commune]:
    """The communes of a page with their département, in the order of the codes (one query)."""
    found = Commune.objects.select_related("departement").in_bulk(codes)
    return [found[code] for code in codes]


def bounds_of(departement: str) -> list[float] | None:
    """West, south, east and north of a département's communes, with a margin (one query)."""
    found = Commune.objects.filter(departement_id=departement).aggregate(
        west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat")
    )
    if found["west"] is None:
        return None
    west, south, east, north = (found[side] for side in ("west", "south", "east", "north"))
    return [west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN]


def access_of(codes: Sequence[str], service: Service) -> dict[str, AccessTime]:
    """The minutes to a service of a page of communes (one query)."""
    rows = AccessTime.objects.filter(commune__in=codes, service=service).select_related("nearest")
    return {row.commune_id: row for row in rows}


@dataclass(frozen=True)
class Backing:
    """What the values rest on: sources with their dates, and those that are not loaded."""

    sources: tuple[str, ...]
    missing: tuple[str, ...]


def backing(indicator: MapIndicator) -> Backing:
    """The sources of a map (one query)."""
    datasets = current_datasets()
    if indicator.key == "population":
        return _backing([("decoupage_administratif",)], datasets, ["Population"])
    if indicator.key == "frr":
        return _backing([("frr",)], datasets, ["FRR"])
    services = [indicator.service] if indicator.service else list(BASIC_SERVICES)
    groups = [SERVICE_SOURCES[service] for service in services]
    return _backing(groups, datasets, [str(service.label) for service in services])


def _backing(
    groups: Sequence[tuple[str, ...]], datasets: dict[str, Dataset], labels: Sequence[str]
) -> Backing:
    catalogue = {**PACKAGE_SOURCES, **SOURCES}
    sources, missing = {}, []
    for keys, label in zip(groups, labels, strict=True):
        key = next((key for key in keys if key in datasets), None)
        if key is None:
            missing.append(label)
        else:
            source = catalogue[key]
            sources[key] = f"{source.publisher}, {source.title}, {datasets[key].vintage}"
    return Backing(tuple(sources.values()), tuple(missing))


def stamp(indicator: MapIndicator) -> str:
    """What changes when the values of a map may have changed (two queries)."""
    data = Dataset.objects.filter(is_current=True).aggregate(last=Max("loaded_at"), count=Count("pk"))
    times = AccessTime.objects.all()
    if indicator.service:
        times = times.filter(service=indicator.service)
    computed = times.aggregate(last=Max("computed_at"))["last"]
    return f"{indicator.key}-{data['count']}-{data['last']}-{computed}"
