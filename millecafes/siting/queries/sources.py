"""What a computation read, in words with dates, so that each figure says where it comes from."""

from __future__ import annotations

from typing import Any

from millecafes.siting.enums import SupplyChoice
from millecafes.siting.rules import Parameters
from millecafes.territory.catalogue import PACKAGE_SOURCES, SOURCES
from millecafes.territory.models import Dataset
from millecafes.territory.queries.datasets import current_datasets
from millecafes.territory.services.travel import is_by_road
from millecafes.territory.wording import vintage_words

# Which source gives which column of the table of equity.
_EQUITY = {"density": "densité", "frr": "FRR", "age_60_plus": "âge"}


def described(
    asked: Parameters, dataset: Dataset | None, weighed: dict[str, int], unplaced: int
) -> dict[str, Any]:
    """What a result says of its data (two queries at most)."""
    loaded = current_datasets()
    network = " et cafés ouverts du réseau" if asked.with_network else ""
    supply = {
        SupplyChoice.ASSUMED: f"hypothèse, les communes de 3 500 habitants et plus{network}",
        SupplyChoice.LOADED: f"{_named(dataset)}, et ce qui a été déclaré{network}",
        SupplyChoice.NETWORK: "cafés ouverts du réseau",
    }[SupplyChoice(asked.supply)]
    return {
        "population": f"Populations municipales : {_named(loaded.get('decoupage_administratif'))}",
        "minutes": "calculés sur la route (OSRM)" if is_by_road() else "estimés par une formule (± 4 min)",
        "supply": supply,
        "weights": _weights(asked, weighed, loaded),
        "equity": _equity(loaded),
        "unplaced": unplaced,
        "vintages": {key: found.vintage for key, found in sorted(loaded.items())},
    }


def _named(dataset: Dataset | None) -> str:
    if dataset is None:
        return "source non chargée"
    source = {**PACKAGE_SOURCES, **SOURCES}[dataset.source]
    return f"{source.publisher}, {source.title}, {vintage_words(dataset.vintage)}"


def _weights(asked: Parameters, weighed: dict[str, int], loaded: dict[str, Dataset]) -> list[str]:
    words = []
    if asked.frr_percent:
        words.append(f"Zonage FRR : {_named(loaded.get('frr'))}, connu pour {weighed.get('frr', 0)} communes")
    if asked.desert_percent:
        words.append(
            "Indice de désert (seuils et poids : hypothèses), connu pour "
            f"{weighed.get('desert', 0)} communes ; ailleurs, chacun compte pour un"
        )
    return words


def _equity(loaded: dict[str, Dataset]) -> list[str]:
    """The sources of the table of equity that are loaded; a category whose source is not has no line."""
    words = []
    for key, label in _EQUITY.items():
        source = next(
            (name for name, found in SOURCES.items() if key in found.indicators and name in loaded), None
        )
        if source:
            words.append(f"{label.capitalize()} : {_named(loaded[source])}")
    return words
