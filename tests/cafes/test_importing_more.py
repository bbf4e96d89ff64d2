"""Cafés from a spreadsheet: what a file must not lose, of itself and of what is known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from millecafes.cafes.enums import Activity
from millecafes.cafes.importing import CAFES
from millecafes.cafes.models import Cafe, CafeService, CafeState
from millecafes.common.imports import services
from millecafes.common.imports.models import ImportRun
from tests.factories import imports
from tests.factories.cafes import make_cafe, make_service, tecou
from tests.factories.imports import apply, csv_of, fresh, undo
from tests.factories.partners import make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HEAD = ("Nom", "Modèle", "Commune", "Activité", "Activité depuis", "Ouvert le", "Services")


def look(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> ImportRun:
    return imports.look(csv_of(*rows, head=head), kind=CAFES)


def test_a_line_decided_the_same_suspends_what_it_does_not_name() -> None:
    """The partner of a service, its hours and its dates are no file's to erase."""
    known = make_cafe("Le Zinc")
    partner = make_organisation("La Poste")
    make_service(known, "colis", partner=partner, note="jusqu’à 18 h")
    before = list(CafeService.objects.values())
    run = look(("Le Zinck", "Associatif", "Técou", "", "", "", "pain"))
    services.choose_lines(run=run, choices={2: f"same:{known.pk}"})
    run = apply(fresh(run))
    assert dict(known.services.values_list("code", "status")) == {"colis": "suspended", "pain": "running"}
    assert known.services.get(code="colis").partner == partner
    undo(run)
    assert list(CafeService.objects.values()) == before


def test_a_first_day_alone_says_that_a_café_is_open() -> None:
    tecou()
    run = apply(look(("Le Zinc", "Associatif", "Técou", "", "", "1er mars 2024", "la poste, cash-back")))
    cafe = Cafe.objects.get()
    assert (cafe.activity, cafe.opened_on) == ("open", dt.date(2024, 3, 1))
    assert set(cafe.services.values_list("code", flat=True)) == {"relais-postal", "retrait-especes"}
    run = look(("Le Neuf", "Associatif", "Técou", "en ouverture", "2026-01-01", "2024-03-01", ""))
    (words,) = run.lines.get(number=2).problems
    assert "colonne F « Ouvert le » : un café en ouverture n’a pas encore ouvert" in words


def test_another_model_takes_its_variant_away_with_it() -> None:
    known = make_cafe("Le Zinc", variant="lease")
    row = ("Le Zinc", "Associatif", "Técou", "43,85", "1.95e+00")
    run = apply(look(row, head=("Nom", "Modèle", "Commune", "Latitude", "Longitude")))
    known.refresh_from_db()
    assert (known.model, known.variant, known.longitude) == ("associative", "", 1.95)
    undo(run)
    known.refresh_from_db()
    assert (known.model, known.variant) == ("entrepreneurial", "lease")


def test_a_first_day_says_nothing_of_a_café_known() -> None:
    known = make_cafe("Le Zinc", activity=Activity.PAUSED)
    before = list(CafeState.objects.values())
    run = look(("Le Zinc", "Entrepreneurial", "Técou", "", "", "2020-03-01", ""))
    assert run.lines.get(number=2).state == "same"
    assert list(known.states.order_by("pk").values()) == before


def test_what_the_tracks_of_a_known_café_refuse_is_told_before_writing() -> None:
    make_cafe("Le Zinc", activity=Activity.PAUSED)
    told: dict[str, Any] = {}
    for column, row in {
        "activite": ("Le Zinc", "Técou", "Ouvert", "2024-03-15", "", ""),
        "lien": ("Le Zinc", "Técou", "", "", "Sorti", "2020-01-01"),
    }.items():
        run = look(row, head=("Nom", "Commune", "activite", "activite_depuis", "lien", "lien_depuis"))
        (told[column],) = run.lines.get(number=2).problems
    run = look(("Le Zinc", "Técou", "Ouvert"), head=("Nom", "Commune", "activite"))
    (words,) = run.lines.get(number=2).problems
    assert "depuis quel jour ? Attendu : une date" in words
    assert "colonne C « activite » : plus récent est déjà noté : « En pause »" in told["activite"]
    assert "colonne E « lien » : plus récent est déjà noté : « Membre »" in told["lien"]
