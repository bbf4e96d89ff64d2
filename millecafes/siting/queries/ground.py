"""What a computation reads of the database, as plain rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Case, Count, ExpressionWrapper, F, FloatField, Sum, Value, When
from django.db.models.functions import Greatest, Least

from millecafes.cafes.enums import Activity, CafeModel
from millecafes.cafes.models import Cafe
from millecafes.siting.rules import FELT_MINUTES
from millecafes.territory.enums import SupplyBasis, ValueStatus
from millecafes.territory.models import AccessTime, Commune, IndicatorValue
from millecafes.territory.queries.datasets import current_datasets
from millecafes.territory.queries.statistics import membership_rows

__all__ = ["current_datasets", "membership_rows"]


def network_communes() -> list[tuple[str, int]]:
    """Communes with an open café of the network that stays in one place, and how many."""
    rows = Cafe.objects.filter(activity=Activity.OPEN).exclude(kind="").exclude(model=CafeModel.ITINERANT)
    if not settings.DEMO:
        rows = rows.filter(is_demo=False)
    return list(rows.order_by().values("commune_id").annotate(n=Count("pk")).values_list("commune_id", "n"))


def indicator_values(*keys: str) -> dict[str, list[tuple[str, float]]]:
    """Commune and value of indicators where they are known (one query)."""
    rows = IndicatorValue.objects.filter(
        indicator__in=keys, status=ValueStatus.OK, value__isnull=False, dataset__is_current=True
    ).order_by()
    found: dict[str, list[tuple[str, float]]] = {key: [] for key in keys}
    for key, commune, value in rows.values_list("indicator", "commune_id", "value"):
        found[key].append((commune, float(value or 0.0)))
    return found


def desert_rows() -> list[tuple[str, float]]:
    """Commune and desert index, 0 to 100, over the services whose supply is loaded (one query)."""
    felt = [
        When(service=service, then=_lack(near, far) * Value(weight, output_field=FloatField()))
        for service, (near, far, weight) in FELT_MINUTES.items()
    ]
    weights = [
        When(service=service, then=Value(float(weight))) for service, (_, _, weight) in FELT_MINUTES.items()
    ]
    rows = (
        AccessTime.objects.filter(
            basis=SupplyBasis.LOADED, minutes__isnull=False, service__in=list(FELT_MINUTES)
        )
        .order_by()
        .values("commune_id")
        .annotate(lack=Sum(Case(*felt, output_field=FloatField())))
        .annotate(weight=Sum(Case(*weights, output_field=FloatField())))
        .values_list("commune_id", "lack", "weight")
    )
    return [(commune, 100 * lack / weight) for commune, lack, weight in rows if weight]


def _lack(near: float, far: float) -> Any:
    """From 0 (near) to 1 (far)."""
    share = ExpressionWrapper((F("minutes") - near) / (far - near), output_field=FloatField())
    zero, one = Value(0.0, output_field=FloatField()), Value(1.0, output_field=FloatField())
    return Greatest(zero, Least(one, share))


def names_of(codes: list[str]) -> dict[str, str]:
    """Names of communes by code (one query)."""
    return dict(Commune.objects.filter(pk__in=codes).values_list("pk", "name"))
