"""Giving and ending roles; predicates."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from millecafes.accounts.enums import INVITES, PERIMETERS, PerimeterKind, RoleKind
from millecafes.accounts.models import Role
from millecafes.accounts.queries import perimeters
from millecafes.accounts.queries.roles import active_roles
from millecafes.accounts.rules import in_perimeter, is_own, is_team, perimeter_is_valid, wears
from millecafes.accounts.services.roles import RoleError, end_role, grant_role
from millecafes.common import actors
from millecafes.common.actors import Actor
from millecafes.common.journal.models import JournalEntry
from tests.concurrency import a_database_for_several, at_once, elsewhere
from tests.factories.people import make_person, make_role
from tests.factories.territory import make_commune

NOW = timezone.now()
LEAD = actors.command("tests")


class Thing:
    """Something that lies in perimeters."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def perimeter_keys(self) -> tuple[str, ...]:
        return self.keys


@pytest.mark.django_db
def test_a_role_is_given_ended_and_written_in_the_journal() -> None:
    make_commune()
    role = make_role(RoleKind.SECRETARY, "commune:81294")
    assert active_roles(role.user_id, timezone.localdate()) == [role]
    end_role(role=role, actor=LEAD, now=NOW)
    assert active_roles(role.user_id, timezone.localdate()) == []
    verbs = list(JournalEntry.objects.order_by("pk").values_list("verb", "target_id"))
    assert verbs == [("accounts.role_granted", str(role.pk)), ("accounts.role_ended", str(role.pk))]
    with pytest.raises(RoleError, match="déjà pris fin"):
        end_role(role=role, actor=LEAD, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "perimeter"),
    [
        (RoleKind.TEAM, "commune:81294"),
        (RoleKind.ELECTED, "network"),
        (RoleKind.ELECTED, "commune:99999"),
        (RoleKind.ELECTED, "commune:"),
        (RoleKind.MANAGER, "cafe:12"),
        (RoleKind.TEAM, "network:1"),
        (RoleKind.REGIONAL, "region:zz"),
        (RoleKind.CANDIDATE, "person:" + "9" * 40),
        (RoleKind.CANDIDATE, "person:abc"),
        (RoleKind.TEAM, ""),
    ],
)
def test_a_perimeter_that_does_not_suit_is_refused(kind: RoleKind, perimeter: str) -> None:
    make_commune()
    with pytest.raises(RoleError, match="Périmètre"):
        make_role(kind, perimeter)
    assert not Role.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
def test_the_same_role_is_not_given_twice_at_the_same_dates() -> None:
    today = timezone.localdate()
    person = make_person()
    first = make_role(RoleKind.TEAM, "network", user=person, ends_on=today + dt.timedelta(days=9))
    with pytest.raises(RoleError, match="déjà ce rôle"):
        make_role(RoleKind.TEAM, "network", user=person)
    make_role(RoleKind.TEAM, "network", user=person, starts_on=today + dt.timedelta(days=10))
    assert Role.objects.filter(user=person).count() == 2
    assert active_roles(person.pk, today) == [first]


@pytest.mark.django_db
def test_dates_the_wrong_way_round_are_refused() -> None:
    today = timezone.localdate()
    with pytest.raises(RoleError, match="Fin du rôle"):
        make_role(RoleKind.TEAM, "network", ends_on=today - dt.timedelta(days=1))


@pytest.mark.django_db
def test_the_team_is_never_left_empty() -> None:
    role = make_role(RoleKind.TEAM, "network")
    with pytest.raises(RoleError, match="dernier rôle d’équipe"):
        end_role(role=role, actor=LEAD, now=NOW)
    make_role(RoleKind.TEAM, "network")
    end_role(role=role, actor=LEAD, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_people_of_the_team_who_end_each_other_s_role_leave_one(tmp_path: Path) -> None:
    roles = [make_role(RoleKind.TEAM, "network") for _ in range(2)]
    with a_database_for_several(tmp_path):
        answers = at_once(2, lambda: end_role(role=roles.pop(), actor=LEAD, now=NOW))
        assert elsewhere(Role.objects.filter(ended_at__isnull=True).count) == 1
    assert sorted(type(found).__name__ for found in answers) == ["Role", "RoleError"]


@pytest.mark.django_db
def test_a_role_taken_away_may_be_given_again_the_same_day() -> None:
    make_commune()
    role = make_role(RoleKind.ELECTED, "commune:81294")
    end_role(role=role, actor=LEAD, now=NOW)
    again = grant_role(user=role.user, kind=RoleKind.ELECTED, perimeter="commune:81294", actor=LEAD, now=NOW)
    assert active_roles(role.user_id, timezone.localdate()) == [again]


@pytest.mark.django_db
def test_a_commune_lies_in_its_epci_departement_region_and_network() -> None:
    make_commune()
    assert perimeters.keys_above("commune:81294") == (
        "commune:81294",
        "epci:200066124",
        "departement:81",
        "region:76",
        "network",
    )
    assert perimeters.keys_above("epci:200066124") == (
        "epci:200066124",
        "departement:81",
        "region:76",
        "network",
    )
    make_commune("12001", "Agen-d’Aveyron", postal_code="12630")
    assert perimeters.keys_above("epci:200066124") == ("epci:200066124", "region:76", "network")
    assert perimeters.keys_above("commune:00000") == ()


@pytest.mark.django_db
def test_labels_take_one_query_per_family(django_assert_num_queries) -> None:
    make_commune()
    make_commune("81295", "Teulat", postal_code="81500")
    keys = ["commune:81294", "commune:81295", "departement:81", "network", "cafe:3"]
    with django_assert_num_queries(3):
        found = perimeters.labels(keys)
    assert found["commune:81295"] == "Teulat (Département 81)"
    assert found["network"] == "tout le réseau"
    assert found["cafe:3"] == "cafe:3"


def test_every_role_has_its_perimeters_and_invites_only_roles_that_exist() -> None:
    assert set(PERIMETERS) == set(RoleKind)
    assert all(PERIMETERS.values())
    assert {kind for kinds in INVITES.values() for kind in kinds} <= set(RoleKind)


keys = st.sampled_from(["network", "commune:1", "commune:2", "departement:81", "person:7", "cafe:1"])
actors_of_all_kinds = st.builds(
    Actor,
    user_id=st.none() | st.integers(1, 9),
    kind=st.sampled_from(["", *RoleKind.values]),
    perimeter=st.sampled_from(["", "network", "commune:1", "departement:81", "cafe:1"]),
)


@given(actors_of_all_kinds, st.lists(keys))
def test_a_hat_opens_what_lies_in_its_perimeter_and_nothing_else(actor: Actor, lies_in: list[str]) -> None:
    thing = Thing(*lies_in)
    assert in_perimeter(actor, thing) is (bool(actor.perimeter) and actor.perimeter in lies_in)
    assert is_own(actor, thing) is (actor.is_person and f"person:{actor.user_id}" in lies_in)
    assert (is_team & in_perimeter)(actor, thing) is (is_team(actor) and in_perimeter(actor, thing))


@given(st.sampled_from(list(RoleKind)), st.sampled_from(list(RoleKind)))
def test_a_hat_is_only_itself(worn: RoleKind, asked: RoleKind) -> None:
    assert wears(asked)(Actor(user_id=1, kind=worn.value)) is (worn == asked)


@given(st.sampled_from(list(RoleKind)), st.sampled_from(list(PerimeterKind)), st.text(max_size=5))
def test_only_the_families_of_a_role_suit_it(kind: RoleKind, family: PerimeterKind, value: str) -> None:
    key = f"{family.value}:{value}" if value else family.value
    expected = family in PERIMETERS[kind] and bool(value) is (family != PerimeterKind.NETWORK)
    assert perimeter_is_valid(kind, key) is expected
