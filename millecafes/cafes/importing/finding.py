"""Which café a line is about: by its number, by its name and place, or perhaps; and what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from millecafes.cafes.enums import Activity, HoursSource, PlaceOrigin
from millecafes.cafes.importing.cells import others_of, others_text
from millecafes.cafes.importing.life import Tracks, entries_of, since_missing
from millecafes.cafes.importing.told import CONTACT, FIELDS, TRACKS, codes, contact_said, current, details_of
from millecafes.cafes.models import Cafe, CafeState
from millecafes.cafes.queries.cafes import ALIKE, NEAR_KM
from millecafes.cafes.rules.place import distance_km, in_the_sea
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.cafes import verify
from millecafes.common.imports.registry import Batch, Candidate, Current, Draft, Key, Values
from millecafes.common.matching import fold
from millecafes.partners.models import Organisation
from millecafes.territory.models import Commune
from millecafes.territory.queries.contours import off_land
from millecafes.territory.queries.lines import find_communes

MOST_PROPOSED = 3
_COLUMN_OF = {field: key for key, field in FIELDS.items()}
# A blank cell never takes these from a café.
_KEPT = (
    "code_insee",
    "origine",
    "origine_du_point",
    "origine_horaires",
    *(k for t in TRACKS.values() for k in t),
)


@dataclass(frozen=True)
class Known:
    """What a café is compared by."""

    id: str
    name: str
    key: str
    commune: str
    departement: str
    point: tuple[float, float] | None


class Register:
    """Every café and every organisation, read once for a file; and the lines met, by commune."""

    def __init__(self) -> None:
        rows = Cafe.objects.order_by("pk").values_list(
            "pk", "name", "key", "commune", "commune__departement", "latitude", "longitude"
        )
        self.by_id: dict[str, Known] = {}
        self.by_place: dict[tuple[str, str], list[Known]] = defaultdict(list)
        self.by_departement: dict[str, list[Known]] = defaultdict(list)
        for pk, name, key, commune, departement, lat, lon in rows:
            point = (lat, lon) if lat is not None and lon is not None else None
            row = Known(str(pk), name, key, commune, departement, point)
            self.by_id[row.id] = row
            self.by_place[key, commune].append(row)
            self.by_departement[departement].append(row)
        self.met: dict[str, list[str]] = defaultdict(list)
        self.by_siret: dict[str, tuple[str, str]] = {}
        self.by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for pk, name, key, siret in Organisation.objects.order_by("pk").values_list(
            "pk", "name", "key", "siret"
        ):
            self.by_name[key].append((str(pk), name))
            if siret:
                self.by_siret[siret] = (str(pk), name)


def prepare(batch: Batch) -> None:
    """Find the commune of each line; refuse what cannot be, whatever is known already."""
    find_communes(batch, "code_insee")
    for draft in batch.drafts:
        values = draft.values
        for key in _KEPT:
            if values.get(key) == "":
                del values[key]
        _verify_opening(draft)
        point = {"latitude", "longitude"} & {key for key in values if values[key] != ""}
        if len(point) == 1 and not {"latitude", "longitude"} & {key for key, _ in draft.problems}:
            missing = ({"latitude", "longitude"} - point).pop()
            draft.refuse(missing, "il manque ce nombre. Attendu : une latitude et une longitude, ou rien.")
        _verify_contact(draft)


def _verify_opening(draft: Draft) -> None:
    """A first day that has not come is no opening; a café in preparation has not had it."""
    opened = str(draft.values.get("ouvert_le", ""))
    if not opened:
        return
    if opened > timezone.localdate().isoformat():
        draft.refuse(
            "ouvert_le",
            f"le {opened} n’est pas encore venu. Attendu : un jour passé, ou rien tant que le café n’a pas "
            "ouvert.",
        )
    elif draft.values.get("activite") == Activity.OPENING:
        draft.refuse("ouvert_le", "un café en ouverture n’a pas encore ouvert. Attendu : rien.")


def _verify_contact(draft: Draft) -> None:
    said = contact_said(draft.values)
    refused = {key for key, _ in draft.problems}
    if said and not said["name"] and not refused & CONTACT.keys():
        draft.refuse("contact_nom", "il manque le nom du contact.")
    elif said and not (said["email"] or said["phone"]) and not refused & CONTACT.keys():
        draft.refuse(
            "contact_nom", f"comment joindre « {said['name']} » ? Attendu : un e-mail ou un téléphone."
        )


def find_duplicates(batch: Batch) -> None:
    """Say which café each line is about, certainly or perhaps; then whether what it says can be."""
    register = batch.memory.get("register") or Register()
    batch.memory["register"] = register
    for draft in batch.drafts:
        _find(draft, register)
    records = current({draft.target for draft in batch.drafts if draft.target}, lock=False)
    for draft in batch.drafts:
        _open(draft, records.get(draft.target))
    communes = batch.memory["communes"]
    missing = {str(record.values["code_insee"]) for record in records.values()} - communes.keys()
    if missing:
        communes |= Commune.objects.select_related("departement").in_bulk(missing)
    known = [draft for draft in batch.drafts if draft.target in records]
    entries = entries_of({draft.target for draft in known if _moves(draft, records[draft.target])})
    for draft in batch.drafts:
        record = records.get(draft.target)
        _organisation(draft, register, record)
        if record is not None:
            _keep_what_is_same(draft, record)
        else:
            draft.shown["jumeau"] = _first_alike(draft, register)
        _follow(draft, record)
        if not draft.problems:
            _verify(draft, record, communes, entries)
    _verify_land(batch.drafts)


def _open(draft: Draft, record: Current | None) -> None:
    """A first day of opening says that a café is open, and since when, if nothing else does."""
    values = draft.values
    opened, activity = values.get("ouvert_le"), values.get("activite")
    if not opened or (record is not None and (record.values["activite"] or not activity)):
        return
    if activity in {None, Activity.OPEN.value} and not values.get("activite_depuis"):
        values |= {"activite": Activity.OPEN.value, "activite_depuis": opened}


def _undated(draft: Draft, known: Values) -> list[str]:
    """The columns of days that a line lacks: another state, since when?"""
    said = draft.values
    return [
        since
        for state, since in TRACKS.values()
        if known.get(state) and said.get(state, known[state]) != known[state] and since not in said
    ]


def _moves(draft: Draft, record: Current) -> bool:
    """Whether a line says of a track something else than what is known."""
    names = [name for told in TRACKS.values() for name in told]
    return any(draft.values.get(name, record.values[name]) != record.values[name] for name in names)


def _find(draft: Draft, register: Register) -> None:
    values = draft.values
    number, name = str(values.get("id", "")), str(values.get("nom", ""))
    key, commune = fold(name), str(values.get("code_insee", ""))
    row = register.by_id.get(number)
    if number and row is None:
        draft.refuse("id", f"aucun café ne porte le numéro {number}. Attendu : celui d’un café, ou rien.")
        return
    if row and key and commune and commune != row.commune and _likeness(key, row.key) < ALIKE:
        draft.refuse("id", f"le numéro {number} est celui de « {row.name} », dans une autre commune.")
        return
    same = register.by_place[key, commune] if key else []
    if row is None and len(same) == 1:
        row = same[0]
    if row is not None:
        draft.target = row.id
    elif key and commune:
        draft.candidates = _alike(draft, register)


def _likeness(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio(one, other)


def _alike(draft: Draft, register: Register) -> list[Candidate]:
    """The cafés of the same place with a near-identical name, the nearest names first."""
    values = draft.values
    key, commune = fold(str(values["nom"])), str(values["code_insee"])
    point = (values.get("latitude", ""), values.get("longitude", ""))
    found = []
    for row in register.by_departement[str(values["departement"])]:
        near = "" not in point and row.point is not None and distance_km(*row.point, *point) <= NEAR_KM
        if row.commune != commune and not near:
            continue
        score = _likeness(key, row.key)
        if score >= ALIKE:
            where = "même commune" if row.commune == commune else "à moins de 300 m"
            name = "même nom" if row.key == key else f"noms proches à {round(score)} %"
            found.append((-score, int(row.id), Candidate(row.id, f"{name}, {where}")))
    return [candidate for _, _, candidate in sorted(found, key=lambda one: one[:2])[:MOST_PROPOSED]]


def _first_alike(draft: Draft, register: Register) -> str:
    """The folded name of the first line of this commune that has nearly this name."""
    key, met = fold(str(draft.values.get("nom", ""))), register.met[str(draft.values.get("code_insee", ""))]
    first = next((other for other in met if _likeness(key, other) >= ALIKE), "")
    if not first:
        met.append(key)
    return first or key


def keys(draft: Draft) -> list[Key]:
    """What makes two lines of a file one café, perhaps."""
    place = draft.values.get("code_insee", "")
    value = f"{draft.shown.get('jumeau', '')}:{place}"
    return [Key(value, "nom", "presque le même nom, dans la même commune,", certain=False)]


def _organisation(draft: Draft, register: Register, record: Current | None) -> None:
    """Which organisation a line means, by its SIRET or its name; the one that is there may stay."""
    values = draft.values
    siret, name = values.get("pivot", ""), str(values.get("structure_parente", ""))
    if not siret and not name:
        return
    found = register.by_siret.get(str(siret)) if siret else None
    if found is None and siret:
        draft.refuse(
            "pivot", f"aucune organisation n’a le SIRET {siret}. Enregistrez-la d’abord, ou videz la case."
        )
        return
    if found is None:
        same = register.by_name.get(fold(name), [])
        there = str(record.values["structure_parente"]) if record else ""
        same = [one for one in same if one[0] == there] or same
        if len(same) != 1:
            words = "plusieurs organisations s’appellent" if same else "aucune organisation ne s’appelle"
            draft.refuse(
                "structure_parente", f"{words} « {name[:60]} ». Attendu : le nom ou le SIRET d’une seule."
            )
            return
        found = same[0]
    values["structure_parente"], draft.shown["structure_parente"] = found


def _keep_what_is_same(draft: Draft, record: Current) -> None:
    """What a file rounds or writes in another order is not a change."""
    values, known = draft.values, record.values
    for key in ("latitude", "longitude"):
        if values.get(key, "") != "" and known[key] != "" and round(known[key], 6) == round(values[key], 6):
            values[key] = known[key]
    told = values.get("horaires_confirmes_le")
    if told and record.shown.get("horaires_confirmes_le") == told:
        values["horaires_confirmes_le"] = known["horaires_confirmes_le"]
    story = str(known["presentation_detail"]).replace("\r\n", "\n").strip()
    if values.get("presentation_detail") == story:
        values["presentation_detail"] = known["presentation_detail"]
    for key in ("langues", "paiement"):
        if key in values and set(codes(values[key])) == set(codes(known[key])):
            values[key] = known[key]
    if str(values.get("horaires", "-")) == known["horaires"]:
        values.pop("origine_horaires", None)


def _follow(draft: Draft, record: Current | None) -> None:
    """What a change brings with it: who said the hours, where the point comes from, other services."""
    values, known = draft.values, record.values if record else {}
    if known and values.get("modele", known["modele"]) != known["modele"]:
        # The variant was one of the model before.
        values.setdefault("variante", "")
    if "horaires" in values and values["horaires"] != known.get("horaires", ""):
        values["origine_horaires"] = HoursSource.IMPORT.value
        values.setdefault("horaires_confirmes_le", "")
    if "latitude" in values and (values["latitude"], values.get("longitude")) != (
        known.get("latitude", ""),
        known.get("longitude", ""),
    ):
        bare = values["latitude"] == ""
        values["origine_du_point"] = (PlaceOrigin.COMMUNE if bare else PlaceOrigin.IMPORTED).value
    if "services_en_service" in values and known:
        values["services_autres"] = _others(draft, known)
    shown = values.get("expresso_euros", "")
    if shown != "":
        draft.shown["expresso_euros"] = f"{shown / 100:.2f} €".replace(".", ",")
    if values.get("horaires_confirmes_le"):
        draft.shown["horaires_confirmes_le"] = str(values["horaires_confirmes_le"])[:10]


def _others(draft: Draft, known: dict[str, Any]) -> str:
    """Where the services that a line does not tell of stand: those that ran are suspended."""
    running = set(codes(draft.values["services_en_service"]))
    others = others_of(str(draft.values.get("services_autres", known["services_autres"])))
    stopped = dict.fromkeys(set(codes(known["services_en_service"])) - running, "suspended")
    return others_text({code: one for code, one in (others | stopped).items() if code not in running})


def _verify(
    draft: Draft, record: Current | None, communes: dict[str, Commune], entries: dict[str, list[CafeState]]
) -> None:
    """Refuse what the services would refuse: the point, the variant, the price, the tracks, the contact."""
    known = record.values if record else {}
    values = {**known, **draft.values}
    if not values.get("modele") or not values.get("nom"):
        return
    if not values.get("code_insee"):
        draft.refuse("commune", "un café est dans une commune. Attendu : son nom ou son code.")
        return
    missing = [*since_missing(values), *_undated(draft, known)]
    for column in missing:
        words = "depuis quel jour ? Attendu : une date" if column.endswith("depuis") else "l’état manque"
        draft.refuse(column, f"{words}.")
    if record and contact_said(draft.values):
        _verify_only_contact(draft, record)
    try:
        verify(details_of(values, communes[str(values["code_insee"])], None))
        if (record is None or draft.target in entries) and not missing:
            now = timezone.now()
            tracks = Tracks(entries.get(draft.target, []), now=now, today=timezone.localdate(now))
            if record is None:
                tracks.begin(values)
            tracks.say(values)
    except CafeError as error:
        known_columns = {*_COLUMN_OF.values(), *(name for names in TRACKS.values() for name in names)}
        column = error.field if error.field in known_columns else "activite"
        draft.refuse(_COLUMN_OF.get(error.field, column) if error.field not in CONTACT else "nom", str(error))


def _verify_land(drafts: Iterable[Draft]) -> None:
    """Refuse the points that are in the sea: few queries for all."""
    told = [
        draft
        for draft in drafts
        if not draft.problems
        and draft.values.get("code_insee")
        and "" not in (draft.values.get("latitude", ""), draft.values.get("longitude", ""))
    ]
    points = [
        (str(draft.values["code_insee"]), float(draft.values["latitude"]), float(draft.values["longitude"]))
        for draft in told
    ]
    for draft, point, is_off in zip(told, points, off_land(points), strict=True):
        if is_off:
            draft.refuse("latitude", in_the_sea(point[1], point[2]))


def _verify_only_contact(draft: Draft, record: Current) -> None:
    """A file corrects the only contact of a café, or gives the first: it replaces nobody."""
    there, said = contact_said(record.values), contact_said(draft.values)
    alone = (
        not there
        or fold(there["name"]) == fold(said["name"])
        or (there["email"] and there["email"] == said["email"])
    )
    if not alone:
        draft.refuse(
            "contact_nom",
            f"ce café a déjà un contact, « {there['name']} ». Ajoutez celui-ci sur la page du café.",
        )
