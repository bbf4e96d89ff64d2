"""Foreign keys point down, and a lower room cannot climb back up them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps

from tests.architecture.source import PACKAGE, floor_of


def room_of(model: type[models.Model]) -> str | None:
    """The room of a model, or None when it is not ours."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == PACKAGE else None


def faults(found: Iterable[type[models.Model]]) -> Iterator[str]:
    """Each relation that points up, or that gives the other room a way back."""
    for model in found:
        own = room_of(model)
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if own is None or not field.concrete or not isinstance(target, type):
                continue
            other = room_of(target)
            if other is None or other == own:
                continue
            to_user = target._meta.label == settings.AUTH_USER_MODEL
            if floor_of(other) >= floor_of(own) and not (own == "common" and to_user):
                yield f"{model.__name__}.{field.name} points up to {other}"
            if field.remote_field.related_name != "+":
                yield f"{model.__name__}.{field.name} lets {other} climb back up"


def test_foreign_keys_point_down() -> None:
    assert list(faults(apps.get_models())) == []


@isolate_apps("millecafes.territory", "millecafes.accounts")
def test_a_relation_that_points_up_is_caught() -> None:
    class Upper(models.Model):
        __module__ = "millecafes.accounts.models"

        class Meta:
            app_label = "accounts"

    class Lower(models.Model):
        __module__ = "millecafes.territory.models"
        upper = models.ForeignKey(Upper, models.CASCADE, related_name="+")

        class Meta:
            app_label = "territory"

    class Open(models.Model):
        __module__ = "millecafes.accounts.models"
        lower = models.ForeignKey(Lower, models.CASCADE)

        class Meta:
            app_label = "accounts"

    assert list(faults([Upper, Lower, Open])) == [
        "Lower.upper points up to accounts",
        "Open.lower lets territory climb back up",
    ]
