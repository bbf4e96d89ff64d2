"""Cafés written: kept, changed, moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from django.conf import settings
from django.db import transaction

from millecafes.cafes.enums import (
    VARIANTS,
    CafeModel,
    CafeVariant,
    Language,
    Origin,
    Payment,
    PlaceOrigin,
    Wheelchair,
)
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries.cafes import lookalikes
from millecafes.cafes.rules.place import PlaceError, check_point, distance_km, in_the_sea
from millecafes.cafes.services.errors import CafeError
from millecafes.cafes.services.tracks import settle
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.matching import fold
from millecafes.partners.models import Organisation
from millecafes.partners.rules import NumberError, phone_of, site_of
from millecafes.territory.enums import Zone
from millecafes.territory.models import Commune
from millecafes.territory.queries.contours import off_land

# An espresso that costs more is a mistake of a comma.
MOST_ESPRESSO_CENTS = 1_000


@dataclass(frozen=True)
class CafeDetails:
    """What is said of a café. Without a point, it stands at the point of its commune."""

    name: str
    commune: Commune
    model: CafeModel
    variant: CafeVariant | str = ""
    origin: Origin = Origin.PROGRAMME
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    place_origin: PlaceOrigin = PlaceOrigin.MOVED
    organisation: Organisation | None = None
    story: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    wheelchair: Wheelchair | str = ""
    access_note: str = ""
    languages: tuple[str, ...] = ()
    payment: tuple[str, ...] = ()
    espresso_cents: int | None = None
    espresso_on: dt.date | None = None
    osm_ref: str = ""
    # Says that it is not one of the cafés it looks like.
    is_another: bool = field(default=False, compare=False)


def details_of(cafe: Cafe) -> CafeDetails:
    """What is said of a café now."""
    told = {
        one.name: getattr(cafe, one.name)
        for one in fields(CafeDetails)
        if one.name not in {"is_another", "languages", "payment"}
    }
    if cafe.place_origin == PlaceOrigin.COMMUNE:
        told |= {"latitude": None, "longitude": None}
    return CafeDetails(**told, languages=tuple(cafe.languages), payment=tuple(cafe.payment), is_another=True)


@transaction.atomic
def add_cafe(*, details: CafeDetails, actor: Actor, now: dt.datetime) -> Cafe:
    """Keep a new café; its tracks are empty until `record_state` says where it stands.

    Raises
    ------
    CafeError
        When a value is wrong, the point too far from the commune, or another café there has such a name.
    """
    verify(details)
    _verify_land(details)
    refuse_twin(details)
    cafe = Cafe(created_at=now, is_demo=settings.DEMO)
    write_values(cafe, details)
    cafe.save()
    journal.record(actor=actor, verb="cafes.cafe_added", target=cafe, now=now)
    return cafe


@transaction.atomic
def change_cafe(*, cafe: Cafe, details: CafeDetails, actor: Actor, now: dt.datetime) -> Cafe:
    """Write what is now said of a café; the journal says which fields changed.

    Raises
    ------
    CafeError
    """
    verify(details)
    cafe = Cafe.objects.select_for_update(of=("self",)).get(pk=cafe.pk)
    if (details.latitude, details.longitude) != (cafe.latitude, cafe.longitude):
        _verify_land(details)
    if fold(details.name) != cafe.key or details.commune.pk != cafe.commune_id:
        refuse_twin(details, besides=cafe.pk)
    changed = write_values(cafe, details)
    if not changed:
        return cafe
    cafe.save()
    settle([cafe], actor=actor, now=now)
    data = {"fields": fields_in_words(changed)}
    journal.record(actor=actor, verb="cafes.cafe_changed", target=_read(cafe), now=now, data=data)
    return cafe


@transaction.atomic
def move_cafe(*, cafe: Cafe, latitude: float, longitude: float, actor: Actor, now: dt.datetime) -> Cafe:
    """Put the point of a café where somebody says it stands.

    Raises
    ------
    CafeError
    """
    cafe = _read(Cafe.objects.select_for_update(of=("self",)).get(pk=cafe.pk))
    verify_point(cafe.commune, latitude, longitude)
    _refuse_sea(cafe.commune, latitude, longitude)
    before = (cafe.latitude, cafe.longitude)
    cafe.latitude, cafe.longitude, cafe.place_origin = latitude, longitude, PlaceOrigin.MOVED
    cafe.save(update_fields=["latitude", "longitude", "place_origin"])
    if before[0] is None or before[1] is None:
        metres = 0
    else:
        metres = round(1_000 * distance_km(before[0], before[1], latitude, longitude))
    journal.record(actor=actor, verb="cafes.cafe_moved", target=cafe, now=now, data={"distance": metres})
    return cafe


def _read(cafe: Cafe) -> Cafe:
    """The café with its commune and département, which say its perimeters."""
    cafe.commune = Commune.objects.select_related("departement").get(pk=cafe.commune_id)
    return cafe


def write_values(cafe: Cafe, details: CafeDetails) -> list[str]:
    """Give a café the values of `details`; the names of the fields that changed."""
    values = {
        one.name: getattr(details, one.name)
        for one in fields(details)
        if one.name not in {"is_another", "latitude", "longitude", "place_origin"}
    }
    values |= {"languages": list(details.languages), "payment": list(details.payment)}
    if details.latitude is None or details.longitude is None:
        values |= {
            "latitude": details.commune.lat,
            "longitude": details.commune.lon,
            "place_origin": PlaceOrigin.COMMUNE,
        }
    else:
        values |= {
            "latitude": details.latitude,
            "longitude": details.longitude,
            "place_origin": details.place_origin,
        }
    before = {"commune": cafe.commune_id, "organisation": cafe.organisation_id}
    now_said = {"commune": details.commune.pk, "organisation": getattr(details.organisation, "pk", None)}
    changed = [
        name
        for name, value in values.items()
        if (before[name] != now_said[name] if name in before else getattr(cafe, name) != value)
    ]
    for name in changed:
        setattr(cafe, name, values[name])
    cafe.key = fold(details.name)
    return changed


def fields_in_words(names: Iterable[str]) -> str:
    """Fields of a café as people call them."""
    labels = {one.name: str(one.verbose_name) for one in Cafe._meta.local_fields}
    return ", ".join(labels[name] for name in names)


def verify(details: CafeDetails) -> None:
    """Refuse what cannot be said of a café, whatever the others are.

    Raises
    ------
    CafeError
    """
    if not fold(details.name):
        raise CafeError("name", "Le nom est obligatoire.")
    verify_variant(details.model, details.variant)
    for name, read in (("phone", phone_of), ("website", site_of)):
        try:
            read(getattr(details, name))
        except NumberError as error:
            raise CafeError(name, str(error)) from error
    _verify_codes("languages", details.languages, Language.values)
    _verify_codes("payment", details.payment, Payment.values)
    cents = details.espresso_cents
    if cents is not None and not 0 < cents <= MOST_ESPRESSO_CENTS:
        raise CafeError(
            "espresso_cents", f"{cents / 100:.2f} € pour un expresso ? Attendu : entre 0,01 et 10 €."
        )
    if details.latitude is not None and details.longitude is not None:
        verify_point(details.commune, details.latitude, details.longitude)


def verify_variant(model: CafeModel | str, variant: CafeVariant | str) -> None:
    """Refuse a variant of another model.

    Raises
    ------
    CafeError
    """
    allowed = VARIANTS[CafeModel(model)]
    if variant and variant not in allowed:
        words = ", ".join(str(one.label).lower() for one in allowed)
        label = CafeVariant(variant).label
        raise CafeError("variant", f"« {label} » n’est pas une variante de ce modèle. Attendu : {words}.")


def _verify_codes(name: str, codes: Iterable[str], known: Iterable[str]) -> None:
    unknown = [code for code in codes if code not in set(known)]
    if unknown:
        raise CafeError(name, f"« {unknown[0]} » est inconnu. Attendu : {', '.join(known)}.")


def verify_point(commune: Commune, latitude: float, longitude: float) -> None:
    """Refuse a point that cannot be that of a café of this commune.

    Raises
    ------
    CafeError
    """
    centre = (commune.lat, commune.lon) if commune.lat is not None and commune.lon is not None else None
    try:
        check_point(
            latitude,
            longitude,
            commune=commune.name,
            centre=centre,
            is_overseas=commune.zone != Zone.METRO,
        )
    except PlaceError as error:
        raise CafeError("latitude", str(error)) from error


def _verify_land(details: CafeDetails) -> None:
    if details.latitude is not None and details.longitude is not None:
        _refuse_sea(details.commune, details.latitude, details.longitude)


def _refuse_sea(commune: Commune, latitude: float, longitude: float) -> None:
    if off_land([(commune.pk, latitude, longitude)])[0]:
        raise CafeError("latitude", in_the_sea(latitude, longitude))


def refuse_twin(details: CafeDetails, besides: int = 0) -> None:
    """Refuse a café that looks like another one at the same place, unless somebody says it is another.

    Raises
    ------
    CafeError
    """
    if details.is_another:
        return
    point = (
        (details.latitude, details.longitude)
        if details.latitude is not None and details.longitude is not None
        else None
    )
    twins = lookalikes(name=details.name, commune=details.commune, point=point, besides=besides)
    if twins:
        names = ", ".join(f"« {twin.name} »" for twin in twins[:3])
        raise CafeError("name", f"Un café du même lieu porte presque le même nom : {names}.", twins)
