"""Outlines of régions, départements and EPCI, written beside the tiles for the GeoJSON exports."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from millecafes.territory.enums import AreaKind


class OutlinesMissingError(Exception):
    """The outlines are not built yet."""


def outlines_path(kind: AreaKind, folder: Path | None = None) -> Path:
    """Where the outlines of a kind of areas are kept."""
    return (folder or Path(settings.TILES_DIR)) / f"contours-{kind.value}.json.gz"


def write_outlines(kind: AreaKind, geometries: dict[str, Any], folder: Path | None = None) -> None:
    """Keep GeoJSON geometries by area code, all at once."""
    path = outlines_path(kind, folder)
    part = path.with_suffix(".part")
    with gzip.open(part, "wt", encoding="utf-8", compresslevel=6) as stream:
        json.dump(geometries, stream, separators=(",", ":"))
    part.replace(path)


def read_outlines(kind: AreaKind) -> dict[str, Any]:
    """GeoJSON geometries by area code."""
    try:
        with gzip.open(outlines_path(kind), "rt", encoding="utf-8") as stream:
            found: dict[str, Any] = json.load(stream)
    except FileNotFoundError:
        raise OutlinesMissingError(
            "Les contours ne sont pas encore préparés (étape « Carte : tuiles »). "
            "Réessayez dans quelques minutes ; les autres formats sont disponibles."
        ) from None
    return found
