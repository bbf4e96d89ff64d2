"""Minutes to services: stored rows for pages, raw rows for the computation."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Case, IntegerField, Sum, Value, When

from millecafes.territory.catalogue import SERVICE_SOURCES
from millecafes.territory.enums import BASIC_SERVICES, Service, SupplyBasis, ValueStatus, Zone
from millecafes.territory.models import AccessTime, Commune, Dataset, IndicatorValue, Supply

_ORDER = Case(
    *(When(service=service, then=Value(place)) for place, service in enumerate(BASIC_SERVICES)),
    output_field=IntegerField(),
)


def access_times(code: str) -> list[AccessTime]:
    """The minutes of one commune to each basic service, in the order of `BASIC_SERVICES` (one query)."""
    return list(
        AccessTime.objects.filter(commune_id=code).select_related("nearest", "second").order_by(_ORDER)
    )


def service_datasets() -> dict[Service, Dataset | None]:
    """The dataset that counts each service: the first source of the catalogue that is loaded.

    A loaded source without a single row for the service (a partial copy) does not count it.
    """
    current = {dataset.source: dataset for dataset in Dataset.objects.filter(is_current=True)}
    found: dict[Service, Dataset | None] = {}
    for service in Service:
        candidates = [current[key] for key in SERVICE_SOURCES[service] if key in current]
        found[service] = next(
            (
                dataset
                for dataset in candidates
                if Supply.objects.filter(dataset=dataset, service=service).exists()
            ),
            None,
        )
    return found


def commune_rows() -> list[tuple[str, int | None, float | None, float | None]]:
    """Code, population, longitude and latitude of every commune of the programme, by code."""
    return list(
        Commune.objects.exclude(zone=Zone.COM)
        .order_by("code")
        .values_list("code", "population", "lon", "lat")
    )


def massif_rows() -> list[tuple[str, float | None]]:
    """Commune and massif level (0: none) where the ANCT grid is loaded and tells."""
    return list(
        IndicatorValue.objects.filter(
            indicator="massif", status=ValueStatus.OK, dataset__is_current=True
        ).values_list("commune_id", "value")
    )


def supply_rows(service: str, dataset: int | None) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Commune and count of places: from the dataset, then from declarations (added up)."""
    rows = Supply.objects.filter(service=service, count__gt=0)
    loaded = list(rows.filter(dataset=dataset).values_list("commune_id", "count")) if dataset else []
    declared = (
        rows.filter(dataset__isnull=True)
        .order_by()
        .values("commune_id")
        .annotate(places=Sum("count"))
        .values_list("commune_id", "places")
    )
    return loaded, list(declared)


def stored_seconds(service: str) -> list[tuple[str, float | None]]:
    """Commune and minutes to its second-nearest place, as stored for one service."""
    return list(AccessTime.objects.filter(service=service).values_list("commune_id", "second_minutes"))


def stored_basis(service: str) -> SupplyBasis | None:
    """What the stored minutes of a service rest on; None when they were never computed."""
    basis = AccessTime.objects.filter(service=service).values_list("basis", flat=True).first()
    return SupplyBasis(basis) if basis else None


def osrm_url() -> str:
    """The OSRM server to ask, empty for the formula."""
    return str(settings.OSRM_URL)
