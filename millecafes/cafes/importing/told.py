"""What columns say of a café, as services take it; and cafés as columns say them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import (
    SEPARATOR,
    Activity,
    CafeModel,
    Origin,
    PlaceOrigin,
    Relation,
    ServiceStatus,
    Track,
)
from millecafes.cafes.importing.cells import others_of, others_text
from millecafes.cafes.models import Cafe, CafeContact, CafeService, CafeState
from millecafes.cafes.queries import cafes
from millecafes.cafes.queries.counts import tracks_of
from millecafes.cafes.services import CafeDetails
from millecafes.common.imports.registry import Current, Values
from millecafes.partners.models import Organisation
from millecafes.territory.models import Commune

# The columns of each track: its state, and since when.
TRACKS = {Track.ACTIVITY: ("activite", "activite_depuis"), Track.RELATION: ("lien", "lien_depuis")}
CONTACT = {
    "contact_nom": "name",
    "contact_fonction": "role",
    "contact_courriel": "email",
    "contact_telephone": "phone",
}
HOURS = {"horaires": "hours", "precision_horaires": "hours_note", "origine_horaires": "hours_source"}
# The field of a café that each of our columns writes; the rest is read below.
FIELDS = {
    "nom": "name",
    "modele": "model",
    "variante": "variant",
    "origine": "origin",
    "code_insee": "commune",
    "adresse": "address",
    "latitude": "latitude",
    "longitude": "longitude",
    "origine_du_point": "place_origin",
    "structure_parente": "organisation",
    "telephone": "phone",
    "courriels": "email",
    "site_web": "website",
    "acces_fauteuil": "wheelchair",
    "precision_acces": "access_note",
    "langues": "languages",
    "paiement": "payment",
    "expresso_euros": "espresso_cents",
    "expresso_releve_le": "espresso_on",
    "presentation_detail": "story",
    "openstreetmap": "osm_ref",
}
_PLAIN = tuple(
    key
    for key in FIELDS
    if key
    not in {"nom", "modele", "origine", "code_insee", "structure_parente", "langues", "paiement"}
    | {"latitude", "longitude", "origine_du_point", "expresso_euros", "expresso_releve_le"}
)


def day(text: Any) -> dt.date | None:
    """A day of the ISO form; none for nothing."""
    return dt.date.fromisoformat(str(text)[:10]) if text else None


def details_of(values: Values, commune: Commune, organisation: Organisation | None) -> CafeDetails:
    """What is said of a café."""
    latitude, longitude = values.get("latitude", ""), values.get("longitude", "")
    placed = latitude != "" and longitude != "" and values.get("origine_du_point") != PlaceOrigin.COMMUNE
    cents = values.get("expresso_euros", "")
    return CafeDetails(
        name=str(values.get("nom", "")),
        commune=commune,
        model=CafeModel(values["modele"]),
        origin=Origin(values.get("origine") or Origin.PROGRAMME),
        latitude=float(latitude) if placed else None,
        longitude=float(longitude) if placed else None,
        place_origin=PlaceOrigin(values.get("origine_du_point") or PlaceOrigin.IMPORTED),
        organisation=organisation,
        languages=codes(values.get("langues", "")),
        payment=codes(values.get("paiement", "")),
        espresso_cents=int(cents) if cents != "" else None,
        espresso_on=day(values.get("expresso_releve_le")),
        is_another=True,
        **{FIELDS[key]: str(values.get(key, "")) for key in _PLAIN},
    )


def codes(text: Any) -> tuple[str, ...]:
    """The codes of a cell."""
    return tuple(piece for piece in str(text).split(SEPARATOR) if piece)


def services_said(values: Values) -> dict[str, str]:
    """Where each service stands."""
    running = {code: str(ServiceStatus.RUNNING) for code in codes(values.get("services_en_service", ""))}
    return others_of(str(values.get("services_autres", ""))) | running


def contact_said(values: Values) -> dict[str, str]:
    """The contact of a line; empty when it has none."""
    found = {field: str(values.get(key, "")) for key, field in CONTACT.items()}
    return found if any(found.values()) else {}


def current(numbers: Collection[str], lock: bool) -> Mapping[str, Current]:
    """Cafés as they are now, by number: four queries."""
    ids = [int(number) for number in numbers]
    rows = cafes().select_related("organisation").filter(pk__in=ids)
    if lock:
        rows = rows.select_for_update(of=("self",))
    known = {cafe.pk: cafe for cafe in rows}
    tracks: dict[int, list[CafeState]] = defaultdict(list)
    today = timezone.localdate()
    for entry in tracks_of(known).filter(on__lte=today):
        tracks[entry.cafe_id].append(entry)
    offers: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, code, status in (
        CafeService.objects.filter(cafe__in=known).order_by().values_list("cafe", "code", "status")
    ):
        offers[pk][code] = status
    contacts: dict[int, list[CafeContact]] = defaultdict(list)
    for contact in CafeContact.objects.filter(cafe__in=known).order_by("pk"):
        contacts[contact.cafe_id].append(contact)
    return {
        str(pk): Current(
            _values(cafe) | _life(tracks[pk]) | _offer(offers[pk]) | _contact(contacts[pk]),
            cafe.name,
            cafe.get_absolute_url(),
            _shown(cafe),
        )
        for pk, cafe in known.items()
    }


def _values(cafe: Cafe) -> dict[str, Any]:
    found: dict[str, Any] = {key: getattr(cafe, FIELDS[key]) for key in _PLAIN}
    confirmed = cafe.hours_confirmed_at
    return found | {
        "nom": cafe.name,
        "modele": cafe.model,
        "origine": cafe.origin,
        "code_insee": cafe.commune_id,
        "latitude": "" if cafe.latitude is None else cafe.latitude,
        "longitude": "" if cafe.longitude is None else cafe.longitude,
        "origine_du_point": cafe.place_origin,
        "structure_parente": str(cafe.organisation_id or ""),
        "langues": SEPARATOR.join(cafe.languages),
        "paiement": SEPARATOR.join(cafe.payment),
        "expresso_euros": "" if cafe.espresso_cents is None else cafe.espresso_cents,
        "expresso_releve_le": cafe.espresso_on.isoformat() if cafe.espresso_on else "",
        **{key: getattr(cafe, field) for key, field in HOURS.items()},
        "horaires_confirmes_le": confirmed.isoformat() if confirmed else "",
    }


def _life(entries: list[CafeState]) -> dict[str, str]:
    found = dict.fromkeys((name for names in TRACKS.values() for name in names), "")
    for entry in sorted(entries, key=lambda entry: entry.on):
        state, since = TRACKS[Track(entry.track)]
        found |= {state: entry.state, since: entry.on.isoformat()}
    return found


def _offer(statuses: Mapping[str, str]) -> dict[str, str]:
    running = {code for code, status in statuses.items() if status == ServiceStatus.RUNNING}
    return {
        "services_en_service": SEPARATOR.join(code for code in catalogue.services() if code in running),
        "services_autres": others_text({code: one for code, one in statuses.items() if code not in running}),
    }


def _contact(contacts: list[CafeContact]) -> dict[str, str]:
    """The only contact of a café: what several say cannot be told in one line."""
    if len(contacts) != 1:
        return dict.fromkeys(CONTACT, "")
    return {key: getattr(contacts[0], field) for key, field in CONTACT.items()}


def _shown(cafe: Cafe) -> dict[str, str]:
    commune, organisation = cafe.commune, cafe.organisation
    shown = {"code_insee": f"{commune.name} ({commune.code})"}
    if organisation:
        shown["structure_parente"] = organisation.name
    if cafe.hours_confirmed_at:
        shown["horaires_confirmes_le"] = timezone.localdate(cafe.hours_confirmed_at).isoformat()
    if cafe.espresso_euros is not None:
        shown["expresso_euros"] = f"{cafe.espresso_euros:.2f} €".replace(".", ",")
    return shown


def state_label(track: Track, state: str) -> str:
    """A state in words."""
    return str((Activity if track == Track.ACTIVITY else Relation)(state).label)
