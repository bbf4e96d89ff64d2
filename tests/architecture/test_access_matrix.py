"""Every address answers each role as the access matrix says; an address that is not in it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.architecture.access import CASES, PAGE, page
from tests.architecture.access_kinds import ROLES, TEAM, Case, admin_addresses, expected, patterns
from tests.architecture.access_world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Everybody, and two communes."""
    return World()


def answer(
    world: World, name: str, case: Case, role: str, *, foreign: bool = False, post: bool = False
) -> tuple[int, str]:
    """The status and where it leads; whatever was done is undone."""
    with transaction.atomic():
        response = world.ask(name, case, role, foreign=foreign, post=post)
        transaction.set_rollback(True)
    return response.status_code, response.headers.get("Location", "")


def faults(world: World, name: str, case: Case, role: str) -> Iterator[str]:
    """Each answer to a role that the matrix does not say."""
    for foreign in case.sides():
        wanted = expected(name, case, role, foreign)
        whose = "d’un autre" if foreign else "le sien"
        got = answer(world, name, case, role, foreign=foreign, post=case.post)
        if got[0] != wanted[0] or not got[1].startswith(wanted[1]):
            yield f"{role} ({whose}) : {got} au lieu de {wanted}"
        # What a method refuses, the other must not let through.
        other = answer(world, name, case, role, foreign=foreign, post=not case.post)[0]
        if case.post and other != 405:
            yield f"{role} ({whose}) : GET {other}"
        if not case.post and not case.admits(role, foreign) and other not in {wanted[0], 405}:
            yield f"{role} ({whose}) : POST {other}"


def test_every_address_is_in_the_matrix() -> None:
    found = {name or route for name, route in patterns() if not route.startswith("/admin/")}
    assert sorted(found - CASES.keys()) == []
    assert sorted(CASES.keys() - found) == []


@pytest.mark.parametrize("name", CASES)
def test_an_address_answers_each_role_as_the_matrix_says(name: str, world: World) -> None:
    assert [fault for role in ROLES for fault in faults(world, name, CASES[name], role)] == []


def test_the_repair_tool_asks_everybody_to_sign_in(world: World) -> None:
    addresses = admin_addresses()
    assert len(addresses) > 10
    for address, case in addresses.items():
        for role in ("anonymous", "person", "team"):
            got = answer(world, address, case, role)
            wanted = expected(address, case, role)
            assert got[0] == wanted[0], (address, role)
            assert got[1].startswith(wanted[1]), (address, role)


def test_the_repair_tool_opens_to_the_repairer(world: World) -> None:
    lists = [address for address in admin_addresses() if re.fullmatch(r"/admin/(\w+/\w+/)?", address)]
    assert "/admin/" in lists
    for address in lists:
        assert answer(world, address, Case(), "repairer")[0] in {200, 403}, address


def test_the_page_says_what_the_tests_verify() -> None:
    assert PAGE.read_text() == page()


def test_the_rule_of_the_api() -> None:
    case = Case(opens=TEAM)
    answers = {role: expected("api:people", case, role)[0] for role in ("anonymous", "person", "team")}
    assert answers == {"anonymous": 401, "person": 404, "team": 200}


def test_an_unlisted_address_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CASES, "portal:home")
    with pytest.raises(AssertionError):
        test_every_address_is_in_the_matrix()


@pytest.mark.parametrize(
    "wrong",
    [
        Case(404),
        Case(opens=TEAM),  # a page that should be the team's, and opens to everybody
        Case(302, to="/ailleurs/"),
        Case(post=True),
    ],
)
def test_a_wrong_answer_is_caught(wrong: Case, world: World) -> None:
    assert list(faults(world, "portal:home", wrong, "person"))


def test_another_s_object_that_opens_is_caught(world: World) -> None:
    case = CASES["accounts:hat"]
    assert not list(faults(world, "accounts:hat", case, "elected"))
    opened = Case(**{**case.__dict__, "foreign": frozenset({"elected"})})
    assert list(faults(world, "accounts:hat", opened, "elected"))
