"""Forms of the team's page of a café: its life, what it offers, whom to reach, notes, visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Activity, EventKind, Relation, ServiceStatus, Track
from millecafes.cafes.forms.fields import (
    NOT_IN_LIST,
    CafeForm,
    DayField,
    EmailField,
    OrganisationField,
    PhoneField,
)
from millecafes.cafes.models import CafeContact, CafeService, Visit
from millecafes.cafes.services import CafeError, ServiceDetails
from millecafes.cafes.services.following import ContactDetails, VisitDetails
from millecafes.cafes.services.hours import checked_hours
from millecafes.common.actors import Actor
from millecafes.common.forms import LineField

_INVALID = {"invalid_choice": NOT_IN_LIST}
EVENT = "event"
_DAY_NEEDED = {"required": "Choisissez le jour."}


def _prefixed(prefix: str, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(f"{prefix}:{value}", label) for value, label in choices]


class StepForm(CafeForm):
    """An entry of the life of a café: on one of its tracks, or an event."""

    state = forms.ChoiceField(
        label="Ce qui s’est passé",
        choices=[
            ("", "Choisissez"),
            ("Activité", _prefixed(Track.ACTIVITY, Activity.choices)),
            ("Lien avec le réseau", _prefixed(Track.RELATION, Relation.choices)),
            ("Événement", _prefixed(EVENT, EventKind.choices)),
        ],
        error_messages={"required": "Choisissez ce qui s’est passé.", **_INVALID},
    )
    on = DayField(label="À partir du", error_messages=_DAY_NEEDED)
    reason = LineField(label="Raison", max_length=300, required=False)

    @property
    def told(self) -> tuple[str, str]:
        """The track (or `EVENT`), and the state (or kind of event)."""
        family, _, value = self.cleaned_data["state"].partition(":")
        return family, value


class ServiceForm(CafeForm):
    """A service of a café; its kind is chosen once."""

    code = forms.ChoiceField(
        label="Service", error_messages={"required": "Choisissez le service.", **_INVALID}
    )
    status = forms.ChoiceField(
        label="État",
        choices=ServiceStatus.choices,
        error_messages={"required": "Choisissez l’état du service.", **_INVALID},
    )
    partner = OrganisationField(label="Partenaire")
    hours = LineField(
        label="Horaires propres",
        max_length=500,
        required=False,
        help_text="Comme Mo-Fr 09:00-12:00. Vide : ceux du café.",
    )
    started_on = DayField(label="Depuis le", required=False)
    ended_on = DayField(label="Jusqu’au", required=False)
    note = LineField(label="Précision", max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, actor: Actor, present: set[str], service: CafeService | None = None
    ) -> None:
        names = [name for name in self.base_fields if name != "code"]
        initial = {name: getattr(service, name) for name in names} if service else {}
        super().__init__(data, initial=initial or {"status": ServiceStatus.RUNNING})
        partner, code = self.fields["partner"], self.fields["code"]
        assert isinstance(partner, OrganisationField)  # noqa: S101 - declared above
        self.initial["partner"] = partner.ask(actor, service.partner if service else None)
        if service is not None:
            del self.fields["code"]
            return
        assert isinstance(code, forms.ChoiceField)  # noqa: S101 - declared above
        free = [
            (group.label, [(kind.code, kind.label) for kind in group.services if kind.code not in present])
            for group in catalogue.groups()
        ]
        code.choices = [("", "Choisissez"), *((label, kinds) for label, kinds in free if kinds)]

    def clean_hours(self) -> str:
        """Hours in the one form that is kept."""
        try:
            return checked_hours(self.cleaned_data["hours"])
        except CafeError as error:
            raise ValidationError(str(error)) from error

    @property
    def details(self) -> ServiceDetails:
        """What a valid form says."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        return ServiceDetails(**{**told, "status": ServiceStatus(told["status"])})


class ContactForm(CafeForm):
    """Somebody to reach about a café."""

    name = LineField(label="Nom", max_length=150, error_messages={"required": "Écrivez le nom du contact."})
    role = LineField(label="Fonction", max_length=100, required=False)
    email = EmailField(label="Adresse e-mail", max_length=254, required=False)
    phone = PhoneField(label="Téléphone", max_length=40, required=False)

    def __init__(self, data: Any = None, *, contact: CafeContact | None = None) -> None:
        names = list(self.base_fields)
        super().__init__(data, initial={name: getattr(contact, name) for name in names} if contact else {})

    @property
    def details(self) -> ContactDetails:
        """What a valid form says."""
        return ContactDetails(**self.cleaned_data)


class NoteForm(CafeForm):
    """A note of the team."""

    text = forms.CharField(
        label="Note",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Écrivez la note."},
        help_text="Lue par l’équipe nationale et la référence régionale : rien de sensible sur une personne.",
    )


class VisitForm(CafeForm):
    """A visit to a café."""

    on = DayField(label="Date", error_messages=_DAY_NEEDED)
    who = LineField(label="Qui", max_length=200, error_messages={"required": "Écrivez qui est venu."})
    observations = forms.CharField(
        label="Observations", max_length=8_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    follow_ups = forms.CharField(
        label="Suites à donner", max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    follow_up_on = DayField(label="Avant le", required=False)

    def __init__(
        self, data: Any = None, *, visit: Visit | None = None, today: dt.date | None = None, who: str = ""
    ) -> None:
        names = list(self.base_fields)
        said = {name: getattr(visit, name) for name in names} if visit else {"on": today, "who": who}
        super().__init__(data, initial=said)

    @property
    def details(self) -> VisitDetails:
        """What a valid form says."""
        return VisitDetails(**self.cleaned_data)
