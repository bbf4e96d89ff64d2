"""Forms that write a café: what is said of it, and where it stands."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from millecafes.cafes.enums import (
    VARIANTS,
    CafeModel,
    Language,
    Origin,
    Payment,
    PlaceOrigin,
    Wheelchair,
)
from millecafes.cafes.forms.fields import (
    NOT_IN_LIST,
    CafeForm,
    CommuneField,
    CoordinateField,
    DayField,
    EmailField,
    EurosField,
    OrganisationField,
    PhoneField,
    SiteField,
)
from millecafes.cafes.models import Cafe
from millecafes.cafes.services import CafeDetails, CafeError
from millecafes.common.actors import Actor
from millecafes.common.forms import LineField
from millecafes.partners.queries import is_within
from millecafes.territory.models import Commune

_INVALID = {"invalid_choice": NOT_IN_LIST}
VARIANT_CHOICES = [
    ("", "Non précisée"),
    *((model.label, [(one.value, one.label) for one in VARIANTS[model]]) for model in CafeModel),
]
_GROUPS = (
    ("Le café", ("name", "model", "variant", "origin", "organisation")),
    ("Le lieu", ("commune", "address", "latitude", "longitude")),
    ("Le joindre", ("phone", "email", "website")),
    ("L’accueil", ("wheelchair", "access_note", "languages", "payment", "espresso_cents", "espresso_on")),
    ("Son histoire", ("story", "osm_ref")),
)


class PointForm(CafeForm):
    """The point of a café, in degrees."""

    latitude = CoordinateField(
        label="Latitude", max_length=20, error_messages={"required": "Écrivez la latitude du café."}
    )
    longitude = CoordinateField(
        label="Longitude", max_length=20, error_messages={"required": "Écrivez la longitude du café."}
    )


class DetailsForm(CafeForm):
    """What is said of a café; a near-identical one at the same place is shown before anything is written."""

    name = LineField(label="Nom", max_length=120, error_messages={"required": "Écrivez le nom du café."})
    model = forms.ChoiceField(
        label="Modèle",
        choices=[("", "Choisissez"), *CafeModel.choices],
        error_messages={"required": "Choisissez le modèle du café.", **_INVALID},
    )
    variant = forms.ChoiceField(
        label="Variante", choices=VARIANT_CHOICES, required=False, error_messages=_INVALID
    )
    origin = forms.ChoiceField(
        label="Origine",
        choices=Origin.choices,
        error_messages={"required": "Choisissez l’origine du café.", **_INVALID},
    )
    organisation = OrganisationField(label="Organisation qui le porte")
    commune = CommuneField(
        label="Commune",
        max_length=80,
        error_messages={"required": "Écrivez le nom ou le code de la commune."},
        help_text="Son nom, son code postal ou son code Insee. Pour un café itinérant : sa base.",
    )
    address = LineField(label="Adresse", max_length=200, required=False)
    latitude = CoordinateField(
        label="Latitude",
        max_length=20,
        required=False,
        help_text="En degrés, comme 43,85213. Sans point, le café est placé au bourg de sa commune.",
    )
    longitude = CoordinateField(
        label="Longitude", max_length=20, required=False, help_text="En degrés, comme 1,95021."
    )
    phone = PhoneField(label="Téléphone public", max_length=40, required=False)
    email = EmailField(label="Adresse e-mail publique", max_length=254, required=False)
    website = SiteField(label="Site", max_length=300, required=False, help_text="Une adresse en https://…")
    wheelchair = forms.ChoiceField(
        label="Accès en fauteuil",
        choices=[("", "Personne ne l’a dit"), *Wheelchair.choices],
        required=False,
        error_messages=_INVALID,
    )
    access_note = LineField(label="Précision sur l’accès", max_length=200, required=False)
    languages = forms.MultipleChoiceField(
        label="Langues parlées",
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=_INVALID,
    )
    payment = forms.MultipleChoiceField(
        label="Moyens de paiement",
        choices=Payment.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=_INVALID,
    )
    espresso_cents = EurosField(
        label="Prix de l’expresso", max_length=12, required=False, help_text="En euros, comme 1,50."
    )
    espresso_on = DayField(label="Prix relevé le", required=False)
    story = forms.CharField(
        label="Histoire",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Ce que lira le public sur la page du café.",
    )
    osm_ref = forms.RegexField(
        r"^(node|way|relation)/[0-9]{1,15}$",
        label="Objet OpenStreetMap",
        max_length=24,
        required=False,
        help_text="Comme node/123456.",
        error_messages={
            "invalid": "Ce n’est pas un objet OpenStreetMap. Attendu : node/123456, ou way/, relation/."
        },
    )

    def __init__(self, data: Any = None, *, actor: Actor, cafe: Cafe | None = None) -> None:
        self.actor, self.cafe = actor, cafe
        self.others: tuple[Cafe, ...] = ()
        super().__init__(data, initial=_said_of(cafe) if cafe else {"origin": Origin.PROGRAMME})
        field = self.fields["organisation"]
        assert isinstance(field, OrganisationField)  # noqa: S101 - declared above
        self.initial["organisation"] = field.ask(actor, cafe.organisation if cafe else None)

    def clean_commune(self) -> Commune:
        """A commune of the perimeter worn."""
        commune: Commune = self.cleaned_data["commune"]
        if not is_within(self.actor, commune):
            raise ValidationError(
                f"{commune} est hors de votre périmètre : choisissez une commune de votre périmètre, "
                "ou écrivez à l’équipe."
            )
        return commune

    def clean(self) -> dict[str, Any]:
        """A point has two numbers."""
        told = self.cleaned_data
        if not {"latitude", "longitude"} & self.errors.keys():
            missing = [name for name in ("latitude", "longitude") if told.get(name) is None]
            if len(missing) == 1:
                self.add_error(
                    missing[0], "Il manque ce nombre : un point a une latitude et une longitude, ou rien."
                )
        return told

    @property
    def seen(self) -> set[str]:
        """The cafés that were shown, and that somebody says are others."""
        return set(str(self.data.get("is_another", "")).split(".")) - {""}

    def details(self, *, is_another: bool) -> CafeDetails:
        """What a valid form says."""
        told = {**self.cleaned_data}
        told["model"], told["origin"] = CafeModel(told["model"]), Origin(told["origin"])
        told["languages"], told["payment"] = tuple(told["languages"]), tuple(told["payment"])
        cafe = self.cafe
        if cafe and told["latitude"] is not None and not {"latitude", "longitude"} & set(self.changed_data):
            # A point left as it is keeps its last digits, and comes from where it came.
            origin = PlaceOrigin(cafe.place_origin)
            told |= {"latitude": cafe.latitude, "longitude": cafe.longitude, "place_origin": origin}
        return CafeDetails(**told, is_another=is_another)

    def refuse(self, error: CafeError) -> None:
        """Tell what the service refused; the cafés in the way are shown."""
        self.others = error.others
        super().refuse(error)

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The fields, as the page shows them together."""
        return [(title, [self[name] for name in names]) for title, names in _GROUPS]


def _said_of(cafe: Cafe) -> dict[str, Any]:
    """What the fields show of a café."""
    told = {name: getattr(cafe, name) for name in DetailsForm.base_fields if hasattr(cafe, name)}
    cents = cafe.espresso_cents
    told |= {
        "commune": cafe.commune_id,
        "espresso_cents": "" if cents is None else f"{cents // 100},{cents % 100:02}",
    }
    if cafe.place_origin == PlaceOrigin.COMMUNE:
        return told | {"latitude": "", "longitude": ""}
    return told | {name: in_degrees(getattr(cafe, name)) for name in ("latitude", "longitude")}


def in_degrees(value: float | None) -> str:
    """A latitude or a longitude as people write it; to a centimetre or so."""
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".").replace(".", ",")
