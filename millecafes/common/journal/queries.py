"""Reads of the journal: the lines of a filter, put into words with a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from millecafes.common.journal import registry
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.common.journal.sentences import PERSON, Line, Words, line_of
from millecafes.common.privacy.declaring import all_declarations


@dataclass(frozen=True)
class Asked:
    """What is looked for: people (who acted, or whom it is about), an action, an object, days."""

    people: frozenset[int] | None = None
    verb: str = ""
    target_type: str = ""
    target_id: str = ""
    since: dt.date | None = None
    until: dt.date | None = None  # that day included


def entries(asked: Asked) -> QuerySet[JournalEntry]:
    """The lines of a filter, the latest first."""
    found = JournalEntry.objects.select_related("personal").order_by("-at", "-pk")
    if asked.people is not None:
        # Two indexes rather than a join: a person who did little is found without reading every line.
        about = JournalPersonal.objects.filter(subject__in=asked.people).values("entry")
        found = found.filter(Q(actor__in=asked.people) | Q(pk__in=about))
    exact = {"verb": asked.verb, "target_type": asked.target_type, "target_id": asked.target_id}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if asked.since:
        found = found.filter(at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(at__lt=_midnight(asked.until + dt.timedelta(days=1)))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def lines(found: Iterable[JournalEntry]) -> list[Line]:
    """Lines in words: one query for people, one for each kind of hat's place, one for each kind of object."""
    rows = list(found)
    subjects = {row.pk: row.personal.subject_id for row in rows if hasattr(row, "personal")}
    words = Words(
        people=registry.names_of([*(row.actor_id for row in rows), *subjects.values()]),
        hats=registry.hats_of(row.hat for row in rows),
        places=registry.places_of(str(row.data["perimeter"]) for row in rows if "perimeter" in row.data),
        objects=_object_labels(rows),
        urls={key: target.url for key, target in registry.targets().items() if target.url},
        fields={key: declared.personal for key, declared in all_declarations().items()},
    )
    return [line_of(row, words) for row in rows]


def lines_about(thing: Model, limit: int, perimeter: str = "") -> list[Line]:
    """The latest lines about one object.

    About a person: also what was done for them on other objects; with `perimeter`, those that lie there.
    """
    kind = thing._meta.label_lower
    about = Q(target_type=kind, target_id=str(thing.pk))
    if kind == PERSON:
        done = Q(pk__in=JournalPersonal.objects.filter(subject=thing.pk).values("entry"))
        about |= done & Q(perimeters__contains=f"|{perimeter}|") if perimeter else done
    return lines(entries(Asked()).filter(about)[:limit])


def _object_labels(rows: Sequence[JournalEntry]) -> dict[tuple[str, str], str]:
    """What each object is called: its own name when its room says it, else its kind and number."""
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.target_type].add(row.target_id)
    found: dict[tuple[str, str], str] = {}
    for kind, numbers in ids.items():
        target = registry.targets().get(kind)
        named = target.labels(numbers) if target else {}
        label = kind_label(kind).lower()
        found |= {(kind, number): named.get(number, f"{label} {number}") for number in numbers}
    return found


def kind_label(kind: str) -> str:
    """What a kind of object is called."""
    target = registry.targets().get(kind)
    if target:
        return target.label
    try:
        name = str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind
    return name[:1].upper() + name[1:]


def kinds() -> list[tuple[str, str]]:
    """Every kind of object one may filter by: what rooms registered, and models that lie somewhere."""
    placed = {model._meta.label_lower for model in apps.get_models() if hasattr(model, "perimeter_keys")}
    found = {kind: kind_label(kind) for kind in placed | registry.targets().keys()}
    return sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
