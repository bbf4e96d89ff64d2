"""The people and objects that the access matrix asks about: everybody works here; others live there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import ApiToken, Invitation, Role, User
from millecafes.cafes.models import Cafe
from millecafes.common import documents, jobs
from millecafes.common.actors import Actor
from millecafes.common.documents import uploads
from millecafes.common.documents.forms import ticket_for
from millecafes.common.documents.kinds import kind_of
from millecafes.common.documents.models import Document, Upload
from millecafes.common.imports.models import ImportRun
from millecafes.common.jobs.models import Job
from millecafes.common.notifications.models import Notification
from millecafes.pages.enums import Subject
from millecafes.pages.models import ContactMessage
from millecafes.partners.models import OrganisationContact
from millecafes.territory.models import Commune
from tests.architecture.access_kinds import ROLES, Case, Values
from tests.factories.cafes import make_cafe
from tests.factories.documents import make_document, make_logo
from tests.factories.imports import sent_by
from tests.factories.notifications import make_notification
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
    cafe: Cafe  # a café of this commune, open and member; that of its managers

    def invitation(self) -> Invitation:
        """A new invitation to be the secretary of this commune."""
        return make_invitation(f"commune:{self.commune}")

    def import_run(self) -> ImportRun:
        """A file that the asker sent, and whose lines were analysed."""
        return sent_by(self.user)

    def job(self) -> Job:
        """A new job that `user` asked for."""
        return jobs.enqueue("common.purge", actor=Actor(user_id=self.user.pk), now=timezone.now())

    def ticket(self) -> str:
        """What lets `user` send a file."""
        return ticket_for(kind_of("partners.document"), Actor(user_id=self.user.pk))

    def upload(self) -> Upload:
        """A file that `user` is sending."""
        kind = kind_of("partners.document")
        asked = {"name": "a.pdf", "size": 5, "sha256": "", "now": timezone.now()}
        return uploads.begin(kind=kind, owner_id=self.user.pk, **asked)

    def notification(self) -> Notification:
        """Something that `user` is told."""
        return make_notification(self.user)

    def document(self) -> Document:
        """A document about the organisation of this commune."""
        known = documents.of(self.contact.organisation, "partners.document")
        return known[0] if known else make_document(self.contact.organisation)

    def logo(self) -> Document:
        """Its logo, always at its first version."""
        known = documents.of(self.contact.organisation, "partners.logo")
        return known[0] if known else make_logo(self.contact.organisation)

    def token(self) -> ApiToken:
        """A new token of the person of this side."""
        now = timezone.now()
        return ApiToken.objects.create(
            user=self.user,
            role=self.role or self.person_role,
            name="Programme",
            fingerprint=f"{now:%f}-{self.user.pk}",
            created_at=now,
            expires_at=now + dt.timedelta(days=30),
        )

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
        self.cafes = {
            contact.organisation.commune_id: make_cafe(
                f"Café {contact.organisation.commune_id}", contact.organisation.commune
            )
            for contact in (near, far)
        }
        self.users: dict[str, User] = {"person": make_person(), "repairer": make_person(is_staff=True)}
        self.users["repairer"].is_superuser = True
        self.users["repairer"].save()
        self.roles: dict[str, Role] = {}
        own = f"cafe:{self.cafes[HERE].pk}"
        places = {
            **PERIMETERS,
            RoleKind.PARTNER: f"organisation:{near.organisation_id}",
            RoleKind.MANAGER: own,
            RoleKind.VOLUNTEER: own,
        }
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
            there = (self.contacts[THERE], self.cafes[THERE])
            return Side(THERE, self.other, self.other.user, stranger.user, stranger, *there)
        near, here = self.neighbour, (self.contacts[HERE], self.cafes[HERE])
        return Side(HERE, self.roles.get(role), self.users[role], near.user, near, *here)

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
