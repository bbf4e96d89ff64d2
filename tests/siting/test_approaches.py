"""Town halls to contact: noted from a plan, with the contact of their public office, and followed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.common.journal.models import JournalEntry
from millecafes.partners.models import Organisation
from millecafes.siting.enums import ApproachState
from millecafes.siting.models import Approach
from millecafes.siting.services.approaches import MOST_AT_ONCE, add_approaches
from millecafes.siting.services.errors import ScenarioError
from millecafes.territory.models import Commune
from tests.factories.people import client_wearing
from tests.factories.siting import ACTOR, make_approach, make_run, make_valley
from tests.factories.territory import make_commune
from tests.siting.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LIST = "/equipe/mairies-a-contacter/"
RUNS = "/equipe/implantation/calculs/"


@pytest.fixture
def team() -> Client:
    return client_wearing(RoleKind.TEAM, "network")


@pytest.fixture
def valley() -> list[Commune]:
    communes = make_valley()
    Commune.objects.filter(pk="81003").update(hall_phone="05 63 00 00 00", hall_email="mairie@cambon.example")
    return communes


def test_a_retained_commune_is_noted_with_its_public_contact(team: Client, valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[3], valley[1]])
    page = team.get(f"{RUNS}{run.pk}/communes/")
    assert page.context["to_note"] == ["81003", "81001"]
    noted = team.post(f"{RUNS}{run.pk}/contacter/", {"commune": ["81003"], "query": "effet=3"}, follow=True)
    assert "Cambon est dans les mairies à contacter" in text(noted)
    approach = Approach.objects.get()
    assert (approach.state, approach.town_hall.phone) == (ApproachState.TO_CONTACT, "05 63 00 00 00")
    assert Organisation.objects.get() == approach.town_hall
    page = text(team.get(approach.get_absolute_url()))
    for words in ("mairie@cambon.example", "rang 1, 1 500 habitants rapprochés", "à contacter"):
        assert words in page, words
    again = team.post(f"{RUNS}{run.pk}/contacter/", {"commune": ["81003"]}, follow=True)
    assert "déjà notées" in text(again)
    assert "déjà à contacter" in text(team.get(f"{RUNS}{run.pk}/communes/"))
    assert "1 mairie</a> qu’un plan retient attend" in text(team.get("/bureau/"))


def test_only_what_the_plan_retains_is_noted(team: Client, valley: list[Commune]) -> None:
    run = make_run(chosen=[valley[3]])
    for codes in (["81001"], ["81003", "zz"], [f"{n:05}" for n in range(MOST_AT_ONCE + 1)]):
        with pytest.raises(ScenarioError):
            add_approaches(run=run, codes=codes, actor=ACTOR, now=timezone.now())
        assert team.post(f"{RUNS}{run.pk}/contacter/", {"commune": codes}).status_code in {302, 400}
    assert not Approach.objects.exists()


def test_where_one_stands_is_noted_and_told_by_the_journal(team: Client, valley: list[Commune]) -> None:
    approach = make_approach(valley[3])
    address = approach.get_absolute_url()
    assert team.post(address, {"state": "interested"}).status_code == 302
    assert team.post(address, {"state": "interested"}).status_code == 302
    assert Approach.objects.get().state == "interested"
    (entry,) = JournalEntry.objects.filter(verb="siting.approach_changed")
    assert entry.data["state"] == "intéressée"
    assert "a noté la mairie de Cambon : intéressée" in text(team.get(address))
    refused = team.post(address, {"state": "x"})
    assert refused.status_code == 422
    assert "pas dans la liste" in text(refused)


def test_a_regional_lead_follows_their_own(valley: list[Commune]) -> None:
    make_approach(valley[3])
    far = make_approach(
        make_commune("33001", "Abzac", population=900, lon=0.1, lat=45.0, postal_code="33230")
    )
    lead = client_wearing(RoleKind.REGIONAL, "departement:81")
    page = text(lead.get(LIST))
    assert "Cambon" in page
    assert "Abzac" not in page
    assert lead.get(far.get_absolute_url()).status_code == 404
    assert "Abzac" not in lead.get(f"{LIST}mairies.csv").content.decode("utf-8-sig")


def test_the_list_is_filtered_and_makes_as_many_queries_for_one_and_for_three(
    team: Client, valley: list[Commune], django_assert_max_num_queries: Any
) -> None:
    make_approach(valley[3])
    with django_assert_max_num_queries(40) as one:
        assert "<b>1</b> mairie" in text(team.get(LIST))
    for commune in valley[1:3]:
        make_approach(commune)
    with django_assert_max_num_queries(40) as three:
        assert "<b>3</b> mairies" in text(team.get(LIST))
    assert len(one) == len(three)
    assert "Aucune mairie" in text(team.get(f"{LIST}?etat=declined"))
    assert team.get(f"{LIST}?etat=x").status_code == 422
    assert team.get(f"{LIST}?departement=zz").status_code == 422
