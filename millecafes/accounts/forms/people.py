"""Forms of people, their roles and invitations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from millecafes.accounts.enums import (
    INVITES,
    PERIMETERS,
    InvitationState,
    PerimeterKind,
    PersonState,
    RoleKind,
)
from millecafes.accounts.models import User
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.people import Asked
from millecafes.accounts.queries.perimeters import NETWORK, ONESELF, Place
from millecafes.accounts.rules import Offer
from millecafes.common.actors import Actor
from millecafes.common.forms import HouseForm, LineField
from millecafes.common.journal.forms import DayField

NOT_LISTED = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."


class PlacesError(forms.ValidationError):
    """Several places answer what was typed."""

    def __init__(self, typed: str, places: Iterable[Place]) -> None:
        super().__init__(f"Plusieurs lieux répondent à « {typed} » : choisissez.")
        self.places = list(places)


def find_place(typed: str, families: Iterable[PerimeterKind], outer: str) -> Place:
    """The one perimeter that somebody means.

    Raises
    ------
    PlacesError
        When several answer.
    ValidationError
        When none does.
    """
    found = perimeters.search(families, typed, outer=outer)
    certain = [place for place in found if place.certain]
    if len(certain) == 1 or len(found) == 1:
        return (certain or found)[0]
    if found:
        raise PlacesError(typed, found)
    within = "" if outer == NETWORK else f" dans votre périmètre ({perimeters.labels([outer])[outer]})"
    raise forms.ValidationError(f"Rien ne répond à « {typed} »{within}. Écrivez un nom ou un code officiel.")


class ListFilter(HouseForm):
    """A filter in the address of a list: nothing is required, and every refusal says what was found."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = NOT_LISTED


class PeopleFilter(ListFilter):
    """Which people the list shows."""

    q = LineField(label="Nom ou adresse", max_length=100)
    role = forms.ChoiceField(label="Rôle", choices=[("", "Tous"), *RoleKind.choices])
    lieu = LineField(label="Lieu", max_length=100)
    etat = forms.ChoiceField(label="État", choices=[("", "Tous"), *PersonState.choices])

    def __init__(self, *args: Any, outer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outer = outer
        self.places: list[Place] = []
        self.place: Place | None = None
        self.fields["lieu"].widget.attrs["placeholder"] = "Commune, département…"

    def clean_lieu(self) -> str:
        """Find the place typed."""
        typed = str(self.cleaned_data["lieu"])
        if typed:
            families = [family for family in PerimeterKind if family != PerimeterKind.NETWORK]
            try:
                self.place = find_place(typed, families, self.outer)
            except PlacesError as error:
                self.places = error.places
                raise
        return typed

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        cleaned = self.cleaned_data
        place = self.place.key if self.place else ""
        return Asked(text=cleaned["q"], kind=cleaned["role"], perimeter=place, state=cleaned["etat"])


class InvitationFilter(ListFilter):
    """Which invitations the list shows."""

    q = LineField(label="Adresse e-mail", max_length=254)
    etat = forms.ChoiceField(label="État", choices=[("", "Toutes"), *InvitationState.choices])


class RoleForm(HouseForm):
    """A role, on a perimeter found by its name, until a day or without end.

    A hat that gives roles only on its own perimeter has nothing to write there.
    """

    kind = forms.ChoiceField(
        label="Rôle",
        error_messages={"required": "Choisissez le rôle.", "invalid_choice": NOT_LISTED},
    )
    place = LineField(
        label="Lieu ou organisation",
        max_length=200,
        required=False,
        error_messages={"max_length": "Ce texte a %(show_value)s caractères ; %(limit_value)s au plus."},
    )
    ends_on = DayField(
        label="Jusqu’au (compris)",
        required=False,
    )

    def __init__(self, *args: Any, actor: Actor, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.person = actor, person
        self.kinds = [kind for kind in RoleKind if kind in INVITES[RoleKind(actor.kind)]]
        self.places: list[Place] = []
        self.perimeter = ""
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - declared above
        kind.choices = [("", "Choisissez"), *((kind.value, kind.label) for kind in self.kinds)]
        self.only_own = actor.perimeter != NETWORK and all(self._own(kind) for kind in self.kinds)
        if self.only_own:
            del self.fields["place"]
        else:
            self.fields["place"].help_text = self._help()

    def _own(self, kind: RoleKind) -> str:
        """The perimeter of this hat, when the role may be given on it."""
        family = self.actor.perimeter.partition(":")[0]
        return self.actor.perimeter if family in PERIMETERS[kind] else ""

    def _help(self) -> str:
        if self.actor.perimeter == NETWORK:
            return (
                "Une commune pour une mairie, une région ou un département pour une référence… "
                "Rien pour l’équipe, les achats et les candidatures."
            )
        return f"Dans votre périmètre : {perimeters.labels([self.actor.perimeter])[self.actor.perimeter]}."

    def clean(self) -> dict[str, Any]:
        """Find the perimeter that the role and the text mean together."""
        cleaned = super().clean() or {}
        if "kind" in cleaned and ("place" in cleaned or self.only_own):
            try:
                self.perimeter = self._perimeter(RoleKind(cleaned["kind"]), cleaned.get("place", ""))
            except forms.ValidationError as error:
                self.places = error.places if isinstance(error, PlacesError) else []
                self.add_error(None if self.only_own else "place", error)
        return cleaned

    def offer(self) -> Offer:
        """What a valid form offers, for permissions."""
        return Offer(self.cleaned_data["kind"], perimeters.keys_above(self.perimeter))

    def _perimeter(self, kind: RoleKind, typed: str) -> str:
        families = PERIMETERS[kind]
        if families == {PerimeterKind.NETWORK}:
            return NETWORK
        if families == {PerimeterKind.PERSON}:
            return f"{ONESELF}:{self.person.pk}" if self.person else ONESELF
        if not typed:
            own = self._own(kind)
            if own and own != NETWORK:
                return own
            names = ", ".join(family.label.lower() for family in PerimeterKind if family in families)
            raise forms.ValidationError(f"Écrivez sur quoi porte le rôle « {kind.label} » : {names}.")
        return find_place(
            typed, [family for family in PerimeterKind if family in families], self.actor.perimeter
        ).key


class InvitationForm(RoleForm):
    """Somebody to invite."""

    field_order = ("email", "kind", "place", "ends_on")

    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=254,
        error_messages={
            "required": "Écrivez l’adresse e-mail de la personne invitée.",
            "invalid": "Cette adresse n’est pas complète. Attendu : prenom@exemple.fr.",
        },
    )


class GrantForm(RoleForm):
    """A role to give at once."""

    field_order = ("kind", "place", "starts_on", "ends_on")

    starts_on = DayField(
        label="À partir du",
        required=False,
        help_text="Aujourd’hui si rien n’est écrit.",
    )


class AcceptForm(HouseForm):
    """The name of somebody new."""

    full_name = LineField(
        label="Votre nom",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="Prénom et nom, tels que les autres les verront.",
        error_messages={"required": "Écrivez votre nom."},
    )
