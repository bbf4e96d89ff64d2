"""Organisations from a spreadsheet: found, compared, written, taken back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common.actors import Actor
from millecafes.common.exports import content_of
from millecafes.common.imports import services
from millecafes.common.imports.models import ImportRun
from millecafes.common.imports.services import ImportStepError
from millecafes.common.journal.models import JournalEntry
from millecafes.partners import feeds
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.models import Organisation
from millecafes.partners.services import Details, change_organisation, town_hall_of
from tests.factories.imports import TEAM, apply, csv_of, fresh, look, undo
from tests.factories.partners import ACTOR, make_contact, make_organisation
from tests.factories.people import make_role
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIRET, OTHER = "73282932000074", "44306184100047"


def states(run: ImportRun) -> dict[int, str]:
    return dict(run.lines.values_list("number", "state"))


def line(run: ImportRun, number: int) -> Any:
    return run.lines.get(number=number)


def everything() -> list[dict[str, Any]]:
    return list(Organisation.objects.order_by("pk").values())


def exported() -> Any:
    return feeds.organisations(Actor(kind="team", perimeter="network"), QueryDict())


def test_an_export_comes_back_without_any_change() -> None:
    tecou = make_commune()
    make_organisation("Brasserie du Tarn", siret=SIRET, commune=tecou, phone="+33 5 63 00 00 00")
    make_organisation("=Cave", kind=OrganisationKind.ASSOCIATION, rna="W812000123", email="cave@example.org")
    make_organisation("Jumelle", commune=tecou)
    make_organisation("Jumelle", commune=tecou)
    town_hall_of(commune=tecou, actor=ACTOR, now=timezone.now())
    for extension in ("csv", "ods"):
        run = look(content_of(exported(), extension))
        assert Counter(states(run).values()) == {"same": 5}
        with pytest.raises(ImportStepError, match="Aucune ligne n’est à écrire"):
            apply(run)


def test_lines_are_new_changed_same_in_doubt_or_wrong() -> None:
    tecou = make_commune()
    make_organisation("Brasserie du Tarn", siret=SIRET, commune=tecou, phone="0563000000")
    make_organisation("Épicerie des Remparts", commune=tecou)
    run = look(
        csv_of(
            ("Brasserie du Tarn", "Fournisseur", SIRET, "81294", "05 63 11 11 11", ""),
            ("Épicerie des Rempart", "Fournisseur", "", "81294", "", ""),
            ("epicerie des remparts", "fournisseur", "", "81294", "", ""),
            ("Toute autre", "Presse", OTHER, "", "", "toute@example.org"),
            ("", "chocolat", "123", "99999", "x", "y"),
            ("Doublon", "Presse", OTHER, "", "", ""),
        )
    )
    assert states(run) == {2: "changed", 3: "doubt", 4: "changed", 5: "new", 6: "error", 7: "error"}
    assert line(run, 2).changes == [
        {"key": "telephone", "label": "Téléphone public", "before": "0563000000", "after": "05 63 11 11 11"}
    ]
    assert line(run, 4).changes[0]["after"] == "epicerie des remparts"
    (candidate,) = line(run, 3).candidates
    assert (candidate["label"], candidate["why"]) == (
        "Épicerie des Remparts",
        "noms proches à 98 %, même commune",
    )
    told = "\n".join(line(run, 6).problems)
    for words in (
        "Ligne 6, colonne A « Nom » : la case est vide. Attendu : Le nom de l’organisation.",
        "Ligne 6, colonne B « Nature » : « chocolat » n’est pas une nature connue. Attendu : Mairie,",
        "Ligne 6, colonne C « SIRET » : « 123 » n’est pas un SIRET. Attendu : 14 chiffres.",
        "Ligne 6, colonne D « Code Insee » : Aucune commune n’a le code Insee « 99999 ».",
        "Ligne 6, colonne E « Téléphone public » : « x » n’est pas un numéro de téléphone.",
        "Ligne 6, colonne F « Adresse e-mail publique » : « y » n’est pas une adresse e-mail complète.",
    ):
        assert words in told
    assert line(run, 7).problems == [
        "Ligne 7, colonne C « SIRET » : même SIRET que la ligne 5. Attendu : une seule ligne par fiche."
    ]


def test_a_commune_is_found_by_what_the_file_says_of_it() -> None:
    make_commune()
    make_commune("33063", "Bordeaux", postal_code="33000", epci="243300316")
    head = ("Nom", "Nature", "Commune", "CP", "Département", "Code Insee")
    run = look(
        csv_of(
            ("A", "Presse", "Tecou", "", "", ""),
            ("B", "Presse", "TÉCOU", "81600", "", ""),
            ("C", "Presse", "", "33000", "", ""),
            ("D", "Presse", "Bordeaux", "", "33", ""),
            ("E", "Presse", "Bordeaux", "", "", "81294"),
            ("F", "Presse", "Técou", "", "", "81294"),
            ("G", "Presse", "Nulle-Part", "", "", ""),
            head=head,
        )
    )
    found = {row.label: row.values.get("code_commune") for row in run.lines.all()}
    assert [found[name] for name in "ABCDF"] == ["81294", "81294", "33063", "33063", "81294"]
    assert "n’est pas la commune du code 81294, Técou" in line(run, 6).problems[0]
    assert "colonne C « Commune » : Aucune commune ne répond à « Nulle-Part »" in line(run, 8).problems[0]


def test_applying_writes_all_the_good_lines_once() -> None:
    tecou = make_commune()
    known = make_organisation("Brasserie du Tarn", siret=SIRET, commune=tecou)
    run = look(
        csv_of(
            ("Brasserie du Tarn", "Fournisseur", SIRET, "81294", "05 63 11 11 11", ""),
            ("Neuve", "Presse", "", "81294", "", "neuve@example.org"),
            ("Fausse", "Presse", "12", "", "", ""),
        )
    )
    run = apply(run)
    assert run.state == "applied"
    known.refresh_from_db()
    assert known.phone == "05 63 11 11 11"
    new = Organisation.objects.get(name="Neuve")
    assert (new.kind, new.commune_id, new.key, new.email) == ("press", "81294", "neuve", "neuve@example.org")
    assert dict(run.lines.values_list("number", "outcome")) == {2: "changed", 3: "created", 4: ""}
    verbs = JournalEntry.objects.order_by("pk").values_list("verb", "target_id")
    assert ("partners.organisation_added", str(new.pk)) in verbs
    assert ("partners.organisation_changed", str(known.pk)) in verbs
    applied = JournalEntry.objects.get(verb="common.import_applied")
    assert applied.data == {"kind": "Organisations", "created": 1, "changed": 1, "refused": 0}
    with pytest.raises(ImportStepError, match="appliqué"):
        apply(run)
    assert Organisation.objects.count() == 2


def test_undoing_puts_back_row_by_row() -> None:
    tecou = make_commune()
    for number in range(4):
        make_organisation(f"Connue {number}", commune=tecou, website="https://exemple.fr")
    before = everything()
    rows = [(f"Connue {number}", "Presse", "", "81294", "05 63 11 11 11", "") for number in range(4)]
    run = apply(look(csv_of(*rows, *((f"Toute neuve {name}", "Presse") for name in ("un", "xyz")))))
    assert len(everything()) == 6
    run = undo(run)
    assert everything() == before
    assert run.state == "undone"
    assert Counter(run.lines.values_list("outcome", flat=True)) == {"undone": 6}
    with pytest.raises(ImportStepError, match="annulé"):
        undo(run)


def test_undoing_leaves_what_somebody_touched_since() -> None:
    tecou = make_commune()
    known = make_organisation("Connue", commune=tecou)
    rows = [
        ("Connue", "Presse", "", "81294"),
        ("Avec contact", "Presse"),
        ("Avec rôle", "Presse"),
        ("Seule", "Presse"),
    ]
    run = apply(look(csv_of(*rows)))
    known.refresh_from_db()
    details = Details(name="Connue", kind=OrganisationKind.PRESS, commune=tecou, phone="0563000000")
    change_organisation(organisation=known, details=details, actor=ACTOR, now=timezone.now())
    make_contact(Organisation.objects.get(name="Avec contact"))
    make_role(RoleKind.PARTNER, f"organisation:{Organisation.objects.get(name='Avec rôle').pk}")
    run = undo(run)
    assert set(Organisation.objects.values_list("name", flat=True)) == {"Connue", "Avec contact", "Avec rôle"}
    known.refresh_from_db()
    assert (known.kind, known.phone) == ("press", "0563000000")
    told = {row.label: (row.outcome, row.outcome_words) for row in run.lines.all()}
    assert told["Seule"] == ("undone", "")
    for name in ("Connue", "Avec contact", "Avec rôle"):
        assert told[name][0] == "kept"
        assert "laissée" in told[name][1]


def test_a_record_changed_between_the_preview_and_the_writing_is_refused() -> None:
    known, other = make_organisation("Connue", siret=SIRET), make_organisation("Autre", siret=OTHER)
    run = look(
        csv_of(("Connue", "Presse", SIRET), ("Autre", "Presse", OTHER), ("Neuve", "Presse", "35600000000048"))
    )
    details = Details(name="Connue", kind=OrganisationKind.OTHER, siret=SIRET)
    change_organisation(organisation=known, details=details, actor=ACTOR, now=timezone.now())
    make_organisation("Entre-temps", siret="35600000000048")
    run = apply(run)
    known.refresh_from_db()
    other.refresh_from_db()
    assert (known.kind, other.kind) == ("other", "press")
    assert "modifiée par quelqu’un depuis l’aperçu" in line(run, 2).outcome_words
    assert line(run, 4).outcome_words == "Une organisation a déjà ce SIRET."
    assert not Organisation.objects.filter(name="Neuve").exists()


def test_each_line_in_doubt_is_decided() -> None:
    tecou = make_commune()
    known = make_organisation("Épicerie des Remparts", commune=tecou)
    rows = [(f"Épicerie des Rempart{end}", "Presse", "", "81294") for end in ("", "ss", "st")]
    run = look(csv_of(*rows))
    assert set(states(run).values()) == {"doubt"}
    with pytest.raises(ImportStepError, match="Aucune ligne n’est à écrire"):
        apply(run)
    with pytest.raises(ImportStepError, match="n’est pas proposée"):
        services.choose_lines(run=run, choices={2: "same:99999"})
    services.choose_lines(run=run, choices={2: f"same:{known.pk}", 3: "skip"})
    assert services.choose_everywhere(run=run, choice="new") == 1
    run = apply(fresh(run))
    known.refresh_from_db()
    assert (known.name, known.kind) == ("Épicerie des Rempart", "press")
    assert dict(run.lines.values_list("number", "outcome")) == {2: "changed", 3: "", 4: "created"}
    assert Organisation.objects.count() == 2


def test_numbers_and_keys_that_disagree_are_told() -> None:
    one, two = make_organisation("Une", siret=SIRET), make_organisation("Deux", siret=OTHER)
    head = ("Nom", "Nature", "SIRET", "Numéro de fiche")
    run = look(
        csv_of(
            ("Renommée", "Fournisseur", SIRET, str(one.pk)),
            ("Deux", "Fournisseur", SIRET, str(two.pk)),
            ("Trois", "Fournisseur", "", "999999"),
            ("Quatre", "Fournisseur", "7,3282932E+13", ""),
            ("Cinq", "Mairie", "", ""),
            head=head,
        )
    )
    assert line(run, 2).changes[0]["after"] == "Renommée"
    for number, words in {
        3: "ce SIRET est celui d’une autre fiche",
        4: "aucune fiche ne porte le numéro 999999",
        5: "le tableur a arrondi ce nombre",
        6: "une mairie est celle d’une commune",
    }.items():
        assert words in line(run, number).problems[0]


def test_a_column_that_lacks_may_be_said_once_for_all() -> None:
    run = look(csv_of(("Une",), ("Deux",), head=("Nom",)), fixed={"nature": "Presse"})
    assert set(states(run).values()) == {"new"}
    apply(run)
    assert set(Organisation.objects.values_list("kind", flat=True)) == {"press"}


def test_a_blank_cell_erases_only_when_asked() -> None:
    make_organisation("Une", siret=SIRET, phone="0563000000")
    content = csv_of(("Une", "Fournisseur", SIRET, "", "", ""))
    assert states(look(content)) == {2: "same"}
    run = look(content, clears=True)
    assert [change["key"] for change in line(run, 2).changes] == ["telephone"]
    apply(run)
    assert Organisation.objects.get().phone == ""


def test_what_one_may_not_import_is_not_written() -> None:
    """The services verify the perimeter of the hat, whatever the page did."""
    make_commune()
    lead = TEAM.__class__(kind="regional", perimeter="departement:33")
    run = look(csv_of(("Une", "Presse", "", "81294")))
    run = apply(run, actor=lead)
    assert "hors de votre périmètre" in line(run, 2).outcome_words
    assert not Organisation.objects.exists()
