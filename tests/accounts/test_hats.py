"""Hats: who acts, under which role; and what answers a page that is not for this hat."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.middleware import HatsMiddleware
from millecafes.accounts.models import User
from millecafes.accounts.queries.hats import Hats, actor_in
from millecafes.accounts.rules import is_team
from millecafes.common import actors, permissions
from millecafes.common.access import OtherHatError, get_or_404
from tests.factories.people import client_wearing, make_person, make_role
from tests.factories.territory import make_commune

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def permission(monkeypatch: pytest.MonkeyPatch) -> str:
    """A permission of the team alone."""
    from rules.permissions import permissions as registered

    monkeypatch.setitem(registered, "tests.see_person", is_team)
    return "tests.see_person"


def hats_of(client: Client) -> Hats:
    """The hats of the last page asked by this client."""
    response = client.get("/plan-du-site/")
    hats: Hats = response.wsgi_request.hats  # type: ignore[attr-defined]
    return hats


def test_a_visitor_is_nobody_and_costs_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        hats = hats_of(client)
    assert hats.actor == actors.ANONYMOUS


def test_a_person_without_a_role_acts_as_oneself(client: Client) -> None:
    person = make_person()
    client.force_login(person)
    assert hats_of(client).actor == actors.Actor(user_id=person.pk)


def test_the_widest_role_is_worn_first_then_the_one_chosen(client: Client) -> None:
    make_commune()
    person = make_person()
    hall = make_role(RoleKind.ELECTED, "commune:81294", user=person)
    team = make_role(RoleKind.TEAM, "network", user=person)
    client.force_login(person)
    assert hats_of(client).actor == actor_in(team)
    response = client.post("/casquette/", {"role": hall.pk, "next": "/faq/"})
    assert (response.status_code, response["Location"]) == (302, "/faq/")
    assert hats_of(client).actor == actor_in(hall)


@pytest.mark.parametrize("days", [(-9, -1), (1, None)])
def test_a_role_of_another_day_opens_nothing(client: Client, days: tuple[int, int | None]) -> None:
    starts, ends = days
    role = make_role(
        RoleKind.TEAM,
        "network",
        starts_on=TODAY() + dt.timedelta(days=starts),
        ends_on=None if ends is None else TODAY() + dt.timedelta(days=ends),
    )
    client.force_login(role.user)
    assert hats_of(client).actor == actors.Actor(user_id=role.user_id)


def test_the_last_day_counts(client: Client) -> None:
    role = make_role(RoleKind.TEAM, "network", ends_on=TODAY())
    client.force_login(role.user)
    assert hats_of(client).actor.kind == "team"


def test_a_hat_that_ended_is_taken_off_and_told(client: Client) -> None:
    make_commune()
    person = make_person()
    hall = make_role(RoleKind.ELECTED, "commune:81294", user=person)
    team = make_role(RoleKind.TEAM, "network", user=person)
    client.force_login(person)
    client.post("/casquette/", {"role": hall.pk})
    hall.ended_at = timezone.now()
    hall.save()
    page = client.get("/plan-du-site/")
    assert page.wsgi_request.actor.role_id == team.pk  # type: ignore[attr-defined]
    assert "a pris fin" in page.content.decode()
    assert "a pris fin" not in client.get("/plan-du-site/").content.decode()


@pytest.mark.parametrize("value", ["", "0", "abc", "9" * 30, "-1"])
def test_a_forged_hat_does_not_exist(client: Client, value: str) -> None:
    client.force_login(make_role(RoleKind.TEAM, "network").user)
    assert client.post("/casquette/", {"role": value}).status_code == 404


def test_somebody_else_s_hat_does_not_exist(client: Client) -> None:
    foreign = make_role(RoleKind.TEAM, "network")
    client.force_login(make_person())
    assert client.post("/casquette/", {"role": foreign.pk}).status_code == 404


@pytest.mark.parametrize(
    "target", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)", ""]
)
def test_changing_hats_never_leads_elsewhere(client: Client, target: str) -> None:
    role = make_role(RoleKind.TEAM, "network")
    client.force_login(role.user)
    assert client.post("/casquette/", {"role": role.pk, "next": target})["Location"] == "/bureau/"


def test_a_form_drawn_under_another_hat_does_nothing_and_gives_back_what_was_typed() -> None:
    make_commune()
    person = make_person()
    hall = make_role(RoleKind.ELECTED, "commune:81294", user=person)
    client = client_wearing(RoleKind.TEAM, "network", user=person)
    sent = {"hat": hall.pk, "body": "Un local est libre.", "email": "a@example.org", "subject": "info"}
    response = client.post("/contact/", sent)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Un local est libre." in html
    assert "Mairie : élu·e, Técou" in html


def test_a_form_drawn_under_the_hat_worn_goes_on() -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    hat = client.session["hat"]
    assert client.post("/contact/", {"hat": hat}).status_code == 422


def request_of(person: User) -> Any:
    """A request of this person, through the middleware."""
    found: list[Any] = []
    client = Client()
    client.force_login(person)
    request = RequestFactory().get("/")
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})
    request.session = client.session  # type: ignore[assignment]
    request.user = person
    HatsMiddleware(lambda got: found.append(got) or HttpResponse())(request)  # type: ignore[func-returns-value]
    return found[0]


def test_what_is_not_for_this_person_does_not_exist(permission: str) -> None:
    request = request_of(make_person())
    other = make_person()
    with pytest.raises(Http404) as refused:
        get_or_404(request, permission, User.objects.all(), pk=other.pk)
    with pytest.raises(Http404) as missing:
        get_or_404(request, permission, User.objects.all(), pk=10**7)
    assert str(refused.value) == str(missing.value)


@pytest.mark.parametrize("number", [10**18, 10**40, -1, 0])
def test_a_forged_number_does_not_exist(permission: str, number: int) -> None:
    request = request_of(make_role(RoleKind.TEAM, "network").user)
    with pytest.raises(Http404):
        get_or_404(request, permission, User.objects.all(), pk=number)


def test_the_right_hat_opens(permission: str) -> None:
    request = request_of(make_role(RoleKind.TEAM, "network").user)
    other = make_person()
    assert get_or_404(request, permission, User.objects.all(), pk=other.pk) == other


def test_another_hat_of_one_s_own_is_offered(permission: str) -> None:
    make_commune()
    person = make_person()
    team = make_role(RoleKind.TEAM, "network", user=person)
    hall = make_role(RoleKind.ELECTED, "commune:81294", user=person)
    request = request_of(person)
    request.session["hat"] = hall.pk
    with pytest.raises(OtherHatError) as error:
        get_or_404(request, permission, User.objects.all(), pk=person.pk)
    assert error.value.actor == actor_in(team)
    page = HatsMiddleware(lambda _: HttpResponse()).process_exception(request, error.value)
    assert page is not None
    assert page.status_code == 403
    assert "Équipe nationale, tout le réseau" in page.content.decode()


def test_an_unknown_permission_is_an_error_not_a_refusal() -> None:
    with pytest.raises(KeyError):
        permissions.can(actors.ANONYMOUS, "tests.mistyped")


def test_hats_are_read_in_one_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_person()
    for region in ("11", "76", "84"):
        make_commune(f"{region}001", f"Commune {region}", postal_code=f"{region}000")
        make_role(RoleKind.REGIONAL, f"departement:{region}", user=person)
    client.force_login(person)
    request = request_of(person)
    request.session.get("hat")  # the session is read by whatever asks who is signed in
    with django_assert_num_queries(1):
        assert request.actor.kind == "regional"
        assert len(request.other_actors()) == 2
