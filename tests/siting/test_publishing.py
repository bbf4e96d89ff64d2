"""One published plan at a time: on the pages of communes, on its own page, for programs."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common.formats import day
from millecafes.common.journal.models import JournalEntry
from millecafes.siting.models import PlanRun
from millecafes.siting.services.errors import ScenarioError
from millecafes.siting.services.publishing import publish_plan
from millecafes.siting.services.runs import new_run
from millecafes.territory.models import Commune
from tests.factories.people import client_wearing
from tests.factories.siting import ACTOR, make_rule, make_run, make_scenario, make_valley
from tests.siting.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RUNS = "/equipe/implantation/calculs/"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def valley() -> list[Commune]:
    return make_valley()


def published(*chosen: Commune, **details: Any) -> PlanRun:
    run = make_run(make_scenario(sites=len(chosen), **details), chosen=chosen)
    return publish_plan(run=run, actor=ACTOR, now=timezone.now())


def says(commune: Commune) -> str:
    return text(Client().get(commune.get_absolute_url()))


def test_nothing_is_public_before_it_is_published(valley: list[Commune]) -> None:
    make_run(chosen=[valley[3]])
    assert "plan du programme" not in says(valley[3])
    assert "Aucun plan n’est publié" in text(Client().get("/plan/"))
    assert Client().get("/plan/carte.json").status_code == 404
    assert Client().get("/plan/communes.csv").status_code == 422
    assert Client().get("/api/v1/plan").status_code == 404
    assert Client().get("/api/v1/plan/communes").status_code == 404


def test_each_commune_page_says_what_the_plan_does_there(team: Client, valley: list[Commune]) -> None:
    run = make_run(make_scenario(sites=1, per_semester=1, first_semester="2027-S1"), chosen=[valley[3]])
    assert team.post(f"{RUNS}{run.pk}/publier/").status_code == 302
    today = day(timezone.localdate())
    retained = says(valley[3])
    for words in ("Cambon est retenue</b> parmi 1 commune", "2027-S1", "1 500 habitants", today, "Hypothèse"):
        assert words in retained, words
    assert "un café à Cambon serait à environ 5 minutes" in says(valley[4])
    assert "n’est <b>pas retenue</b>, et resterait à environ" in says(valley[1])
    assert "elle a déjà un café" in says(valley[0])


def test_a_commune_retained_by_decision_says_so(valley: list[Commune]) -> None:
    scenario = make_scenario(sites=1)
    make_rule(scenario, valley[3])
    publish_plan(run=make_run(scenario, chosen=[valley[3]]), actor=ACTOR, now=timezone.now())
    assert "par décision de l’équipe" in says(valley[3])


def test_another_plan_takes_the_place_of_the_first(team: Client, valley: list[Commune]) -> None:
    first, second = published(valley[3]), make_run(make_scenario(sites=1), chosen=[valley[1]])
    assert team.post(f"{RUNS}{second.pk}/publier/").status_code == 302
    first.refresh_from_db()
    assert not first.is_published
    assert first.withdrawn_at is not None
    assert "retenue</b> parmi" in says(valley[1])
    assert "<b>pas retenue" in says(valley[3])
    verbs = JournalEntry.objects.filter(verb="siting.plan_published")
    assert verbs.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanRun.objects.update(is_published=True)
    assert team.post(f"{RUNS}{second.pk}/depublier/").status_code == 302
    assert "plan du programme" not in says(valley[1])
    assert "n’était pas publié" in text(team.post(f"{RUNS}{second.pk}/depublier/", follow=True))


def test_what_is_not_computed_is_not_published(team: Client, valley: list[Commune]) -> None:
    run = new_run(scenario=make_scenario(), now=timezone.now())
    with pytest.raises(ScenarioError, match="pas fini"):
        publish_plan(run=run, actor=ACTOR, now=timezone.now())
    assert "pas fini" in text(team.post(f"{RUNS}{run.pk}/publier/", follow=True))
    scenario = make_scenario(sites=1)
    former, _ = (make_run(scenario, chosen=[valley[place]]) for place in (1, 3))
    with pytest.raises(ScenarioError, match="plus récent"):
        publish_plan(run=former, actor=ACTOR, now=timezone.now())


def test_the_public_page_has_the_map_the_list_and_the_sources(valley: list[Commune]) -> None:
    published(valley[3], valley[1])
    page = text(Client().get("/plan/"))
    for words in ("Où ouvrir des cafés", "1. Cambon", "2. Arthès", "Escoussens", "peut déposer un dossier"):
        assert words in page, words
    drawn = Client().get("/plan/carte.json?effet=3").json()
    assert drawn["codes"] == "8100181003"
    rows = csv.DictReader(
        io.StringIO(Client().get("/plan/communes.csv?effet=3").content.decode("utf-8-sig")), delimiter=";"
    )
    assert [row["Commune"] for row in rows] == ["Cambon", "Arthès"]


def test_programs_read_the_plan(valley: list[Commune]) -> None:
    run = published(valley[3])
    plan = Client().get("/api/v1/plan").json()
    assert (plan["id"], plan["sites"], plan["gained"], plan["objective"]) == (run.pk, 1, 1_500, "coverage")
    assert "hypothèse" in plan["sources"]["supply"]
    page = Client().get("/api/v1/plan/communes?limit=2").json()
    assert page["total"] == 6
    rest = Client().get(page["next"]).json()
    assert len(page["items"]) == len(rest["items"]) == 2
    (cambon,) = Client().get("/api/v1/plan/communes?effet=3").json()["items"]
    assert (cambon["code"], cambon["outcome"], cambon["rank"], cambon["people"]) == (
        "81003",
        "chosen",
        1,
        1_500,
    )
    refusal = Client().get("/api/v1/plan/communes?effet=8")
    assert refusal.status_code == 422
    assert refusal.json()["errors"][0]["field"] == "effet"


def test_a_commune_page_makes_three_queries_more_with_a_plan(
    valley: list[Commune], django_assert_max_num_queries: Any
) -> None:
    says(valley[3])
    with django_assert_max_num_queries(40) as without:
        says(valley[3])
    published(valley[3])
    with django_assert_max_num_queries(40) as with_plan:
        says(valley[3])
    assert len(with_plan) - len(without) == 2
