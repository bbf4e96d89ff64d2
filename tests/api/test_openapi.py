"""The description of the API is true: its copy, its words, and what schemathesis finds against the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.queries.hats import actor_in
from millecafes.api.middleware import PRIVATE
from millecafes.common.scopes import scopes_for
from millecafes.territory.enums import Service
from millecafes.territory.models import Commune
from millecafes.territory.services.access import refresh_access, refresh_statistics
from tests.factories.access import NOW, make_dataset, make_road, make_supply
from tests.factories.partners import make_organisation
from tests.factories.people import make_role, make_token

pytestmark = pytest.mark.database
COPY = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
# Not "positive_data_acceptance": a code of département or a cursor is verified against the data.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_copy_is_what_the_site_gives(tmp_path: Path, client: Client) -> None:
    call_command("openapi", to=tmp_path / "openapi.json")
    fresh = (tmp_path / "openapi.json").read_text()
    assert COPY.read_text() == fresh, "à récrire : millecafes openapi --to docs/openapi.json"
    assert client.get("/api/v1/openapi.json").json() == json.loads(fresh)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in json.loads(COPY.read_text())["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_address_and_parameter_is_described() -> None:
    for path, operation in operations():
        assert operation["summary"], path
        assert operation["description"], path
        assert all(found["description"] for found in operation["parameters"]), path
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_what_asks_who_one_is_is_what_other_sites_may_not_read() -> None:
    asks = {f"api:{operation['operationId']}" for _, operation in operations() if "security" in operation}
    assert asks == PRIVATE


@pytest.fixture
def api(db: None) -> Iterator[Any]:
    """The API over three villages, asked in this process."""
    make_road(500, 800, 900)
    make_supply(make_dataset("sirene_5630z", "2026-04"), Service.DRINKS, c81003=1)
    refresh_access(services=tuple(Service)[:7], now=NOW)
    refresh_statistics(now=NOW)
    # The end of a request would close the connection, and the transaction of the test with it.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def shown(api: Any) -> dict[str, str]:
    """A token that has every scope."""
    make_organisation("Brasserie", commune=Commune.objects.order_by("pk").first())
    role = make_role(RoleKind.TEAM, "network")
    _, secret = make_token(role, *(scope.key for scope in scopes_for(actor_in(role))))
    return {"Authorization": f"Bearer {secret}"}


def verify(api: Any, path: str, mode: GenerationMode, headers: dict[str, str]) -> set[int]:
    """Ask an address what schemathesis invents, always the same; returns the statuses of the answers."""
    answered = set()

    @EXAMPLES
    @given(case=api[path]["GET"].as_strategy(generation_mode=mode))
    def invented(case: schemathesis.Case) -> None:
        response = case.call_and_validate(checks=CHECKS, headers=headers)
        answered.add(response.status_code)

    invented()
    return answered


PATHS = [path for path, _ in operations()]
CLOSED = [path for path, found in operations() if "security" in found]


@pytest.mark.parametrize("path", PATHS)
def test_what_is_right_never_makes_it_fail_or_lie(api: Any, shown: dict[str, str], path: str) -> None:
    assert not verify(api, path, GenerationMode.POSITIVE, shown) & {401, 403}


@pytest.mark.parametrize("path", [path for path, found in operations() if found["parameters"]])
def test_what_is_wrong_is_refused(api: Any, shown: dict[str, str], path: str) -> None:
    # Only parameters are wrong: leaving the token out would not be, since it is put back in each request.
    for methods in api.raw_schema["paths"].values():
        methods["get"].pop("security", None)
    assert not verify(api, path, GenerationMode.NEGATIVE, shown) & {401, 403}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_what_is_public_answers_and_the_rest_says_401(api: Any, path: str) -> None:
    answered = verify(api, path, GenerationMode.POSITIVE, {})
    assert answered - {400} == {401} if path in CLOSED else 401 not in answered


@pytest.mark.parametrize("path", PATHS)
def test_a_token_that_is_refused_is_refused_as_described(api: Any, path: str) -> None:
    wrong = {"Authorization": "Bearer mc_faux"}
    # 400: what does not even read (a NUL) is refused before anything is known.
    assert verify(api, path, GenerationMode.POSITIVE, wrong) - {400} == {401}
