"""What the territory needs before the site is served, and which step is still to be done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db.models import Max

from millecafes.common import preparation
from millecafes.territory.importing.packages import PACKAGES
from millecafes.territory.models import AccessTime, AreaStatistic, Dataset


def register() -> None:
    """Register the steps of `millecafes prepare`, and the step that follows the start of the server."""
    step = preparation.Step
    preparation.register(
        "territory", step("Territoire : communes, noms, contours", territory_is_missing, "load_territory")
    )
    preparation.register("access", step("Temps d’accès et agrégats", figures_are_stale, "compute_access"))
    preparation.register("tiles", step("Carte : tuiles", tiles_are_stale, "build_tiles"))
    preparation.register_background("load_open_data", "--small", "--apply")


def territory_is_missing() -> bool:
    """Whether a package of today's vintage is not loaded."""
    current = set(Dataset.objects.filter(is_current=True).values_list("source", "vintage"))
    return not {(package.source, package.vintage) for package in PACKAGES} <= current


def figures_are_stale() -> bool:
    """Whether the figures were never computed, or are older than the data (a load was interrupted)."""
    computed = AreaStatistic.objects.aggregate(last=Max("computed_at"))["last"]
    loaded = _last_load()
    if computed is None or not AccessTime.objects.exists():
        return True
    return loaded is not None and loaded > computed


def tiles_are_stale() -> bool:
    """Whether the map's tiles were never built, or are older than the contours."""
    tiles = Path(settings.TILES_DIR) / "communes.pmtiles"
    if not tiles.is_file():
        return True
    loaded = _last_load(*(package.source for package in PACKAGES))
    return loaded is not None and loaded.timestamp() > tiles.stat().st_mtime


def _last_load(*sources: str) -> dt.datetime | None:
    rows = Dataset.objects.filter(is_current=True)
    if sources:
        rows = rows.filter(source__in=sources)
    last: dt.datetime | None = rows.aggregate(last=Max("loaded_at"))["last"]
    return last
