"""Forms of the room `partners`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from millecafes.common.actors import Actor
from millecafes.common.forms import HouseForm, LineField
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation, OrganisationContact
from millecafes.partners.queries import Asked, is_within, lookalikes
from millecafes.partners.rules import phone_of, rna_of, siret_of, site_of
from millecafes.partners.services import ContactDetails, Details, OrganisationError
from millecafes.territory.models import Commune, Departement
from millecafes.territory.queries.choice import NoSuchCommuneError, chosen_commune

NOT_IN_LIST = "« %(value)s » n’est pas dans la liste : choisissez une valeur proposée."
NOT_AN_ADDRESS = "« %(value)s » n’est pas une adresse e-mail complète. Attendu : prenom@exemple.fr."


class EmailField(forms.EmailField):
    """An e-mail address; a mistake says what was typed."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(NOT_AN_ADDRESS, "invalid", {"value": str(value)[:60]}) from error


class PhoneField(LineField):
    """A phone number as people write it."""

    def validate(self, value: str) -> None:
        super().validate(value)
        _read(phone_of, value)


class CommuneField(LineField):
    """A commune, by name or code."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return chosen_commune(typed)
        except NoSuchCommuneError as error:
            raise ValidationError(str(error)) from error


def _commune_typed(commune: Commune | None) -> str:
    """What one would type to find this commune for certain."""
    return commune.code if commune else ""


class OrganisationForm(HouseForm):
    """An organisation; what looks like one already known is proposed before anything is written."""

    name = LineField(
        label="Nom", max_length=160, error_messages={"required": "Écrivez le nom de l’organisation."}
    )
    kind = forms.ChoiceField(
        label="Nature",
        choices=[("", "Choisissez"), *OrganisationKind.choices],
        error_messages={
            "required": "Choisissez la nature de l’organisation.",
            "invalid_choice": "« %(value)s » n’est pas dans la liste : choisissez une nature proposée.",
        },
    )
    commune = CommuneField(
        label="Commune",
        max_length=80,
        required=False,
        help_text="Son nom, son code postal ou son code Insee.",
    )
    siret = LineField(label="SIRET", max_length=40, required=False, help_text="14 chiffres, espaces permis.")
    rna = LineField(
        label="Numéro RNA", max_length=40, required=False, help_text="Associations : W et 9 chiffres."
    )
    website = LineField(label="Site", max_length=300, required=False, help_text="Une adresse en https://…")
    phone = PhoneField(label="Téléphone public", max_length=40, required=False)
    email = EmailField(label="Adresse e-mail publique", max_length=254, required=False)

    def __init__(
        self, data: Any = None, *, actor: Actor, organisation: Organisation | None = None, **kwargs: Any
    ) -> None:
        self.actor = actor
        self.organisation = organisation
        self.lookalikes: list[Organisation] = []
        self.standing: Organisation | None = None  # the organisation that has the same number
        if organisation is not None:
            kwargs["initial"] = {
                **{name: getattr(organisation, name) for name in self.base_fields},
                "commune": _commune_typed(organisation.commune),
            }
        super().__init__(data, **kwargs)

    def clean_siret(self) -> str:
        """The digits alone, verified."""
        return _read(siret_of, self.cleaned_data["siret"])

    def clean_rna(self) -> str:
        """The number alone, verified."""
        return _read(rna_of, self.cleaned_data["rna"])

    def clean_website(self) -> str:
        """A public address of the web."""
        return _read(site_of, str(self.cleaned_data["website"]))

    def clean_commune(self) -> Commune | None:
        """A commune of the perimeter worn."""
        commune: Commune | None = self.cleaned_data["commune"]
        if not is_within(self.actor, commune):
            what = (
                f"{commune} est hors de votre périmètre"
                if commune
                else "Sans commune, la fiche est nationale"
            )
            raise ValidationError(
                f"{what} : choisissez une commune de votre périmètre, ou écrivez à l’équipe."
            )
        return commune

    @property
    def details(self) -> Details:
        """What a valid form says."""
        values = {name: self.cleaned_data[name] for name in self.base_fields}
        return Details(**{**values, "kind": OrganisationKind(values["kind"])})

    def look_alike(self, seen: Sequence[str]) -> bool:
        """Whether organisations not proposed yet look like this one; `seen` was judged to be others."""
        found = lookalikes(
            self.actor,
            name=self.cleaned_data["name"],
            commune=self.cleaned_data["commune"],
            besides=self.organisation.pk if self.organisation else 0,
        )
        self.lookalikes = found if {str(other.pk) for other in found} - set(seen) else []
        return bool(self.lookalikes)

    def refuse(self, error: OrganisationError) -> None:
        """Tell what the service refused; the organisation in the way is shown to whoever may see it."""
        self.add_error(error.field, str(error))
        self.standing = error.other


def _read(number_of: Callable[[str], str], typed: str) -> str:
    try:
        return number_of(typed)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class TownHallForm(HouseForm):
    """The commune whose town hall is wanted."""

    commune = CommuneField(
        label="Commune de la mairie",
        max_length=80,
        error_messages={"required": "Écrivez le nom ou le code de la commune."},
        help_text="Son nom, son code postal ou son code Insee.",
    )

    def __init__(self, data: Any = None, *, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(data, prefix="mairie", **kwargs)

    def clean_commune(self) -> Commune:
        """A commune of the perimeter worn."""
        commune: Commune = self.cleaned_data["commune"]
        if not is_within(self.actor, commune):
            raise ValidationError(f"{commune} est hors de votre périmètre.")
        return commune


class ContactForm(HouseForm):
    """Somebody to reach in an organisation."""

    name = LineField(label="Nom", max_length=150, error_messages={"required": "Écrivez le nom du contact."})
    role = LineField(label="Fonction", max_length=100, required=False)
    email = EmailField(label="Adresse e-mail", max_length=254, required=False)
    phone = PhoneField(label="Téléphone", max_length=40, required=False)

    def __init__(
        self, data: Any = None, *, contact: OrganisationContact | None = None, **kwargs: Any
    ) -> None:
        if contact is not None:
            kwargs["initial"] = {name: getattr(contact, name) for name in self.base_fields}
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        """At least one way to reach this person."""
        cleaned = self.cleaned_data
        if not (cleaned.get("email") or cleaned.get("phone") or {"email", "phone"} & self.errors.keys()):
            self.add_error("email", "Donnez une adresse e-mail ou un téléphone : il en faut au moins un.")
        return cleaned

    @property
    def details(self) -> ContactDetails:
        """What a valid form says."""
        return ContactDetails(**self.cleaned_data)


class ListFilter(HouseForm):
    """The filter of the list. Everything is optional."""

    q = LineField(label="Nom, SIRET ou RNA", max_length=80, required=False)
    nature = forms.ChoiceField(
        label="Nature",
        choices=[("", "Toutes"), *OrganisationKind.choices],
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    departement = forms.ChoiceField(
        label="Département", required=False, error_messages={"invalid_choice": NOT_IN_LIST}
    )

    def __init__(self, data: Any, *, departements: Sequence[Departement]) -> None:
        super().__init__(data)
        field = self.fields["departement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Tous"), *((row.code, f"{row.name} ({row.code})") for row in departements)]

    @property
    def asked(self) -> Asked:
        """What a valid filter looks for."""
        cleaned = self.cleaned_data
        return Asked(text=cleaned["q"], kind=cleaned["nature"], departement=cleaned["departement"])
