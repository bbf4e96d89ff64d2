"""A field that could hold something about somebody is declared one way or the other, or the build fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import registry as registered_checks
from django.db import models
from django.test.utils import isolate_apps

from millecafes.common.privacy import checking
from millecafes.common.privacy.checking import check_declarations, faults
from millecafes.common.privacy.declaring import Declaration, all_declarations
from millecafes.common.privacy.purging import purges

GOOD = Declaration(
    label="common.visitor",
    personal={"name": "nom", "email": "adresse e-mail", "host": "hôte"},
    not_personal=("shop",),
    purpose="Tenir le registre",
    basis="obligation légale",
    retention="un an",
    subject="host",
    erase="delete",
)


def test_every_field_of_every_installed_model_is_declared() -> None:
    assert list(faults(apps.get_models(), all_declarations(), purges())) == []
    assert {"accounts.user", "admin.logentry", "sessions.session"} <= all_declarations().keys()


def test_django_runs_the_check_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_declarations in registered_checks.registry.get_checks()
    declared = {
        label: found for label, found in all_declarations().items() if label != "pages.contactmessage"
    }
    monkeypatch.setattr(checking, "all_declarations", lambda: declared)
    said = [error for error in checks.run_checks() if error.id == "common.E001"]
    assert all(error.level == checks.ERROR for error in said)
    texts = [str(error.msg) for error in said]
    assert (
        "Données personnelles : pages.contactmessage.body n’est déclaré ni personnel ni non personnel."
        in texts
    )
    assert not any("purge_after" in text for text in texts)  # a date says nothing by itself


@isolate_apps("millecafes.common")
def test_each_kind_of_field_that_could_hold_something_is_caught() -> None:
    class Trace(models.Model):
        text = models.TextField()
        short = models.CharField(max_length=3, choices=[("a", "A")])
        address = models.EmailField()
        file = models.FileField()
        image_path = models.FilePathField()
        free = models.JSONField()
        network = models.GenericIPAddressField()
        raw = models.BinaryField()
        home_lat = models.FloatField()
        longitude = models.DecimalField(max_digits=9, decimal_places=6)
        # These say nothing by themselves.
        count = models.IntegerField()
        latency = models.FloatField()
        born = models.DateField()
        key = models.UUIDField()

        class Meta:
            app_label = "common"

    said = list(faults([Trace], {}, []))
    caught = [
        "text",
        "short",
        "address",
        "file",
        "image_path",
        "free",
        "network",
        "raw",
        "home_lat",
        "longitude",
    ]
    assert said == [f"common.trace.{name} n’est déclaré ni personnel ni non personnel" for name in caught]


def test_links_to_people_are_caught_from_both_sides() -> None:
    role, user = apps.get_model("accounts", "Role"), apps.get_model("accounts", "User")
    caught = {fault.split(" ")[0] for fault in faults([role, user], {}, [])}
    assert {"accounts.role.user", "accounts.role.granted_by", "accounts.user.groups"} <= caught


@pytest.fixture
def visitor() -> type[models.Model]:
    """A model to declare well, or badly."""
    with isolate_apps("millecafes.common", "millecafes.accounts"):

        class Visitor(models.Model):
            name = models.CharField(max_length=20)
            email = models.EmailField(unique=True)
            host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
            shop = models.CharField(max_length=20)

            class Meta:
                app_label = "common"

    Visitor._meta.get_field("host").remote_field.model = apps.get_model("accounts", "User")
    return Visitor


def test_a_good_declaration_has_no_fault(visitor: type[models.Model]) -> None:
    assert list(faults([visitor], {"common.visitor": GOOD}, [])) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"not_personal": ()}, "common.visitor.shop n’est déclaré ni"),
        ({"not_personal": ("shop", "age")}, "common.visitor.age est déclaré, mais ce champ n’existe pas"),
        ({"secret": ("age",)}, "common.visitor.age est déclaré, mais ce champ n’existe pas"),
        ({"not_personal": ("shop", "name")}, "common.visitor.name est déclaré à la fois"),
        ({"purpose": ""}, "il manque purpose"),
        ({"basis": ""}, "il manque basis"),
        ({"retention": ""}, "il manque retention"),
        ({"retention": 30}, "à garder 30 jours, mais aucune purge n’est nommée"),
        ({"purge": "x.y"}, "la purge « x.y » n’existe pas"),
        ({"erase": "keep"}, "dire pourquoi rien n’est effacé"),
        ({"subject": None}, "dire pourquoi on ne sait pas à qui"),
        ({"subject": "guest"}, "le chemin « guest » (subject) ne mène nulle part"),
        ({"subject": "name"}, "le chemin « name » (subject) ne mène pas à une personne"),
        ({"subject": "host__nowhere"}, "le chemin « host__nowhere » (subject) ne mène nulle part"),
        ({"subject": ("mail", "email")}, "le chemin « mail » (subject) ne mène nulle part"),
        ({"erase": "blank"}, "common.visitor.email ne peut pas être vidé"),
        ({"erase": "blank"}, "common.visitor.host ne peut pas être vidé"),
        ({"label": "common.ghost"}, "common.ghost est déclaré, mais ce modèle n’existe pas"),
        ({"personal": {}, "not_personal": ("name", "email", "host", "shop")}, "dire pourquoi rien n’y est"),
    ],
)
def test_a_bad_declaration_is_caught(
    visitor: type[models.Model], change: dict[str, object], said: str
) -> None:
    planted = replace(GOOD, **change)  # type: ignore[arg-type]
    found = list(faults([visitor], {planted.label: planted}, ["some.purge"]))
    assert any(said in fault for fault in found), found


def test_what_can_be_emptied_needs_no_more_words(visitor: type[models.Model]) -> None:
    blanks = {"email": "personne@example.invalid", "host": 1}
    planted = replace(GOOD, erase="blank", blanks=blanks)
    assert list(faults([visitor], {"common.visitor": planted}, [])) == []
