"""Cafés from a spreadsheet: found, compared, written, taken back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import services as cafe_services
from millecafes.cafes.enums import (
    Activity,
    CafeModel,
    CafeVariant,
    Relation,
    ServiceStatus,
    Track,
    Wheelchair,
)
from millecafes.cafes.feeds import files
from millecafes.cafes.importing import CAFES
from millecafes.cafes.models import Cafe, CafeContact, CafeService, CafeState, OpenInterval
from millecafes.common import actors, jobs
from millecafes.common.actors import Actor
from millecafes.common.exports import content_of
from millecafes.common.imports import services
from millecafes.common.imports.models import ImportRun
from millecafes.common.imports.services import ImportStepError
from millecafes.common.journal.models import JournalEntry
from millecafes.demo.services.network import seed_network
from tests.factories import imports
from tests.factories.cafes import ACTOR, make_cafe, make_contact, make_service, tecou
from tests.factories.imports import TEAM, apply, csv_of, fresh, undo
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing, make_role
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIRET = "73282932000074"
HEAD = ("Nom", "Modèle", "Commune", "CP", "Statut", "Depuis le", "Réseau", "Adhérent depuis")
LIFE = ("Ouvert", "2024-03-01", "Membre", "01/04/2024")


def look(content: bytes, **more: Any) -> ImportRun:
    return imports.look(content, kind=CAFES, **more)


def states(run: ImportRun) -> dict[int, str]:
    return dict(run.lines.values_list("number", "state"))


def line(run: ImportRun, number: int) -> Any:
    return run.lines.get(number=number)


def everything() -> list[Any]:
    models = (Cafe, CafeState, CafeService, CafeContact)
    return [list(model.objects.order_by("pk").values()) for model in models]


def exports() -> list[bytes]:
    tables = (files.public_cafes, files.followed_cafes)
    actor = Actor(kind="team", perimeter="network")
    return [content_of(table(actor, QueryDict()), kind) for table in tables for kind in ("csv", "ods")]


def rich() -> Cafe:
    """A café with something in every column."""
    organisation = make_organisation("Les Amis", siret=SIRET)
    cafe = make_cafe(
        "=Le « Zinc » ; comptoir",
        model=CafeModel.ASSOCIATIVE,
        variant=CafeVariant.CLASSIC,
        address="12 place de la Mairie",
        phone="+33 1 99 00 12 34",
        email="zinc@example.org",
        website="https://exemple.fr/zinc",
        story="Un comptoir.\r\n\r\nLe mardi ; on joue.",
        wheelchair=Wheelchair.LIMITED,
        access_note="une marche",
        espresso_cents=140,
        espresso_on=dt.date(2026, 3, 1),
        payment=("cash", "card"),
        languages=("fr", "oc"),
        latitude=43.85123456789,
        longitude=1.94876543219,
        organisation=organisation,
    )
    hours = "Tu-Su 08:00-19:00; PH off"
    cafe_services.set_hours(cafe=cafe, hours=hours, note="Frappez", actor=ACTOR, now=timezone.now())
    make_service(cafe, "colis")
    make_service(cafe, "pain", ServiceStatus.WANTED)
    return cafe


def test_an_export_comes_back_without_any_change() -> None:
    rich()
    make_cafe("Fini", activity=Activity.CLOSED)
    make_cafe("Parti", relation=Relation.LEFT)
    make_cafe("En pause", activity=Activity.PAUSED)
    make_cafe("Rien de noté", activity="", relation="")
    make_cafe("Jumeau")
    make_cafe("Jumeau")
    for content in exports():
        run = look(content, clears=True)
        assert set(states(run).values()) == {"same"}, [row.problems or row.changes for row in run.lines.all()]


def test_the_network_of_the_demonstration_comes_back_without_any_change() -> None:
    for number in range(30):
        make_commune(f"810{number:02d}", f"Village {number}", population=500, lat=43.8, lon=1.9)
    with override_settings(DEMO=True, HOST="127.0.0.1", ALLOWED_HOSTS=["localhost"]):
        assert seed_network(actor=actors.command("seed_demo"), now=timezone.now()) == 30
    before = everything()
    for content in exports():
        run = look(content)
        assert set(states(run).values()) == {"same"}, [
            row.changes for row in run.lines.filter(state="changed")
        ]
        with pytest.raises(ImportStepError, match="Aucune ligne n’est à écrire"):
            apply(run)
    assert everything() == before


def typed() -> ImportRun:
    """A line as somebody typed it, with titles and words of their own."""
    head = (
        *HEAD,
        *("Date d’ouverture", "Latitude", "Longitude", "Services", "Horaires", "PMR", "SIRET"),
        *("Gérant", "Portable", "Prix du café", "Langues parlées", "Paiement"),
    )
    return look(
        csv_of(
            (
                *(
                    "Le Zinc",
                    "association",
                    "tecou",
                    "81600",
                    "fermé",
                    "2025-01-01",
                    "adhérente",
                    "01/04/2024",
                ),
                *(
                    "01/03/2024",
                    "43,8512",
                    "1,9487",
                    "Point colis, dépôt de pain",
                    "mardi 8h-12h",
                    "oui",
                    SIRET,
                ),
                *("Dominique Blanc", "06 39 98 00 00", "1,50 €", "français, occitan", "CB | espèces"),
            ),
            head=head,
        )
    )


def test_a_file_of_people_becomes_cafés_with_their_life() -> None:
    make_organisation("Les Amis", siret=SIRET)
    make_commune()
    run = typed()
    assert states(run) == {2: "new"}, line(run, 2).problems
    apply(run)
    cafe = Cafe.objects.get()
    assert (cafe.model, cafe.commune_id, cafe.activity, cafe.relation) == (
        *("associative", "81294", "closed", "member"),
    )
    assert (cafe.opened_on, cafe.latitude, cafe.place_origin) == (dt.date(2024, 3, 1), 43.8512, "imported")
    assert (cafe.hours, cafe.hours_source, cafe.hours_confirmed_at) == ("Tu 08:00-12:00", "import", None)
    assert (cafe.wheelchair, cafe.espresso_cents, cafe.payment) == ("yes", 150, ["cash", "card"])
    assert (cafe.languages, cafe.organisation and cafe.organisation.siret) == (["fr", "oc"], SIRET)
    steps = list(cafe.states.order_by("on").values_list("track", "state", "on"))
    assert steps == [
        ("activity", "open", dt.date(2024, 3, 1)),
        ("relation", "member", dt.date(2024, 4, 1)),
        ("activity", "closed", dt.date(2025, 1, 1)),
    ]
    offers = cafe.services.order_by("code").values_list("code", "status", "confirmed_on")
    assert list(offers) == [("colis", "running", None), ("pain", "running", None)]
    assert cafe.contacts.get().phone == "06 39 98 00 00"
    jobs.testing.run_pending()
    assert OpenInterval.objects.filter(cafe=cafe).exists()


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("Nom", "", "la case est vide"),
        ("Modèle", "bleu", "« bleu » n’est pas dans la liste. Attendu : entrepreneurial"),
        ("Commune", "Nulle-Part", "Aucune commune ne répond à « 81600 Nulle-Part »"),
        ("Variante", "Gérance", "n’est pas une variante de ce modèle"),
        ("Depuis le", "hier", "« hier » n’est pas une date"),
        ("Depuis le", "", "depuis quel jour"),
        ("Depuis le", "01/01/2050", "n’est pas une date possible"),
        ("Statut", "En pause", "une pause avant l’ouverture"),
        ("Ouvert le", "2099-01-01", "« Ouvert le » : le 2099-01-01 n’est pas encore venu"),
        ("Réseau", "Sorti", "une sortie du réseau avant l’entrée"),
        ("Latitude", "44,3", "à 50 km de Técou"),
        ("Longitude", "", "il manque ce nombre"),
        ("Services", "colis, sauna", "« sauna » n’est pas un service du catalogue. Attendu : boissons"),
        ("Horaires", "quand je veux", "ne se lit pas"),
        ("Horaires", "Mo 12:00-08:00", "vient avant l’ouverture"),
        ("Horaires", "Mo 10:00-12:00,11:00-13:00", "se chevauchent"),
        ("Organisation", "Inconnue", "aucune organisation ne s’appelle « Inconnue »"),
        ("SIRET", "35600000000048", "aucune organisation n’a le SIRET"),
        ("Prix du café", "150", "pour un expresso"),
        ("Contact", "Dominique Blanc", "comment joindre « Dominique Blanc »"),
        ("Téléphone", "x", "n’est pas un numéro"),
        ("Numéro du café", "999", "aucun café ne porte le numéro 999"),
        ("Langues parlées", "elfique", "« elfique » n’est pas une langue"),
        ("Objet OpenStreetMap", "noeud 12", "n’est pas un objet OpenStreetMap"),
        ("Services prévus ou suspendus", "pain", "« pain » ne se lit pas"),
    ],
)
def test_each_wrong_cell_is_told_and_nothing_is_written(column: str, cell: str, words: str) -> None:
    make_commune()
    good = dict(zip(HEAD, ("Le Zinc", "Associatif", "Técou", "81600", *LIFE), strict=True))
    good |= {"Latitude": "43,85", "Longitude": "1,95", column: cell}
    run = look(csv_of(tuple(good.values()), head=tuple(good)))
    (problem,) = line(run, 2).problems
    assert problem.startswith("Ligne 2, ")
    assert words in problem
    with pytest.raises(ImportStepError, match="Aucune ligne n’est à écrire"):
        apply(run)
    assert not Cafe.objects.exists()


def test_a_café_of_the_same_place_with_nearly_the_same_name_is_a_doubt() -> None:
    near = make_commune("81145", "Cadalen", lat=43.8501, lon=1.9501)
    make_cafe("Le Zinc de Técou")
    make_cafe("Le Comptoir", near, latitude=43.8501, longitude=1.9501)
    head = (*HEAD, "Latitude", "Longitude")
    run = look(
        csv_of(
            ("Zinc de Técou, le", "Associatif", "Técou", "", *LIFE, "", ""),
            ("Comptoir, le", "Associatif", "Técou", "", *LIFE, "43,85", "1,95"),
            ("le zinc de tecou", "Associatif", "Técou", "", *LIFE, "", ""),
            ("Bar des Amis", "Associatif", "Técou", "", *LIFE, "", ""),
            ("Le bar des amis", "Associatif", "Técou", "", *LIFE, "", ""),
            head=head,
        )
    )
    assert states(run) == {2: "doubt", 3: "doubt", 4: "changed", 5: "new", 6: "doubt"}
    whys = [line(run, number).candidates[0]["why"] for number in (2, 3, 6)]
    assert whys == [
        "noms proches à 100 %, même commune",
        "noms proches à 100 %, à moins de 300 m",
        "presque le même nom, dans la même commune, que la ligne 5 de ce fichier",
    ]


def several(cafe: Cafe) -> ImportRun:
    """A file that changes two cafés in every way, and brings one."""
    head = (
        *("Nom", "Commune", "Statut", "Statut depuis", "Réseau", "Relation depuis", "Services", "Horaires"),
        *("Latitude", "Longitude", "Contact", "Téléphone du contact"),
    )
    return look(
        csv_of(
            (
                *(
                    cafe.name,
                    "Técou",
                    "En pause",
                    "2026-02-01",
                    "Membre",
                    "2023-05-01",
                    "pain",
                    "Mo 08:00-12:00",
                ),
                *("43,852", "1,951", "Dominique Blanc", "05 63 00 00 00"),
            ),
            ("Autre", "Técou", "", "", "", "", "presse", "", "", "", "Camille Roux", "0563000001"),
            ("Tout neuf", "Técou", "Ouvert", "2024-03-01", "Membre", "2024-03-01", "", "", "", "", "", ""),
            head=head,
        ),
        fixed={"modele": "Associatif"},
    )


def test_changes_are_written_and_taken_back_row_by_row() -> None:
    cafe = rich()
    make_contact(cafe)
    other = make_cafe("Autre", latitude=43.86, longitude=1.96)
    before = everything()
    run = several(cafe)
    assert states(run) == {2: "changed", 3: "changed", 4: "new"}, line(run, 2).problems
    told = {change["label"]: (change["before"], change["after"]) for change in line(run, 2).changes}
    assert told["Activité"] == ("Ouvert", "En pause")
    assert told["Services prévus ou suspendus"] == ("pain:wanted", "colis:suspended")
    assert told["Horaires donnés par"] == ("l’équipe", "un fichier")
    run = apply(run)
    cafe.refresh_from_db()
    assert (cafe.activity, cafe.hours, cafe.place_origin) == ("paused", "Mo 08:00-12:00", "imported")
    assert (cafe.hours_confirmed_at, cafe.contacts.get().phone) == (None, "05 63 00 00 00")
    relation = cafe.states.get(track=Track.RELATION)
    assert (relation.on, other.contacts.get().name) == (dt.date(2023, 5, 1), "Camille Roux")
    words = (
        JournalEntry.objects.filter(verb="cafes.cafe_changed", target_id=str(cafe.pk)).get().data["fields"]
    )
    assert "horaires" in words
    assert "activité" in words
    undo(run)
    assert everything() == before


def test_a_file_older_than_what_is_noted_erases_nothing() -> None:
    cafe = make_cafe("Fini", activity=Activity.CLOSED)
    before = everything()
    run = look(csv_of(("Fini", "Entrepreneurial", "Técou", "", "Ouvert", "2023-01-01", "", ""), head=HEAD))
    assert "plus récent est déjà noté : « Fermé »" in line(run, 2).problems[0]
    with pytest.raises(ImportStepError, match="Aucune ligne n’est à écrire"):
        apply(run)
    assert everything() == before
    make_contact(cafe)
    head = ("Nom", "Commune", "Contact", "Téléphone du contact")
    run = look(csv_of(("Fini", "Técou", "Autre Personne", "0563000001"), head=head))
    assert "ce café a déjà un contact, « Dominique Blanc »" in line(run, 2).problems[0]


def test_undoing_leaves_a_café_that_serves() -> None:
    make_commune()
    rows = [(name, "Associatif", "Técou", "", *LIFE) for name in ("Avec rôle", "Complété", "Seul au monde")]
    run = apply(look(csv_of(*rows, head=HEAD)))
    make_role(RoleKind.MANAGER, f"cafe:{Cafe.objects.get(name='Avec rôle').pk}")
    make_service(Cafe.objects.get(name="Complété"), "pain")
    run = undo(run)
    assert set(Cafe.objects.values_list("name", flat=True)) == {"Avec rôle", "Complété"}
    verb = JournalEntry.objects.get(verb="cafes.cafe_withdrawn")
    assert verb.target_type == "cafes.cafe"
    told = {row.label: (row.outcome, row.outcome_words) for row in run.lines.all()}
    assert told["Seul au monde"] == ("undone", "")
    assert all(told[name][0] == "kept" and "laissé" in told[name][1] for name in ("Avec rôle", "Complété"))


def test_what_one_may_not_import_is_not_written() -> None:
    make_commune()
    lead = Actor(kind="regional", perimeter="departement:33")
    run = apply(look(csv_of(("Le Zinc", "Associatif", "Técou", "", *LIFE), head=HEAD)), actor=lead)
    assert "hors de votre périmètre" in line(run, 2).outcome_words
    assert not Cafe.objects.exists()


def test_a_long_file_says_its_bad_lines_and_writes_the_others_in_few_queries() -> None:
    """1,200 lines, 37 bad ones: 37 lines explained, the others written in few queries."""
    tecou()
    head = (*HEAD, "Services")
    words = ("Zinc", "Comptoir", "Bar", "Relais", "Halte", "Auberge", "Bistrot")
    rows = []
    for number in range(1_200):
        name = f"{words[number % 7]} {number * 7_919 % 100_003:05d}{chr(97 + number % 26) * 5}"
        statut = "inconnu" if number % 33 == 0 and number < 37 * 33 else "Ouvert"
        rows.append((name, "Associatif", "Técou", "", statut, *LIFE[1:], "colis, pain"))
    run = imports.send(csv_of(*rows, head=head), kind=CAFES)
    told: dict[str, Any] = {"actor": TEAM, "now": timezone.now(), "report": lambda done: None}
    with CaptureQueriesContext(connection) as made:
        services.analyse(run=run, **told)
        assert Counter(states(run).values())["error"] == 37
        services.choose_everywhere(run=run, choice="new")
        services.apply_now(run=fresh(run), **told)
    assert len(made) / len(rows) <= 0.2, len(made) / len(rows)
    bad = run.lines.filter(state="error")
    assert bad.count() == 37
    assert all(
        len(row.problems) == 1 and "« inconnu » n’est pas dans la liste" in row.problems[0] for row in bad
    )
    assert Cafe.objects.count() == 1_200 - 37


def test_the_team_finds_the_import_from_its_table() -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    assert "/imports/" in team.get("/equipe/cafes/").content.decode()
    tecou()
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    assert "Importer un fichier" not in lead.get("/equipe/cafes/").content.decode()
