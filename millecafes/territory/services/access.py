"""Declared supply, minutes to services, and the figures that rest on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.territory.enums import BASIC_SERVICES, Service, SupplyBasis
from millecafes.territory.models import AccessTime, AreaStatistic, Commune, Distribution, Supply
from millecafes.territory.queries.access import service_datasets, stored_basis
from millecafes.territory.rules import is_in_programme

MOST_PLACES = 1_000
# PostgreSQL: one computation of minutes at a time. SQLite has one writer anyway.
_LOCK_KEY = 20_261_122


def declare_supply(
    *,
    commune: str,
    service: Service,
    count: int,
    declared_by: str,
    on: dt.date,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Say that a commune has `count` places of a service, according to `declared_by` ("cafe:12").

    Replaces what that declarer said before; 0 takes it back. Minutes follow at once, for the
    communes where they can change; figures of areas follow at the next `refresh_statistics`.
    """
    place = _declarable(commune, count, declared_by)
    service = Service(service)
    with transaction.atomic():
        _one_at_a_time()
        row: dict[str, Any] = {
            "commune": place,
            "service": service,
            "declared_by": declared_by,
            "dataset": None,
        }
        if count:
            Supply.objects.update_or_create(**row, defaults={"count": count, "declared_on": on})
        elif not Supply.objects.filter(**row).delete()[0]:
            return
        data = {"service": service.label, "count": count, "declared_by": declared_by}
        journal.record(actor=actor, verb="territory.supply_declared", target=place, now=now, data=data)
        if service in BASIC_SERVICES:
            _follow(place.code, service, now)


def refresh_access(*, services: Sequence[Service] | None = None, now: dt.datetime) -> int:
    """Compute again the minutes of every commune to these services (all by default); how many rows.

    One transaction: readers see the former minutes until the new ones are complete.
    """
    from millecafes.territory.solving.access import ROW_COLUMNS, solve_services

    wanted = [service for service in BASIC_SERVICES if services is None or service in services]
    written = 0
    with transaction.atomic():
        _one_at_a_time()
        stale = AccessTime.objects.all()
        if len(wanted) < len(BASIC_SERVICES):
            stale = stale.filter(service__in=wanted)
        stale.delete()
        for rows in solve_services(service_datasets(), wanted, _stamp(now)):
            written += _insert(AccessTime, ROW_COLUMNS, rows)
    return written


def refresh_statistics(*, now: dt.datetime) -> int:
    """Compute again the figures of areas and the distributions of communes; how many rows."""
    from millecafes.territory.solving.statistics import (
        AREA_COLUMNS,
        DISTRIBUTION_COLUMNS,
        area_rows,
        distribution_rows,
        load_figures,
    )

    with transaction.atomic():
        _one_at_a_time()
        figures = load_figures()
        AreaStatistic.objects.all().delete()
        Distribution.objects.all().delete()
        return _insert(AreaStatistic, AREA_COLUMNS, area_rows(figures, _stamp(now))) + _insert(
            Distribution, DISTRIBUTION_COLUMNS, distribution_rows(figures)
        )


def _declarable(code: str, count: int, declared_by: str) -> Commune:
    """The commune, once everything said about it is acceptable."""
    commune = Commune.objects.filter(pk=code).first()
    if commune is None:
        raise ValidationError(f"Aucune commune ne porte le code « {code} ».")
    if not is_in_programme(commune):
        raise ValidationError(f"{commune.name} est hors du programme : rien ne peut y être déclaré.")
    if not 0 <= count <= MOST_PLACES:
        raise ValidationError(f"Nombre de lieux : attendu de 0 à {MOST_PLACES}, reçu {count}.")
    longest = Supply._meta.get_field("declared_by").max_length or 0
    if not 0 < len(declared_by.strip()) <= longest:
        raise ValidationError(f"Auteur de la déclaration : attendu de 1 à {longest} caractères.")
    return commune


def _follow(code: str, service: Service, now: dt.datetime) -> None:
    """Bring the minutes of one service up to date after a change in one commune."""
    from millecafes.territory.solving.access import ROW_COLUMNS, solve_change

    dataset = service_datasets()[service]
    basis = SupplyBasis.LOADED if dataset else SupplyBasis.ASSUMED
    if stored_basis(service) != basis:  # never computed, or from another supply: all of it
        refresh_access(services=[service], now=now)
        return
    codes, rows = solve_change(dataset, service, code, _stamp(now))
    for start in range(0, len(codes), 500):
        batch = codes[start : start + 500]
        AccessTime.objects.filter(service=service, commune_id__in=batch).delete()
    _insert(AccessTime, ROW_COLUMNS, rows)


def _one_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _stamp(now: dt.datetime) -> Any:
    """An aware date and time as the database's own driver takes it."""
    return connection.ops.adapt_datetimefield_value(now)


def _insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows with one executemany; how many."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    marks = ", ".join(["%s"] * len(columns))
    values = list(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608
                values,
            )
    return len(values)
