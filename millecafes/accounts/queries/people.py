"""Reads about people, as far as a perimeter lets them be seen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from millecafes.accounts.enums import PersonState, RoleKind
from millecafes.accounts.models import Role, User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import is_active_on
from millecafes.common.matching import fold


@dataclass(frozen=True)
class Asked:
    """Which people are looked for: words of their name or address, a role, where, and where they stand."""

    text: str = ""
    kind: str = ""
    perimeter: str = ""
    state: str = ""


ListedValues = tuple[int, str, str, bool, bool]


class Listed(NamedTuple):
    """Somebody in a list: no more is read than what it shows."""

    pk: int
    full_name: str
    email: str
    is_demo: bool
    is_active: bool

    def __str__(self) -> str:
        return self.full_name or self.email


@dataclass(frozen=True)
class HatLine:
    """A role in words, in a list."""

    kind: str
    place: str
    perimeter: str
    starts_on: dt.date
    last_day: dt.date | None
    state: PersonState


@dataclass(frozen=True)
class PersonRow:
    """A person with the roles that may be seen."""

    person: Listed
    hats: Sequence[HatLine]


@dataclass(frozen=True)
class Hat:
    """A role, in words and ready for permissions."""

    role: Role
    place: str
    state: PersonState

    @property
    def can_end(self) -> bool:
        """Whether it is not over yet."""
        return self.state != PersonState.PAST


_ORDER = {state: rank for rank, state in enumerate(PersonState)}
_KINDS = {kind.value: kind.label for kind in RoleKind}
# Beyond, naming people one by one in a query costs more than reading every role.
_FEW = 500


def people_listed(outer: str, asked: Asked, today: dt.date) -> QuerySet[User, ListedValues]:
    """The people who have, or had, a role in `outer`, by name; the network holds everybody."""
    rows = _matching(outer, asked, today)
    for word in fold(asked.text).split():
        # The beginning of any word of the name or of the address.
        rows = rows.filter(Q(key__startswith=word) | Q(key__contains=f" {word}"))
    return rows.order_by("key", "pk").values_list(*Listed._fields)


def _matching(outer: str, asked: Asked, today: dt.date) -> QuerySet[User]:
    seen = Role.objects.filter(perimeters.lying_in("perimeter", outer), user=OuterRef("pk"))
    wanted = seen
    if asked.kind:
        wanted = wanted.filter(kind=asked.kind)
    if asked.perimeter:
        wanted = wanted.filter(perimeters.lying_in("perimeter", asked.perimeter))
    people = User.objects.filter(erased_at__isnull=True)
    if asked.state == PersonState.NONE:
        alone = outer == perimeters.NETWORK and wanted is seen
        return people.filter(~Exists(seen)) if alone else people.none()
    if asked.state:
        return people.filter(_standing(PersonState(asked.state), wanted, today))
    return people if outer == perimeters.NETWORK and wanted is seen else people.filter(Exists(wanted))


def _standing(state: PersonState, roles: QuerySet[Role], today: dt.date) -> Q:
    """The condition that these roles put somebody in a state: the best of their roles decides."""
    active = Q(Exists(roles.filter(is_active_on(today))))
    if state == PersonState.ACTIVE:
        return active
    coming = Q(Exists(roles.filter(starts_on__gt=today, ended_at__isnull=True)))
    if state == PersonState.COMING:
        return coming & ~active
    return Q(Exists(roles)) & ~active & ~coming


def person_rows(rows: Iterable[ListedValues], outer: str, today: dt.date) -> list[PersonRow]:
    """People with their roles that lie in `outer`: as many queries for one as for fifty."""
    listed = [Listed(*row) for row in rows]
    held = Role.objects.filter(perimeters.lying_in("perimeter", outer))
    if len(listed) <= _FEW:
        held = held.filter(user__in=[person.pk for person in listed])
    fields = ("user_id", "kind", "perimeter", "starts_on", "ends_on", "ended_at")
    found = list(held.order_by("-starts_on", "-pk").values_list(*fields))
    places = perimeters.labels(row[2] for row in found)
    hats: dict[int, list[HatLine]] = defaultdict(list)
    for user, kind, key, first, last, ended in found:
        day = timezone.localdate(ended) if ended else last
        line = HatLine(_KINDS[kind], places[key], key, first, day, _state(first, last, ended, today))
        hats[user].append(line)
    for lines in hats.values():
        lines.sort(key=lambda line: _ORDER[line.state])
    return [PersonRow(person, hats[person.pk]) for person in listed]


def hats_of_person(person: User, outer: str, today: dt.date) -> list[Hat]:
    """The roles of a person that lie in `outer`: those of today first, then the latest."""
    rows = Role.objects.filter(perimeters.lying_in("perimeter", outer), user=person)
    found = list(rows.select_related("granted_by").order_by("-starts_on", "-pk"))
    places = perimeters.labels(role.perimeter for role in found)
    hats = []
    for role in found:
        role.lies_in = (outer,)
        state = _state(role.starts_on, role.ends_on, role.ended_at, today)
        hats.append(Hat(role, places[role.perimeter], state))
    return sorted(hats, key=lambda hat: _ORDER[hat.state])


def _state(first: dt.date, last: dt.date | None, ended: dt.datetime | None, today: dt.date) -> PersonState:
    """Where a role stands."""
    if ended is not None or (last is not None and last < today):
        return PersonState.PAST
    return PersonState.COMING if first > today else PersonState.ACTIVE


def people() -> QuerySet[User]:
    """People who were not erased."""
    return User.objects.filter(erased_at__isnull=True)


def place_person(person: User) -> None:
    """Read the perimeters a person lies in: those of their roles."""
    keys = (
        Role.objects.filter(user=person).order_by("perimeter").values_list("perimeter", flat=True).distinct()
    )
    person.lies_in = tuple(above for key in keys for above in perimeters.keys_above(key))


def roles() -> QuerySet[Role]:
    """Every role, with whose it is."""
    return Role.objects.select_related("user")


def place_role(role: Role) -> None:
    """Read the perimeters a role lies in."""
    role.lies_in = perimeters.keys_above(role.perimeter)
