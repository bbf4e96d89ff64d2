"""What a plan does: who is near already, brought nearer, left; the map, the list, the files, the tables."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.siting.enums import Objective, Outcome, SupplyChoice
from millecafes.siting.models import CommuneOutcome, Pick
from millecafes.siting.rules import Parameters
from millecafes.siting.solving.arrays import PlanError, load_land, load_links
from millecafes.siting.solving.results import in_order
from millecafes.territory.enums import Service, SupplyBasis, ValueStatus
from millecafes.territory.models import AccessTime, Commune, Dataset, IndicatorValue
from tests.factories.cafes import make_cafe
from tests.factories.people import client_wearing
from tests.factories.siting import make_run, make_scenario, make_valley
from tests.factories.territory import make_commune
from tests.siting.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RUNS = "/equipe/implantation/calculs/"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def valley() -> list[Commune]:
    return make_valley()


def outcomes(run: Any) -> dict[str, str]:
    rows = CommuneOutcome.objects.filter(run=run).select_related("commune")
    return {row.commune.name: Outcome(row.outcome).name for row in rows}


def known(indicator: str, values: dict[Commune, float]) -> None:
    """Values of an indicator, from a loaded source."""
    dataset, _ = Dataset.objects.get_or_create(
        source="frr", defaults={"vintage": "2025", "loaded_at": timezone.now()}
    )
    for commune, value in values.items():
        IndicatorValue.objects.create(
            commune=commune, indicator=indicator, value=value, status=ValueStatus.OK, dataset=dataset
        )


def test_each_commune_is_told_what_the_plan_does(valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[3]])  # Cambon: Denat is beside it, the others are far
    assert outcomes(run) == {
        "Albi": "EXISTING",
        "Arthès": "LEFT",
        "Bellegarde": "LEFT",
        "Cambon": "CHOSEN",
        "Denat": "COVERED",
        "Escoussens": "LEFT",
    }
    row = CommuneOutcome.objects.get(run=run, commune__name="Denat")
    assert row.site == valley[3]
    assert row.after is not None
    assert row.before is not None
    assert row.after < 15 < row.before
    pick = Pick.objects.get(run=run)
    assert (pick.rank, pick.people) == (1, 1_500)
    assert run.figures["gained"] == 1_500
    assert run.figures["people"] == 53_500
    assert run.figures["outcomes"]["left"] == {"people": 2_000, "communes": 3}
    assert run.figures["minutes_after"] < run.figures["minutes_before"]


def test_picks_come_in_the_order_of_what_they_bring(valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[5], valley[1], valley[3]])
    rows = Pick.objects.filter(run=run).order_by("rank").values_list("commune__name", "people")
    assert list(rows) == [("Cambon", 1_500), ("Arthès", 1_300), ("Escoussens", 700)]


def test_a_chosen_site_that_brings_nothing_comes_last(valley: list[Commune]) -> None:
    links = load_links(load_land(Parameters()), Parameters())
    names = [valley[0].name, *(commune.name for commune in valley[1:])]
    assert names[0] == "Albi"
    order = in_order(links, np.arange(len(links.site)))
    assert [round(gain) for _, gain in order] == [1_500, 1_300, 700, 0, 0]


def test_unknown_is_neither_gained_nor_left(valley: list[Commune]) -> None:
    make_commune("81010", "Sans point", lon=None, lat=None, postal_code="81010")
    make_commune("81011", "Sans nombre", population=None, lon=3.11, lat=43.95, postal_code="81011")
    run = make_run(chosen=[valley[3]])
    assert outcomes(run)["Sans point"] == "UNKNOWN"
    assert outcomes(run)["Sans nombre"] == "UNKNOWN"
    assert run.figures["people"] == 54_500
    assert run.figures["outcomes"]["left"]["people"] == 2_000


def test_an_island_is_not_reached_from_the_continent(valley: list[Commune]) -> None:
    make_commune("85113", "L’Île-d’Yeu", population=900, lon=2.76, lat=43.95, postal_code="85350")
    run = make_run(chosen=[valley[3]])
    row = CommuneOutcome.objects.get(run=run, commune="85113")
    assert (row.before, row.after, row.outcome) == (None, None, Outcome.LEFT)
    assert run.figures["unreached"] == 900


def test_cafes_of_the_network_count_unless_told(valley: list[Commune]) -> None:
    make_cafe("Le Zinc", valley[3])
    assert load_land(Parameters()).existing.sum() == 2
    assert load_land(Parameters(with_network=False)).existing.sum() == 1
    only = load_land(Parameters(supply=SupplyChoice.NETWORK.value))
    assert [only.ground.codes[row] for row in np.flatnonzero(only.existing)] == [valley[3].code]


def test_what_is_counted_needs_its_source(valley: list[Commune]) -> None:
    with pytest.raises(PlanError, match="n’est pas chargée"):
        load_land(Parameters(supply=SupplyChoice.LOADED.value))


def test_weights_are_those_of_the_class_and_of_the_index(valley: list[Commune]) -> None:
    known("frr", {valley[1]: 1, valley[2]: 0})
    for service, minutes in ((Service.BREAD, 10.0), (Service.POST, 5.0), (Service.PRESS, None)):
        AccessTime.objects.create(
            commune=valley[1],
            service=service,
            minutes=minutes,
            provenance="formula",
            basis=SupplyBasis.LOADED,
            computed_at=timezone.now(),
        )
    land = load_land(Parameters(frr_percent=50, desert_percent=100))
    weight = {land.ground.codes[i]: value for i, value in enumerate(land.weight)}
    # Bread is far (3 of 5), the post office near (0): an index of 60.
    assert weight[valley[1].code] == pytest.approx(1.5 * 1.6)
    assert weight[valley[2].code] == 1
    assert land.weighed == {"frr": 2, "desert": 1}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Parameters(minutes=15), 300.0),
        (Parameters(objective=Objective.GRADUAL.value, full_minutes=0, zero_minutes=20), 0.0),
        (Parameters(objective=Objective.P_MEDIAN.value), 0.0),
    ],
)
def test_scores_are_what_somebody_gains(valley: list[Commune], asked: Parameters, expected: float) -> None:
    """Denat gains from Cambon: all of its people, a share of them, or minutes not driven."""
    land = load_land(asked)
    links = load_links(land, asked)
    rows = {code: i for i, code in enumerate(land.ground.codes)}
    pair = (links.demand[links.row] == rows["81005"]) & (links.site[links.column] == rows["81003"])
    minutes, score = links.minutes[pair][0], links.score[pair][0]
    if asked.objective == Objective.COVERAGE:
        assert score == expected
    elif asked.objective == Objective.GRADUAL:
        assert score == pytest.approx(300 * (20 - minutes) / 20)
    else:
        before = min(60.0, land.before[rows["81005"]])
        assert score == pytest.approx(300 * (before - minutes))


def test_only_the_area_is_placed_and_counted(valley: list[Commune]) -> None:
    make_commune("33063", "Bordeaux", population=900, lon=2.76, lat=43.96, postal_code="33000")
    run = make_run(make_scenario(area="departement:81", sites=1), chosen=[valley[3]])
    assert "Bordeaux" not in outcomes(run)
    assert run.figures["people"] == 53_500
    with pytest.raises(PlanError, match="aucune commune chargée"):
        load_land(Parameters(area="departement:99"))


def test_no_candidate_is_told(valley: list[Commune]) -> None:
    asked = Parameters(least_population=3_000)
    with pytest.raises(PlanError, match="Aucune commune candidate"):
        load_links(load_land(asked), asked)


def test_small_cells_are_not_told_and_not_found_again(valley: list[Commune]) -> None:
    known("age_75_plus", {valley[1]: 3, valley[3]: 40, valley[5]: 0, valley[0]: 900})
    run = make_run(chosen=[valley[3]])
    (row,) = [row for row in run.equity if row["code"] == "age_75_plus"]
    assert row["people"] == 943
    assert (row["near"], row["gained"], row["left"]) == (900, None, None)


def test_the_page_of_a_result_says_what_it_is_worth(team: Client, valley: list[Commune]) -> None:
    known("density", dict.fromkeys(valley, 6))
    run = make_run(chosen=[valley[3], valley[1]])
    page = text(team.get(f"{RUNS}{run.pk}/"))
    for words in (
        "2 800 habitants",
        "passent à moins de 15 minutes",
        "Privé : l’équipe seule le voit",
        "Hypothèse",
        "Rural à habitat dispersé",
        "Escoussens",
        "Lire en tableau",
        f"certificat-{run.pk}.json",
    ):
        assert words in page, words


def test_the_map_has_the_communes_of_the_list(team: Client, valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[3]])
    for query, names in {
        "": 6,
        "?departement=81": 6,
        "?effet=3": 1,
        "?effet=4": 3,
        "?q=den": 1,
        "?region=76&effet=2": 1,
    }.items():
        drawn = json.loads(team.get(f"{RUNS}{run.pk}/carte.json{query}").content)
        page = team.get(f"{RUNS}{run.pk}/communes/{query}")
        assert len(drawn["levels"]) == len(drawn["codes"]) / 5 == names, query
        assert page.context["page"].paginator.count == names, query
    assert [point[0] for point in json.loads(team.get(f"{RUNS}{run.pk}/carte.json").content)["points"]] == [
        valley[3].code
    ]
    for wrong in ("effet=9", "departement=99", "tri=x", "region=zz"):
        assert team.get(f"{RUNS}{run.pk}/communes/?{wrong}").status_code == 422
        assert team.get(f"{RUNS}{run.pk}/carte.json?{wrong}").status_code == 400


def test_the_list_comes_in_each_order(team: Client, valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[3], valley[1]])
    for order, first in {"": "Cambon", "nom": "Albi", "-population": "Albi", "-avant": "Escoussens"}.items():
        page = team.get(f"{RUNS}{run.pk}/communes/?tri={order}")
        assert page.context["entries"][0].commune.name == first, order


def test_pages_make_as_many_queries_for_one_and_for_three(
    team: Client, valley: list[Commune], django_assert_max_num_queries: Any
) -> None:
    few = make_run(make_scenario(area="departement:81", sites=1), chosen=[valley[1]])
    many = make_run(make_scenario(area="departement:81", sites=3), chosen=valley[1:4])
    for page in ("", "communes/", "carte.json"):
        counts = []
        for run in (few, many):
            with django_assert_max_num_queries(40) as asked:
                assert team.get(f"{RUNS}{run.pk}/{page}").status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1], page


@pytest.mark.parametrize("extension", ["csv", "ods", "parquet", "geojson"])
def test_the_file_has_the_list(team: Client, valley: list[Commune], extension: str) -> None:
    run = make_run(chosen=[valley[3]])
    answer = team.get(f"/equipe/implantation/communes.{extension}?plan={run.pk}&effet=3")
    assert answer.status_code == 200
    content = answer.getvalue() if answer.streaming else answer.content
    if extension == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert [row["Commune"] for row in rows] == ["Cambon"]
        assert rows[0]["Habitants rapprochés à ce rang (habitants)"] == "1500"
    if extension == "geojson":
        (feature,) = json.loads(content)["features"]
        assert feature["geometry"]["coordinates"] == [2.75, 43.95]
    for wrong in ("", "plan=0", "plan=999", f"plan={'9' * 30}", f"plan={run.pk}&effet=x"):
        assert team.get(f"/equipe/implantation/communes.csv?{wrong}").status_code == 422


def test_two_plans_are_compared(team: Client, valley: list[Commune]) -> None:
    first = make_run(make_scenario("Un", sites=2), chosen=[valley[3], valley[1]])
    second = make_run(make_scenario("Deux", sites=2), chosen=[valley[3], valley[5]])
    page = text(team.get(f"{RUNS}{first.pk}/comparer/?avec={second.pk}"))
    assert "<b>1</b> commune dans les deux plans" in page
    assert f"Retenues par le seul n° {first.pk} : 1" in page
    assert "2 communes, 1 300 habitants" in page  # Arthès and Bellegarde are served by the first only
    assert "1 commune, 700 habitants" in page
    for wrong in ("0", "x", "9" * 30, str(first.pk)):
        assert "n’existe pas" in text(team.get(f"{RUNS}{first.pk}/comparer/?avec={wrong}"))


def test_only_the_last_computation_of_a_scenario_keeps_its_effects(valley: list[Commune]) -> None:
    scenario = make_scenario(sites=1)
    first, second = (make_run(scenario, chosen=[valley[place]]) for place in (1, 3))
    assert not CommuneOutcome.objects.filter(run=first).exists()
    assert CommuneOutcome.objects.filter(run=second).exists()
    assert Pick.objects.filter(run=first).count() == 1
