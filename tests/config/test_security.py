"""Headers, content policy, refusals, production settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import include, path

NUL = "\0"
pytestmark = pytest.mark.urls(__name__)


def echo(request: HttpRequest) -> HttpResponse:
    """Answer what was received, as a view that trusts the middleware would."""
    body = request.body.decode() if request.content_type == "application/json" else ""
    return JsonResponse({"get": request.GET.dict(), "post": request.POST.dict(), "body": body})


urlpatterns = [
    path("echo/<path:rest>", lambda request, rest: echo(request)),
    path("echo", echo),
    path("", include("millecafes.config.urls")),
]


@pytest.fixture
def client() -> Client:
    """A client that gets the 500 page rather than the exception."""
    return Client(raise_request_exception=False)


def test_the_content_policy_is_strict(client: Client) -> None:
    response = client.get("/echo")
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "http" not in response["Content-Security-Policy"]


def test_the_other_headers_are_there(client: Client) -> None:
    response = client.get("/echo")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/echo", "/echo?a=%00", "/introuvable/", "/echo/%00"])
def test_every_answer_carries_the_policy(client: Client, address: str) -> None:
    assert "script-src 'self'" in client.get(address)["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/echo/a%00b", "/echo?q=a%00", "/echo?a%00=b", "/communes/?q=%00"])
def test_nul_is_refused_in_addresses(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("data", [{"message": f"a{NUL}b"}, {f"mess{NUL}age": "a"}])
def test_nul_is_refused_in_forms(client: Client, data: dict[str, str]) -> None:
    assert client.post("/echo", data).status_code == 400
    encoded = "&".join(f"{k}={v}" for k, v in data.items()).replace(NUL, "%00")
    form = "application/x-www-form-urlencoded"
    assert client.post("/echo", encoded, content_type=form).status_code == 400


def test_nul_is_refused_in_names_of_files(client: Client) -> None:
    file = SimpleUploadedFile("a.txt", b"x")
    assert client.post("/echo", {f"fi{NUL}chier": file}).status_code == 400


@pytest.mark.parametrize(
    "body",
    ['{"a": "x\\u0000y"}', '{"a\\u0000": 1}', '[{"a": ["\\u0000"]}]', '"\\u0000"', '{"a": "\0"}'],
)
def test_nul_is_refused_in_json(client: Client, body: str) -> None:
    assert client.post("/echo", body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("body", ['{"a": "é"}', '{"a": "\\\\u0000"}', "{", "[" * 5_000 + "\\u0000"])
def test_other_bodies_pass(client: Client, body: str) -> None:
    assert client.post("/echo", body, content_type="application/json").status_code == 200


def test_ordinary_requests_pass(client: Client) -> None:
    assert client.get("/echo?q=Técou&page=2").json()["get"] == {"q": "Técou", "page": "2"}
    assert client.post("/echo", {"message": "Bonjour"}).json()["post"] == {"message": "Bonjour"}


def test_endless_addresses_are_refused(client: Client) -> None:
    assert client.get("/echo?q=" + "a" * 3_000).status_code == 200
    assert client.get("/echo?q=" + "a" * 5_000).status_code == 400


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_oversized_bodies_are_refused(client: Client, content_type: str) -> None:
    body = "a=" + "b" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert client.post("/echo", body, content_type=content_type).status_code in {400, 413}


def test_too_many_fields_are_refused(client: Client) -> None:
    fields = {f"f{n}": "x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post("/echo", fields).status_code == 400


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/echo", headers={"host": "localhost"}).status_code == 200
    assert client.get("/echo", headers={"host": "ailleurs.example"}).status_code == 400


def manage(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the site under its production settings, without what browser tests allow."""
    around = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, "-m", "millecafes", *arguments],
        env={
            **around,
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.prod",
            **variables,
        },
        capture_output=True,
        text=True,
    )


def test_production_settings_pass_every_check_of_django(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", ALLOWED_HOSTS="cafes.example")
    # What the build of the front end leaves is not the settings' business.
    told = set(re.findall(r"\((\w+\.[CEW]\d+)\)", result.stderr)) - {"django_vite.W001", "staticfiles.W004"}
    assert (told, "Traceback" in result.stderr) == (set(), False)
    assert result.returncode == 0 or "System check identified" in result.stderr


def test_a_weak_production_setting_would_be_told(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY="faible")
    assert result.returncode == 1
    assert "security.W009" in result.stderr
