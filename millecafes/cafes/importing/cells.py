"""How the cells of a file of cafés are read: words of people or codes of our exports, to what is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from django.db.models import TextChoices

from millecafes.cafes import catalogue
from millecafes.cafes.enums import (
    SEPARATOR,
    Activity,
    CafeModel,
    Payment,
    Relation,
    ServiceStatus,
    Wheelchair,
)
from millecafes.cafes.rules.hours import normalised
from millecafes.common.exports.columns import UNKNOWN
from millecafes.common.imports.registry import as_line
from millecafes.common.matching import fold

_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(?:[.,][0-9]{1,20})?(?:[eE][-+]?[0-9]{1,2})?")
_EUROS = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2})0*)?\s*€?")
_OSM = re.compile(r"(?:https://www\.openstreetmap\.org/)?((?:node|way|relation)/[0-9]{1,15})")
OTHER_WORDS: dict[type[TextChoices], dict[str, tuple[str, ...]]] = {
    CafeModel: {
        CafeModel.ENTREPRENEURIAL: ("entrepreneur", "entrepreneuriale", "gérant"),
        CafeModel.ASSOCIATIVE: ("association", "asso", "associative", "bénévole"),
        CafeModel.ITINERANT: ("itinérante", "mobile", "ambulant"),
    },
    Activity: {
        Activity.OPENING: ("en projet", "ouverture prochaine", "bientôt ouvert", "à ouvrir"),
        Activity.OPEN: ("ouverte", "en activité", "en service", "actif"),
        Activity.PAUSED: ("pause", "suspendu"),
        Activity.CLOSED: ("fermée", "fermé définitivement"),
    },
    Relation: {
        Relation.APPLIED: ("candidate", "candidature"),
        Relation.ACCOMPANIED: ("accompagnée", "en accompagnement"),
        Relation.MEMBER: ("adhérent", "adhérente", "membre du réseau"),
        Relation.LEFT: ("sorti", "sortie", "parti"),
    },
    Wheelchair: {
        Wheelchair.YES: ("oui", "total", "accessible pmr"),
        Wheelchair.LIMITED: ("partiel", "avec aide"),
        Wheelchair.NO: ("non", "inaccessible"),
    },
    Payment: {Payment.CARD: ("cb", "carte"), Payment.CASH: ("liquide",), Payment.CHEQUE: ("chèques",)},
}


def _known(choices: type[TextChoices]) -> dict[str, str]:
    found = {fold(str(word)): one.value for one in choices for word in (one.label, one.value)}
    others = OTHER_WORDS.get(choices, {})
    return found | {fold(word): str(value) for value, words in others.items() for word in words}


def one_of(choices: type[TextChoices]) -> Callable[[str], str]:
    """A reader of one value of a closed list."""
    known, expected = _known(choices), ", ".join(str(label).lower() for label in choices.labels)

    def read(text: str) -> str:
        line = as_line(text)
        if line and fold(line) not in known:
            raise ValueError(f"« {line[:60]} » n’est pas dans la liste. Attendu : {expected}.")
        return known[fold(line)] if line else ""

    return read


def _pieces(text: str) -> Iterable[str]:
    return (piece for piece in map(as_line, re.split(r"[|;,\n]", text)) if piece)


def _several(text: str, known: Mapping[str, str], order: Iterable[str], what: str, expected: str) -> str:
    found = set()
    for piece in _pieces(text):
        if fold(piece) not in known:
            raise ValueError(f"« {piece[:60]} » n’est pas {what}. Attendu : {expected}.")
        found.add(known[fold(piece)])
    return SEPARATOR.join(code for code in order if code in found)


def several_of(choices: type[TextChoices], what: str) -> Callable[[str], str]:
    """A reader of several values of a closed list, as codes."""
    known = _known(choices)
    expected = ", ".join(str(label).lower() for label in choices.labels)
    return lambda text: _several(text, known, choices.values, what, expected)


OTHER_SERVICES = {
    "boissons": ("bar", "boisson", "débit de boissons"),
    "petite-restauration": ("restauration", "restauration légère", "snack"),
    "relais-postal": ("poste", "la poste", "point poste", "relais poste", "la poste relais"),
    "colis": ("relais colis", "point relais", "relais pickup"),
    "information": ("point info", "infos"),
    "presse": ("journaux", "point presse"),
    "epicerie": ("alimentation", "épicerie de dépannage", "produits locaux"),
    "pain": ("boulangerie", "pain frais"),
    "culture": ("animations culturelles", "animation culturelle"),
    "numerique": ("wifi", "internet", "accès internet", "point numérique"),
    "tourisme": ("point tourisme", "office de tourisme"),
    "retrait-especes": ("cash back", "retrait d’espèces", "retrait d’argent"),
    "velo": ("location de vélos", "réparation de vélos"),
    "prevention-sante": ("santé", "prévention"),
    "nutrition-aines": ("nutrition des aînés", "nutrition des seniors"),
}


def _service_names() -> dict[str, str]:
    return {
        fold(word): kind.code
        for kind in catalogue.services().values()
        for word in (kind.code, kind.label, *OTHER_SERVICES.get(kind.code, ()))
    }


def services_of(text: str) -> str:
    """Services by code or name, as codes in the order of the catalogue.

    Raises
    ------
    ValueError
        When one is not in the catalogue.
    """
    expected = ", ".join(kind.label.lower() for kind in catalogue.services().values())
    return _several(text, _service_names(), catalogue.services(), "un service du catalogue", expected)


def other_services_of(text: str) -> str:
    """Services that do not run: « pain : souhaité | presse : suspendu », as « pain:wanted|presse:suspended ».

    Raises
    ------
    ValueError
    """
    names, statuses, found = _service_names(), _known(ServiceStatus), {}
    for piece in _pieces(text):
        name, mark, status = (part.strip() for part in piece.rpartition(":"))
        if not mark or fold(name) not in names or statuses.get(fold(status), "running") == "running":
            raise ValueError(
                f"« {piece[:60]} » ne se lit pas. Attendu : un service du catalogue, deux-points, puis "
                "souhaité, en préparation ou suspendu."
            )
        found[names[fold(name)]] = statuses[fold(status)]
    return others_text(found)


def others_text(found: Mapping[str, str]) -> str:
    """Services that do not run, with where they stand, in the order of the catalogue."""
    ranks = {code: rank for rank, code in enumerate(catalogue.services())}
    codes = sorted(found, key=lambda code: (ranks.get(code, len(ranks)), code))
    return SEPARATOR.join(f"{code}:{found[code]}" for code in codes)


def others_of(text: str) -> dict[str, str]:
    """The same, by code."""
    return {piece.partition(":")[0]: piece.partition(":")[2] for piece in text.split(SEPARATOR) if piece}


def _said(text: str) -> str:
    """A number as typed; nothing for what our exports write of an unknown one."""
    line = as_line(text)
    return "" if line == UNKNOWN else line


def degrees_of(text: str) -> float | str:
    """A latitude or a longitude in degrees (WGS 84); "" for nothing.

    Raises
    ------
    ValueError
    """
    line = _said(text)
    if line and not _NUMBER.fullmatch(line):
        raise ValueError(
            f"« {line[:40]} » n’est pas un nombre de degrés. Attendu : un nombre comme 43,85213."
        )
    return float(line.replace(",", ".")) if line else ""


def cents_of(text: str) -> int | str:
    """A price in euros, as cents; "" for nothing.

    Raises
    ------
    ValueError
    """
    line = _said(text)
    found = _EUROS.fullmatch(line)
    if line and found is None:
        raise ValueError(f"« {line[:40]} » n’est pas un prix. Attendu : des euros, comme 1,50.")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else ""


def hours_of(text: str) -> str:
    """Hours in the syntax of OpenStreetMap, from it or from French; the error is `HoursError`."""
    return normalised(text)


def osm_of(text: str) -> str:
    """An object of OpenStreetMap, or its address.

    Raises
    ------
    ValueError
    """
    line = as_line(text)
    found = _OSM.fullmatch(line)
    if line and found is None:
        raise ValueError(f"« {line[:60]} » n’est pas un objet OpenStreetMap. Attendu : node/123456.")
    return found[1] if found else ""


def story_of(text: str) -> str:
    """Several lines of text."""
    return text.replace("\r\n", "\n").strip()
