"""What the journal keeps of loads and declarations: one line per service, about nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from millecafes.common.actors import Actor, command
from millecafes.common.journal.models import JournalEntry, JournalPersonal
from millecafes.common.journal.queries import lines
from millecafes.territory.enums import Service
from millecafes.territory.services.access import declare_supply
from millecafes.territory.services.loading import load_territory
from tests.factories.territory import make_commune
from tests.territory.open_data import load, make_territory, passage_zip

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = timezone.now()
MANAGER = Actor(user_id=7, role_id=7, kind="manager", perimeter="cafe:12")


def told() -> list[str]:
    assert not JournalPersonal.objects.exists()
    return [line.sentence for line in lines(JournalEntry.objects.order_by("pk"))]


def declare(count: int) -> None:
    declare_supply(
        commune="81294",
        service=Service.FOOD,
        count=count,
        declared_by="cafe:12",
        on=NOW.date(),
        actor=MANAGER,
        now=NOW,
    )


def test_a_declaration_is_told_and_what_changes_nothing_is_not() -> None:
    make_commune()
    declare(0)
    assert told() == []
    declare(2)
    (line,) = JournalEntry.objects.all()
    assert (line.actor_id, line.hat, line.target_type, line.target_id) == (
        7,
        "manager@cafe:12",
        "territory.commune",
        "81294",
    )
    assert line.data["declared_by"] == "cafe:12"
    assert "a déclaré à Técou (81), pour le service « Commerce alimentaire » : 2" in told()[0]


def test_a_declaration_refused_leaves_nothing() -> None:
    make_commune()
    with pytest.raises(ValidationError):
        declare(-1)
    assert told() == []


def test_the_load_of_the_territory_is_told_once(packages_dir: Path) -> None:
    for _ in range(2):  # the second finds it loaded already
        load_territory(actor=command("load_territory"), now=NOW, sources_dir=packages_dir)
    (sentence,) = told()
    assert sentence.startswith("La commande « load_territory » a chargé le territoire : ")
    assert "communes (" in sentence


def test_a_load_of_open_data_is_told_when_it_is_applied(tmp_path: Path) -> None:
    make_territory()
    passage_zip(tmp_path, [["01187", "01187"]])
    load(tmp_path, "cog_passage", apply=False)
    assert told() == []
    load(tmp_path, "cog_passage")
    load(tmp_path, "cog_passage")  # nothing new
    (sentence,) = told()
    assert sentence.startswith("La commande « tests » a chargé « ")
