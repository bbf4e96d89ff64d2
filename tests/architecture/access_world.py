"""The people and objects that the access matrix asks about: everybody works here; others live there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Invitation, Role, User
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactMessage
from millecafes.partners.models import OrganisationContact
from millecafes.territory.models import Commune
from tests.architecture.access_kinds import ROLES, Case, Values
from tests.factories.pages import make_message
from tests.factories.partners import make_contact, make_organisation
from tests.factories.people import give_factor, make_invitation, make_person
from tests.factories.territory import make_commune

HERE, THERE = "81294", "33063"
# The perimeter of each hat. A role that covers the place without being of it must not open more.
PERIMETERS = {
    RoleKind.TEAM: "network",
    RoleKind.REGIONAL: "departement:81",
    RoleKind.BUYER: "network",
    RoleKind.ELECTED: f"commune:{HERE}",
    RoleKind.SECRETARY: f"commune:{HERE}",
    RoleKind.EPCI: "epci:200066124",
    RoleKind.MANAGER: "cafe:1",
    RoleKind.VOLUNTEER: "cafe:1",
    RoleKind.CANDIDATE: "person:1",
    RoleKind.PARTNER: "organisation:1",
    RoleKind.FUNDER: "departement:81",
}


@dataclass(frozen=True)
class Side:
    """The objects of one side: the asker's own, in their perimeter; or those of others, elsewhere."""

    commune: str
    role: Role | None  # one that belongs to `user`
    user: User
    person: User  # somebody else of this commune's town hall
    person_role: Role
    contact: OrganisationContact  # somebody of an organisation of this commune

    def invitation(self) -> Invitation:
        """A new invitation to be the secretary of this commune."""
        return make_invitation(f"commune:{self.commune}")

    def message(self) -> ContactMessage:
        """A new message about a café for this commune."""
        return make_message(Subject.OPEN, commune=Commune.objects.get(pk=self.commune))


def give(user: User, kind: RoleKind, perimeter: str) -> Role:
    """A role, without the checks of the service: cafés and organisations are other rooms' business."""
    now = timezone.now()
    return Role.objects.create(
        user=user, kind=kind, perimeter=perimeter, starts_on=timezone.localdate(now), created_at=now
    )


class World:
    """Everybody, signed in; two communes."""

    def __init__(self) -> None:
        near, far = (
            make_contact(make_organisation(f"Cave {commune}", commune=commune))
            for commune in (
                make_commune(HERE),
                make_commune(THERE, "Bordeaux", postal_code="33000", epci="243300316"),
            )
        )
        self.contacts = {HERE: near, THERE: far}
        self.users: dict[str, User] = {"person": make_person(), "repairer": make_person(is_staff=True)}
        self.users["repairer"].is_superuser = True
        self.users["repairer"].save()
        self.roles: dict[str, Role] = {}
        places = {**PERIMETERS, RoleKind.PARTNER: f"organisation:{near.organisation_id}"}
        for kind, perimeter in places.items():
            self.users[kind] = make_person(name=kind.label)
            self.roles[kind] = give(self.users[kind], kind, perimeter)
        self.neighbour = give(make_person(), RoleKind.ELECTED, f"commune:{HERE}")
        self.stranger = give(make_person(), RoleKind.ELECTED, f"commune:{THERE}")
        self.other = give(make_person(), RoleKind.SECRETARY, f"commune:{THERE}")
        for user in self.users.values():
            give_factor(user)
        self.clients = {role: Client() for role in ROLES}
        for role, user in self.users.items():
            self.clients[role].force_login(user)
        self.cookies = {role: client.cookies.copy() for role, client in self.clients.items()}

    def side(self, role: str, foreign: bool) -> Side:
        """The objects of one side."""
        if foreign or role == "anonymous":
            stranger = self.stranger
            return Side(THERE, self.other, self.other.user, stranger.user, stranger, self.contacts[THERE])
        near = self.neighbour
        return Side(HERE, self.roles.get(role), self.users[role], near.user, near, self.contacts[HERE])

    def ask(
        self, name: str, case: Case, role: str, *, foreign: bool = False, post: bool = False
    ) -> HttpResponse:
        """What an address answers a role; the browser is as new each time."""
        side = self.side(role, foreign)
        address = name if name.startswith("/") else reverse(name, kwargs=_made(case.kwargs, side))
        client = self.clients[role]
        client.cookies = self.cookies[role].copy()
        if post:
            return client.post(address, _made(case.data, side))  # type: ignore[return-value]
        return client.get(f"{address}?{case.query}".rstrip("?"))  # type: ignore[return-value]


def _made(values: Values, side: Side) -> Mapping[str, Any]:
    return values(side) if callable(values) else values
