"""Which organisation a line is about: by its numbers, by its name and place, or perhaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from millecafes.common.imports.registry import Batch, Candidate, Current, Draft, Key
from millecafes.common.matching import fold
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation
from millecafes.partners.queries import ALIKE_IN_COMMUNE, ALIKE_IN_DEPARTEMENT, organisations
from millecafes.territory.queries.lines import find_communes

MOST_PROPOSED = 3
# A word that so many names hold says nothing of which one is meant.
TOO_COMMON = 300


@dataclass(frozen=True)
class Known:
    """What an organisation is compared by."""

    id: str
    key: str
    commune: str
    departement: str
    kind: str
    siret: str
    rna: str


class Register:
    """Every organisation, read once for a file."""

    def __init__(self) -> None:
        rows = Organisation.objects.order_by("pk").values_list(
            "pk", "key", "commune", "commune__departement", "kind", "siret", "rna"
        )
        self.rows = [Known(*("" if value is None else str(value) for value in row)) for row in rows]
        self.by_id = {row.id: row for row in self.rows}
        self.by_number = {number: row for row in self.rows for number in (row.siret, row.rna) if number}
        self.halls = {row.commune: row for row in self.rows if row.kind == OrganisationKind.TOWN_HALL}
        self.by_name: dict[tuple[str, str], list[Known]] = defaultdict(list)
        self.by_departement: dict[str, list[Known]] = defaultdict(list)
        self.by_word: dict[str, list[Known]] = defaultdict(list)
        for row in self.rows:
            self.by_name[row.key, row.commune].append(row)
            self.by_departement[row.departement].append(row)
            for word in set(row.key.split()):
                self.by_word[word].append(row)

    def around(self, draft: Draft) -> list[Known]:
        """The organisations that a line may be about: of its département, else those that share a word."""
        if draft.values.get("code_commune"):
            return self.by_departement[str(draft.values.get("departement", ""))]
        words = fold(str(draft.values.get("nom", ""))).split()
        found = {
            row.id: row
            for word in words
            for row in self.by_word[word]
            if len(self.by_word[word]) <= TOO_COMMON
        }
        return list(found.values())


def prepare(batch: Batch) -> None:
    """Find the commune of each line, by its code or by its name and what is around it."""
    find_communes(batch, "code_commune")


def find_duplicates(batch: Batch) -> None:
    """Say which organisation each line is about, certainly or perhaps."""
    register = batch.memory.setdefault("register", None) or Register()
    batch.memory["register"] = register
    for draft in batch.drafts:
        _find(draft, register)


def _find(draft: Draft, register: Register) -> None:
    values = draft.values
    number = values.get("numero", "")
    if number and number not in register.by_id:
        draft.refuse(
            "numero", f"aucune fiche ne porte le numéro {number}. Attendu : celui d’une fiche, ou rien."
        )
        return
    held = {name: register.by_number.get(str(values.get(name) or "-")) for name in ("siret", "rna")}
    row = register.by_id.get(str(number)) or held["siret"] or held["rna"]
    for name, other in held.items():
        if row and other and other.id != row.id:
            words = {"siret": "ce SIRET", "rna": "ce numéro RNA"}[name]
            draft.refuse(name, f"{words} est celui d’une autre fiche, le numéro {other.id}.")
            return
    if row is None and values.get("nature") == OrganisationKind.TOWN_HALL:
        row = register.halls.get(str(values.get("code_commune", "")))
        if row is None and not values.get("code_commune"):
            draft.refuse("commune", "une mairie est celle d’une commune. Attendu : son nom ou son code.")
            return
    row = row or _same_name(draft, register)
    if row is not None:
        draft.target = row.id
    elif values.get("nom"):
        draft.candidates = _alike(draft, register)


def _same_name(draft: Draft, register: Register) -> Known | None:
    """The only organisation of that name in that place, unless its numbers are others."""
    rows = register.by_name[fold(str(draft.values.get("nom", ""))), str(draft.values.get("code_commune", ""))]
    rows = [row for row in rows if not _other_number(draft, row)]
    if len(rows) > 1:
        rows = [row for row in rows if row.kind == draft.values.get("nature")]
    return rows[0] if len(rows) == 1 and rows[0].key else None


def _other_number(draft: Draft, row: Known) -> str:
    """The number by which a line and an organisation differ, in words."""
    for name, mine, words in (
        ("siret", row.siret, "un autre SIRET"),
        ("rna", row.rna, "un autre numéro RNA"),
    ):
        if mine and draft.values.get(name) and draft.values[name] != mine:
            return words
    return ""


def _alike(draft: Draft, register: Register) -> list[Candidate]:
    from rapidfuzz import fuzz

    key, place = fold(str(draft.values["nom"])), str(draft.values.get("code_commune", ""))
    found = []
    for row in register.around(draft):
        here = bool(place) and row.commune == place
        compare, least = (
            (fuzz.token_set_ratio, ALIKE_IN_COMMUNE)
            if here
            else (fuzz.token_sort_ratio, ALIKE_IN_DEPARTEMENT)
        )
        score = compare(key, row.key, score_cutoff=least)
        if score:
            found.append((-score, not here, int(row.id), row))
    return [
        Candidate(row.id, _why(-score, not away, draft, row))
        for score, away, _, row in sorted(found, key=lambda item: item[:3])[:MOST_PROPOSED]
    ]


def _why(score: float, here: bool, draft: Draft, row: Known) -> str:
    name = "même nom" if row.key == fold(str(draft.values["nom"])) else f"noms proches à {round(score)} %"
    where = (
        "même commune"
        if here
        else "même département"
        if draft.values.get("code_commune")
        else "sans lieu sûr"
    )
    other = _other_number(draft, row)
    return f"{name}, {where}{f', mais {other}' if other else ''}"


def keys(draft: Draft) -> list[Key]:
    """What makes two lines of a file one organisation."""
    values = draft.values
    found = []
    for name, words in (("siret", "même SIRET"), ("rna", "même numéro RNA")):
        if values.get(name):
            found.append(Key(f"{name}:{values[name]}", name, words))
    place = values.get("code_commune", "")
    if values.get("nature") == OrganisationKind.TOWN_HALL:
        found.append(Key(f"mairie:{place}", "commune", "mairie de la même commune"))
    name = fold(str(values.get("nom", "")))
    found.append(Key(f"nom:{name}:{place}", "nom", "même nom et même commune", certain=False))
    return found


def current(numbers: Collection[str], lock: bool) -> Mapping[str, Current]:
    """Organisations as they are now."""
    rows = organisations().filter(pk__in=[int(number) for number in numbers])
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = {}
    for row in rows:
        commune = row.commune
        values = {
            "nom": row.name,
            "nature": row.kind,
            "siret": row.siret,
            "rna": row.rna,
            "code_commune": commune.code if commune else "",
            "site": row.website,
            "telephone": row.phone,
            "courriel": row.email,
        }
        shown = {"code_commune": f"{commune.name} ({commune.code})"} if commune else {}
        found[str(row.pk)] = Current(values, row.name, row.get_absolute_url(), shown)
    return found
