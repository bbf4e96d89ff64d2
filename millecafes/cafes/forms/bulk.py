"""The changes that may be made to many cafés at once: one form each."""

from __future__ import annotations

from typing import Any

from django import forms

from millecafes.cafes import catalogue
from millecafes.cafes.enums import Activity, CafeModel, Relation, ServiceStatus, Track
from millecafes.cafes.forms.cafe import VARIANT_CHOICES
from millecafes.cafes.forms.fields import NOT_IN_LIST, CafeForm, DayField
from millecafes.cafes.services.bulk import Change, ModelChange, ServiceChange, StateChange
from millecafes.common.forms import LineField


def _chosen(label: str, choices: list[tuple[str, Any]], needed: str) -> Any:
    return forms.ChoiceField(
        label=label,
        choices=[("", "Choisissez"), *choices],
        error_messages={"required": needed, "invalid_choice": NOT_IN_LIST},
    )


class ChangeForm(CafeForm):
    """One change for many cafés."""

    kind = ""
    title = ""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix=self.kind)

    @property
    def change(self) -> Change:
        """What a valid form asks."""
        raise NotImplementedError

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What was typed, as fields that the page of the preview carries along."""
        return [(self.add_prefix(name), str(self[name].value() or "")) for name in self.fields]


class _StateForm(ChangeForm):
    track = Track.ACTIVITY
    on = DayField(label="À partir du", error_messages={"required": "Choisissez le jour."})
    reason = LineField(label="Raison", max_length=300, required=False)
    field_order = ("state", "on", "reason")

    @property
    def change(self) -> StateChange:
        """What a valid form asks."""
        return StateChange(self.track, **self.cleaned_data)


class ActivityForm(_StateForm):
    """Their activity, from a day on."""

    kind, title, track = "activite", "Noter leur activité", Track.ACTIVITY
    state = _chosen("Activité", Activity.choices, "Choisissez l’activité.")


class RelationForm(_StateForm):
    """Their relation to the network, from a day on."""

    kind, title, track = "lien", "Noter leur lien avec le réseau", Track.RELATION
    state = _chosen("Lien avec le réseau", Relation.choices, "Choisissez le lien avec le réseau.")


class ServiceStatusForm(ChangeForm):
    """Where one of their services stands."""

    kind, title = "service", "Noter un service"
    code = _chosen(
        "Service",
        [(group.label, [(kind.code, kind.label) for kind in group.services]) for group in catalogue.groups()],
        "Choisissez le service.",
    )
    status = _chosen("État du service", ServiceStatus.choices, "Choisissez l’état du service.")

    @property
    def change(self) -> ServiceChange:
        """What a valid form asks."""
        told = self.cleaned_data
        return ServiceChange(told["code"], ServiceStatus(told["status"]))


class ModelForm(ChangeForm):
    """Their model, and its variant."""

    kind, title = "modele", "Changer leur modèle"
    model = _chosen("Modèle", CafeModel.choices, "Choisissez le modèle.")
    variant = forms.ChoiceField(
        label="Variante",
        choices=VARIANT_CHOICES,
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

    @property
    def change(self) -> ModelChange:
        """What a valid form asks."""
        told = self.cleaned_data
        return ModelChange(CafeModel(told["model"]), told["variant"])


CHANGES: dict[str, type[ChangeForm]] = {
    form.kind: form for form in (ActivityForm, RelationForm, ServiceStatusForm, ModelForm)
}
