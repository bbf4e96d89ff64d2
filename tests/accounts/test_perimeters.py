"""What lies in a perimeter, and how a perimeter is found by its name; who may invite whom."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from millecafes.accounts.enums import INVITES, PerimeterKind, RoleKind
from millecafes.accounts.models import Role
from millecafes.accounts.queries import perimeters
from millecafes.accounts.rules import Offer, may_invite
from millecafes.common.actors import Actor
from tests.factories.people import make_person
from tests.factories.territory import make_commune, make_departement


@pytest.fixture
def places(db: None) -> list[str]:
    """Perimeters in two départements of one région; the second EPCI lies across both."""
    make_departement("33", "Gironde", region="75")
    make_commune("81294", "Técou", epci="200000001")
    make_commune("81065", "Cordes", postal_code="81170", epci="200000002")
    make_commune("12021", "Le Bas Ségala", postal_code="12200", epci="200000002")
    make_commune("33063", "Bordeaux", postal_code="33000", epci="200000003")
    communes = ["commune:81294", "commune:81065", "commune:12021", "commune:33063"]
    return [*communes, "epci:200000001", "epci:200000002", "departement:81", "departement:12", "region:76"]


@pytest.fixture
def roles(places: list[str]) -> None:
    """A role on each of these perimeters, and on what no room knows."""
    person = make_person()
    for perimeter in [*places, "network", "cafe:1", "person:9", "commune:99999"]:
        Role.objects.create(
            user=person,
            kind="funder",
            perimeter=perimeter,
            starts_on=person.date_joined.date(),
            created_at=person.date_joined,
        )


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("outer", "expected"),
    [
        ("commune:81294", ["commune:81294"]),
        ("epci:200000002", ["commune:12021", "commune:81065", "epci:200000002"]),
        ("departement:81", ["commune:81065", "commune:81294", "departement:81", "epci:200000001"]),
        ("cafe:1", ["cafe:1"]),
        ("region:99", []),
        ("cave:1", []),
    ],
)
def test_what_lies_in_a_perimeter(outer: str, expected: list[str]) -> None:
    rows = Role.objects.filter(perimeters.lying_in("perimeter", outer))
    assert sorted(rows.values_list("perimeter", flat=True)) == expected


@pytest.mark.usefixtures("roles")
def test_everything_lies_in_the_network() -> None:
    assert Role.objects.filter(perimeters.lying_in("perimeter", "network")).count() == Role.objects.count()


@pytest.mark.usefixtures("roles")
def test_both_ways_of_asking_agree(places: list[str]) -> None:
    """What a key lies in, and what lies in that key, are the same pairs."""
    for outer in places:
        inside = Role.objects.filter(perimeters.lying_in("perimeter", outer))
        found = sorted(inside.values_list("perimeter", flat=True))
        assert found == sorted(key for key in places if outer in perimeters.keys_above(key)), outer


@pytest.mark.parametrize(
    ("families", "text", "first"),
    [
        ([PerimeterKind.COMMUNE], "tecou", ("commune:81294", True)),
        ([PerimeterKind.DEPARTEMENT, PerimeterKind.REGION], "81", ("departement:81", True)),
        ([PerimeterKind.REGION], "région 76", ("region:76", True)),
        ([PerimeterKind.DEPARTEMENT], "departement 1", ("departement:12", False)),
        ([PerimeterKind.EPCI], "cc 200000002", ("epci:200000002", True)),
        ([PerimeterKind.NETWORK, PerimeterKind.REGION], "Tout le réseau", ("network", True)),
    ],
)
def test_a_perimeter_is_found_by_its_name(
    places: list[str], families: list[PerimeterKind], text: str, first: tuple[str, bool]
) -> None:
    found = perimeters.search(families, text)
    assert (found[0].key, found[0].certain) == first


@pytest.mark.parametrize("text", ["", "   ", "zzzz", "'; --", "9" * 400])
def test_nothing_is_found_where_nothing_answers(places: list[str], text: str) -> None:
    assert perimeters.search(list(PerimeterKind), text) == []


@given(
    st.sampled_from(list(RoleKind)),
    st.sampled_from(list(RoleKind)),
    st.sampled_from(["network", "departement:81", "commune:81294"]),
    st.lists(st.sampled_from(["network", "departement:81", "commune:81294", "commune:1"])),
)
def test_one_invites_to_the_roles_of_the_list_within_one_s_perimeter(
    worn: RoleKind, offered: RoleKind, perimeter: str, keys: list[str]
) -> None:
    actor = Actor(user_id=1, kind=worn.value, perimeter=perimeter)
    allowed = offered in INVITES.get(worn, frozenset()) and perimeter in keys
    assert may_invite(actor, Offer(offered.value, tuple(keys))) is allowed
    assert may_invite(actor) is (worn in INVITES)
    assert not may_invite(Actor(user_id=1), Offer(offered.value, tuple(keys)))


def test_the_key_of_somebody_erased_leads_nowhere(db: None) -> None:
    person = make_person("camille@example.org", name="Camille Roux")
    key = f"person:{person.pk}"
    assert perimeters.labels([key]) == {key: "Camille Roux"}
    person.erased_at = timezone.now()
    person.save()
    assert not perimeters.exists(key)
    assert perimeters.labels([key]) == {key: key}
