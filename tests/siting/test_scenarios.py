"""Scenarios: what the form takes and refuses, copies, budgets, communes decided before the computation."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common.journal.models import JournalEntry
from millecafes.siting.enums import Objective, SiteRule
from millecafes.siting.models import PlanRun, Scenario, ScenarioSite
from millecafes.siting.rules import Budget, Parameters, semester_of
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.publishing import publish_plan
from millecafes.siting.services.scenarios import frozen, remove_scenario
from tests.factories.people import client_wearing
from tests.factories.siting import ACTOR, make_rule, make_run, make_scenario, make_valley
from tests.factories.territory import make_commune
from tests.siting.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ROOT = "/equipe/implantation/"
TYPED = {
    "name": "Le Tarn",
    "area": "departement:81",
    "sites": "12",
    "per_semester": "4",
    "first_semester": "2027-s2",
    "objective": "coverage",
    "minutes": "12,5",
    "full_minutes": "10",
    "zero_minutes": "20",
    "frr_percent": "50",
    "desert_percent": "0",
    "supply": "assumed",
    "with_network": "on",
    "least_population": "0",
    "most_population": "3499",
    "spacing": "0",
    "budgets": "",
    "seconds": "2",
    "seed": "7",
}


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


def test_a_scenario_goes_from_the_form_to_what_a_computation_is_asked(team: Client) -> None:
    make_commune()
    budgets = "Département 81 ; 2 ; 10\nrégion 76 ; ; 11"
    made = team.post(f"{ROOT}nouveau/", {**TYPED, "budgets": budgets})
    scenario = Scenario.objects.get()
    assert made.status_code == 302
    assert made["Location"] == scenario.get_absolute_url()
    assert frozen(scenario) == Parameters(
        area="departement:81",
        sites=12,
        per_semester=4,
        first_semester="2027-S2",
        minutes=12.5,
        frr_percent=50,
        seconds=2,
        seed=7,
        budgets=(Budget("departement", "81", 2, 10), Budget("region", "76", 0, 11)),
    )
    page = text(team.get(scenario.get_absolute_url()))
    for words in ("Le Tarn", "Département 81", "au moins 2, au plus 10", "12,5 minutes", "50 % de plus"):
        assert words in page
    again = text(team.get(f"{ROOT}{scenario.pk}/modifier/"))
    assert "Département 81 ; 2 ; 10" in again
    assert 'value="12.5"' in again


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Donnez un nom"),
        ("sites", "0", "C’est trop peu : attendu un nombre entier de 1 à 5000"),
        ("sites", "beaucoup", "Ce n’est pas un nombre entier"),
        ("sites", "9" * 40, "C’est trop"),
        ("minutes", "61", "attendu de 1 à 60 minutes"),
        ("minutes", "nan", "Ce n’est pas un nombre"),
        ("area", "region:99", "« region:99 » n’est pas dans la liste"),
        ("first_semester", "2027", "n’est pas un semestre"),
        ("first_semester", "", "indiquez le premier semestre"),
        ("most_population", "0", "C’est trop peu"),
        ("frr_percent", "301", "C’est trop"),
        ("budgets", "Tarn-et-Rien ; 1 ; 2", "Ligne 1, « Tarn-et-Rien ; 1 ; 2 »"),
        ("budgets", "81 ; 5 ; 2", "au moins 5 et au plus 2"),
        ("budgets", "81 ; 5", "attendu « nom ; au moins ; au plus »"),
        ("budgets", "81;1;2\n81;1;3", "déjà plus haut"),
        ("budgets", "81 ; 13 ;", "demandent au moins 13 cafés"),
        ("name", "a\0b", "invisible"),
    ],
)
def test_each_mistake_names_its_field_and_keeps_what_was_typed(
    team: Client, field: str, typed: str, said: str
) -> None:
    make_commune()
    answer = team.post(f"{ROOT}nouveau/", {**TYPED, field: typed})
    assert answer.status_code in {400, 422}
    assert said in text(answer) or answer.status_code == 400
    assert not Scenario.objects.exists()


def test_a_gradual_scenario_needs_two_minutes_in_order(team: Client) -> None:
    make_commune()
    typed = {**TYPED, "objective": Objective.GRADUAL.value, "full_minutes": "20", "zero_minutes": "20"}
    answer = team.post(f"{ROOT}nouveau/", typed)
    assert answer.status_code == 422
    assert "attendu plus que" in text(answer)


def test_a_change_is_told_by_the_journal_and_computations_keep_what_they_were_asked(team: Client) -> None:
    _, *villages = make_valley()
    run = make_run(make_scenario(sites=1), chosen=villages[2:3])
    address = f"{ROOT}{run.scenario_id}/modifier/"
    typed = {**TYPED, "area": "network", "first_semester": "", "per_semester": "0", "sites": "3"}
    assert team.post(address, typed).status_code == 302
    assert Scenario.objects.get().sites == 3
    assert PlanRun.objects.get().asked.sites == 1
    entry = JournalEntry.objects.filter(verb="siting.scenario_changed").latest("pk")
    assert "nombre de cafés" in entry.data["fields"]
    before = JournalEntry.objects.count()
    assert team.post(address, typed).status_code == 302
    assert JournalEntry.objects.count() == before


def test_a_copy_has_budgets_and_decisions(team: Client) -> None:
    _, first, second, *_ = make_valley()
    scenario = make_scenario(budgets=(Budget("departement", "81", 1, 2),))
    make_rule(scenario, first)
    make_rule(scenario, second, SiteRule.FORBIDDEN, "La mairie a dit non")
    answer = team.post(f"{ROOT}{scenario.pk}/copier/")
    copy = Scenario.objects.exclude(pk=scenario.pk).get()
    assert answer["Location"] == copy.get_absolute_url()
    assert copy.name == "Deux cafés (copie)"
    assert frozen(copy) == frozen(scenario)
    assert frozen(copy).imposed == (first.code,)


def test_a_commune_is_decided_with_a_reason_and_released(team: Client) -> None:
    make_valley()
    scenario = make_scenario()
    rules = f"{ROOT}{scenario.pk}/consignes/"
    asked = {"commune": "Cambon", "rule": "imposed", "reason": "Un local communal est prêt"}
    assert team.post(rules, asked).status_code == 302
    assert team.post(rules, {**asked, "rule": "forbidden", "reason": "Plus de local"}).status_code == 302
    site = ScenarioSite.objects.get()
    assert (site.rule, site.reason) == ("forbidden", "Plus de local")
    page = text(team.get(scenario.get_absolute_url()))
    assert "Plus de local" in page
    for wrong, said in (
        ({"commune": ""}, "Écrivez le nom"),
        ({"commune": "zzzz"}, "Aucune commune"),
        ({"reason": ""}, "Dites pourquoi"),
        ({"rule": "x"}, "pas dans la liste"),
    ):
        answer = team.post(rules, {**asked, **wrong})
        assert answer.status_code == 422, wrong
        assert said in text(answer), wrong
    assert team.post(f"{rules}{site.pk}/lever/").status_code == 302
    assert not ScenarioSite.objects.exists()
    assert team.post(f"{rules}{site.pk}/lever/").status_code == 404


def test_a_published_scenario_is_not_removed(team: Client) -> None:
    _, *villages = make_valley()
    run = make_run(chosen=villages[:1])
    publish_plan(run=run, actor=ACTOR, now=timezone.now())
    with pytest.raises(ScenarioError, match="publié"):
        remove_scenario(scenario=run.scenario, actor=ACTOR, now=timezone.now())
    answer = team.post(f"{ROOT}{run.scenario_id}/retirer/")
    assert answer.status_code == 422
    assert "Rien n’a changé" in text(answer)
    assert team.post(f"{ROOT}calculs/{run.pk}/depublier/").status_code == 302
    assert team.post(f"{ROOT}{run.scenario_id}/retirer/").status_code == 302
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("rank", "expected"), [(1, "2027-S2"), (4, "2027-S2"), (5, "2028-S1"), (9, "2028-S2"), (13, "2029-S1")]
)
def test_ranks_fall_in_semesters(rank: int, expected: str) -> None:
    assert semester_of(rank, 4, "2027-S2") == expected
    assert semester_of(rank, 0, "2027-S2") == ""


def test_the_list_makes_as_many_queries_for_one_and_for_three(
    team: Client, django_assert_max_num_queries: Any
) -> None:
    _, *villages = make_valley()
    make_run(chosen=villages[:1])
    with django_assert_max_num_queries(40) as one:
        assert "Deux cafés" in text(team.get(ROOT))
    make_run(make_scenario("Un autre", sites=1), chosen=villages[1:2])
    make_scenario("Sans calcul")
    with django_assert_max_num_queries(40) as three:
        assert "Sans calcul" in text(team.get(ROOT))
    assert len(one) == len(three)
