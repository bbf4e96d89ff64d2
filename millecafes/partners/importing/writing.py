"""Many organisations written at once, by the rules of the services that write one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from millecafes.accounts.models import Invitation, Role
from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.imports.links import used_by
from millecafes.common.imports.registry import Values, Written
from millecafes.common.matching import fold
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation
from millecafes.partners.queries import is_within, organisations
from millecafes.partners.services import Details, OrganisationError, fields_in_words, values_of, verify_alone
from millecafes.territory.models import Commune

_FIELDS = {"siret": "siret", "rna": "rna", "site": "website", "telephone": "phone", "courriel": "email"}
_BATCH = 100


class _Place:
    """What others hold already: numbers, and town halls by commune."""

    def __init__(self, told: Iterable[Details]) -> None:
        told = list(told)
        self.held: dict[tuple[str, str], int] = {}
        for field in ("siret", "rna"):
            numbers = {getattr(details, field) for details in told} - {""}
            rows = Organisation.objects.filter(**{f"{field}__in": numbers}).values_list(field, "pk")
            self.held |= {(field, number): pk for number, pk in rows.order_by()}
        communes = {details.commune.pk for details in told if details.commune and _is_hall(details)}
        halls = Organisation.objects.filter(kind=OrganisationKind.TOWN_HALL, commune__in=communes)
        self.held |= {("hall", code): pk for code, pk in halls.order_by().values_list("commune", "pk")}

    def take(self, details: Details, number: int) -> str:
        """Keep what this organisation holds for it alone; why not, when another has it."""
        wanted = {
            ("siret", details.siret): "Une organisation a déjà ce SIRET.",
            ("rna", details.rna): "Une organisation a déjà ce numéro RNA.",
            ("hall", details.commune.pk if details.commune and _is_hall(details) else ""): (
                f"La mairie de {details.commune} existe déjà."
            ),
        }
        for key, words in wanted.items():
            if key[1] and self.held.get(key, number) != number:
                return words
        self.held |= {key: number for key in wanted if key[1]}
        return ""


def _is_hall(details: Details) -> bool:
    return details.kind == OrganisationKind.TOWN_HALL


def _told(rows: Mapping[Any, Values], actor: Actor, written: Written) -> dict[Any, Details]:
    """What lines say, as services take it; what they cannot say is refused."""
    codes = {str(values["code_commune"]) for values in rows.values() if values.get("code_commune")}
    communes = Commune.objects.select_related("departement").in_bulk(codes)
    found = {}
    for number, values in rows.items():
        details = Details(
            name=str(values["nom"]),
            kind=OrganisationKind(values["nature"]),
            commune=communes.get(str(values.get("code_commune", ""))),
            **{field: str(values.get(key, "")) for key, field in _FIELDS.items()},
        )
        try:
            verify_alone(details)
        except OrganisationError as error:
            written.refused[number] = str(error)
            continue
        if not is_within(actor, details.commune):
            written.refused[number] = "Cette organisation est hors de votre périmètre."
            continue
        found[number] = details
    return found


@transaction.atomic
def create(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Keep new organisations; one line of the journal each."""
    written = Written()
    told = _told(rows, actor, written)
    place = _Place(told.values())
    kept: dict[Any, Organisation] = {}
    for number, details in told.items():
        why = place.take(details, -int(number) - 1)
        if why:
            written.refused[number] = why
            continue
        kept[number] = Organisation(
            **values_of(details), key=fold(details.name), created_at=now, is_demo=settings.DEMO
        )
    Organisation.objects.bulk_create(kept.values(), batch_size=_BATCH)
    journal.record_all(actor=actor, verb="partners.organisation_added", targets=list(kept.values()), now=now)
    written.done = {number: str(row.pk) for number, row in kept.items()}
    return written


@transaction.atomic
def change(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Write what is now said of organisations; the journal says which fields of each changed."""
    written = Written()
    told = _told(rows, actor, written)
    place = _Place(told.values())
    known = organisations().select_for_update(of=("self",)).in_bulk([int(number) for number in told])
    changed: list[Organisation] = []
    fields: list[list[str]] = []
    for number, details in told.items():
        row = known[int(number)]
        why = "" if is_within(actor, row.commune) else "Cette organisation est hors de votre périmètre."
        why = why or place.take(details, row.pk)
        if why:
            written.refused[number] = why
            continue
        written.done[number] = number
        names = [name for name, value in values_of(details).items() if getattr(row, name) != value]
        for name in names:
            setattr(row, name, getattr(details, name))
        row.key = fold(row.name)
        if names:
            changed.append(row)
            fields.append(names)
    if changed:
        touched = sorted({"key", *(name for names in fields for name in names)})
        Organisation.objects.bulk_update(changed, touched, batch_size=_BATCH)
    journal.record_all(
        actor=actor,
        verb="partners.organisation_changed",
        targets=changed,
        now=now,
        data=[{"fields": fields_in_words(names)} for names in fields],
    )
    return written


@transaction.atomic
def remove(rows: Mapping[Any, Values], actor: Actor, now: dt.datetime) -> Written:
    """Take out organisations that an import brought, but for those that serve by now."""
    written = Written()
    known = organisations().in_bulk([int(number) for number in rows])
    used = used_by(Organisation, list(known))
    keys = {f"organisation:{pk}": pk for pk in known}
    for model in (Role, Invitation):
        worn = model._default_manager.filter(perimeter__in=list(keys)).order_by()
        for key in worn.values_list("perimeter", flat=True):
            used.setdefault(keys[key], str(model._meta.verbose_name_plural))
    gone = []
    for number in rows:
        pk = int(number)
        if pk in used:
            written.refused[number] = f"La fiche sert ailleurs ({used[pk]}) : elle est laissée."
        else:
            written.done[number] = number
            gone.append(known[pk])
    journal.record_all(actor=actor, verb="partners.organisation_withdrawn", targets=gone, now=now)
    Organisation.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return written
