"""The security baseline on every kind of answer: headers, cookies, redirections, hosts, sizes, secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from millecafes.accounts.enums import RoleKind
from tests.architecture.access import CASES
from tests.architecture.access_kinds import admin_addresses
from tests.architecture.access_world import World
from tests.config.test_security import manage
from tests.factories.people import client_wearing

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Made to be shown inside the pages of others (a town hall's site); nothing on them acts.
SHOWN_ELSEWHERE = {"cafes:embedded_cafe", "cafes:embedded_list"}
POLICY = {"script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}


def faults(response: HttpResponse, *, is_embedded: bool = False) -> list[str]:
    """What the headers of an answer miss."""
    policy = set(response.get("Content-Security-Policy", "").split("; "))
    if is_embedded:
        # Only who may frame it differs.
        if response.has_header("X-Frame-Options") or "frame-ancestors *" not in policy:
            return ["a page to embed that nobody can embed"]
        response["X-Frame-Options"] = "DENY"
        policy = policy - {"frame-ancestors *"} | {"frame-ancestors 'none'"}
    missing = [name for name, value in HEADERS.items() if response.get(name) != value]
    missing += [part for part in POLICY if part not in policy]
    missing += [name for name in ("Server", "X-Powered-By") if response.has_header(name)]
    if any("unsafe" in part or "http" in part for part in policy):
        missing.append("strictness")
    return missing


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["anonymous", "team", "repairer"])
def test_every_address_has_every_header(role: str) -> None:
    world, seen = World(), set()
    for name, case in {**CASES, **admin_addresses()}.items():
        for post in (False, True):
            response = world.ask(name, case, role, post=post)
            is_embedded = name in SHOWN_ELSEWHERE and response.status_code != 404
            assert faults(response, is_embedded=is_embedded) == [], (name, post, response.status_code)
            seen.add(response.status_code)
    assert {200, 302, 405} <= seen


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nulle-part/", 404),
        ("/api/v1/nulle-part", 404),
        ("/static/nulle-part.css", 404),
        ("/communes/?q=%00", 400),
        ("/favicon.ico", 404),
        ("/communes", 301),
    ],
)
def test_refusals_and_files_have_them_too(client: Client, address: str, status: int) -> None:
    response = client.get(address)
    assert (response.status_code, faults(response)) == (status, [])


@pytest.mark.django_db
def test_a_static_file_has_them(client: Client) -> None:
    file = Path(settings.STATIC_ROOT) / "essai.css"
    file.write_text("a{}")
    try:
        response = client.get("/static/essai.css")
    finally:
        file.unlink()
    response.close()
    assert response.status_code in {200, 404}  # 404 where static files are not looked for again
    assert faults(response) == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PUT", "X"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    response = client.generic(method, "/faq/", b"a=b")
    assert (response.status_code, faults(response)) == (405, [])


ELSEWHERE = (
    *("https://ailleurs.example/", "//ailleurs.example/", "///ailleurs.example", "\\\\ailleurs.example"),
    *("/\\ailleurs.example", "https:ailleurs.example", "javascript:alert(1)", "http:///ailleurs.example"),
    *(
        "//localhost@ailleurs.example/",
        "data:text/html,x",
        "\t//ailleurs.example",
        "https://testserver.example",
    ),
)


@pytest.mark.django_db
@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(target: str) -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    role = team.session["hat"]
    answers = [
        team.post("/casquette/", {"role": role, "next": target}),
        team.get("/connexion/", {"next": target}),
        Client().get("/compte/", {"next": target}),
        team.post("/deconnexion/", {"next": target}),
    ]
    for response in answers:
        if response.status_code == 302:
            assert response["Location"].split("?")[0].startswith("/")
            assert not response["Location"].startswith(("//", "/\\"))
            assert "ailleurs" not in response["Location"].split("?")[0]
    assert {response.status_code for response in answers} <= {200, 302}
    assert answers[0].status_code == 302


PRODUCTION = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
told = {}
def note(name, response):
    told[name] = {
        "status": response.status_code, "headers": dict(response.headers),
        "cookies": {k: dict(v) for k, v in response.cookies.items()},
    }
here = Client(headers={"host": "cafes.example"}, raise_request_exception=False)
note("plain", here.get("/contact/?a=1"))
note("probe", here.get("/sante/vivant/"))
note("page", here.get("/contact/", secure=True))
note("behind a proxy", here.get("/contact/", headers={"x-forwarded-proto": "https"}))
note("sign in", here.post("/connexion/", {"email": "a@exemple.fr"}, secure=True))
note("other host", here.get("/contact/", headers={"host": "ailleurs.example"}, secure=True))
note("forwarded host", here.get("/compte/", headers={"x-forwarded-host": "ailleurs.example"}, secure=True))
print(json.dumps(told))
"""


def production(folder: Path) -> dict[str, Any]:
    """What production settings answer."""
    import os

    around = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}}
    mode = {"DJANGO_SETTINGS_MODULE": "millecafes.config.settings.prod", "ALLOWED_HOSTS": "cafes.example"}
    result = subprocess.run(
        [sys.executable, "-c", PRODUCTION],
        env={**around, **mode, "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_production_speaks_https_only_and_keeps_its_cookies(tmp_path: Path) -> None:
    told = production(tmp_path)
    assert told["plain"]["status"] == 301
    assert told["plain"]["headers"]["Location"] == "https://cafes.example/contact/?a=1"
    assert told["probe"]["status"] == 200
    for name in ("page", "behind a proxy"):
        assert told[name]["status"] == 200
        kept = told[name]["headers"]["Strict-Transport-Security"]
        assert kept == "max-age=31536000; includeSubDomains; preload"
    (token,) = told["page"]["cookies"].values()
    assert (token["secure"], token["samesite"], token["domain"]) == (True, "Lax", "")
    session = told["sign in"]["cookies"]["sessionid"]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert told["other host"]["status"] == 400
    assert told["forwarded host"]["headers"]["Location"].startswith("/connexion/")


def test_a_password_of_the_database_is_never_shown(tmp_path: Path) -> None:
    url = "postgres://cafe:motdepasse-tres-secret@127.0.0.1:9/cafe"
    script = PRODUCTION.replace('call_command("migrate", verbosity=0)', "")
    variables = {"DATABASE_URL": url, "ALLOWED_HOSTS": "cafes.example"}
    for arguments in (("check",), ("migrate",), ("backup",), ("data_status",)):
        result = manage(tmp_path, *arguments, **variables)
        assert "motdepasse" not in result.stdout + result.stderr, arguments
    import os

    mode = {"DJANGO_SETTINGS_MODULE": "millecafes.config.settings.prod", "LOG_LEVEL": "debug"}
    around = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    result = subprocess.run(
        [sys.executable, "-c", script + "\nprint(here.get('/sante/', secure=True).text)"],
        env={**around, **mode, **variables, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "503" in result.stdout, result.stderr
    kept = [path.read_text() for path in (tmp_path / "logs").rglob("*.txt")]
    assert kept
    for text in (result.stdout, result.stderr, *kept):
        assert "motdepasse" not in text


SECRETS = {
    "cookie": "CookieDeSession0123456789abcdef",
    "jeton": "mc_JetonDeLApi0123456789ABCDEFabcdef",
    "basic": "Y2FmZTptb3RkZXBhc3NlLXNlY3JldA==",
    "code": "4821-9937",
    "link": "LienQuiOuvre0123456789ABCDEFabcdef",
    "password": "motdepasse-bien-trop-long-42",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/echec/", "/nulle-part/", "/contact/", "/api/v1/nulle-part", "/connexion/"]
)
@pytest.mark.urls("tests.common.test_errors")
def test_planted_secrets_are_in_no_log_and_no_page(address: str, caplog: Any) -> None:
    from millecafes.common import logs

    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = SECRETS["cookie"]
    caplog.set_level("DEBUG")
    bodies = []
    for authorization in (f"Bearer {SECRETS['jeton']}", f"Basic {SECRETS['basic']}"):
        headers = {"authorization": authorization, "x-api-key": SECRETS["jeton"]}
        query = f"?token={SECRETS['link']}&q={SECRETS['code']}"
        form = {
            "code": SECRETS["code"],
            "password": SECRETS["password"],
            "jeton": SECRETS["jeton"],
            "body": "a",
        }
        bodies.append(client.get(f"{address}{query}", headers=headers).text)
        bodies.append(client.post(address, form, headers=headers).text)
    written = [
        form.format(record)
        for record in caplog.records
        for form in (logs.JsonLines(), logs.TextLines())
        if logs.Context().filter(record)
    ]
    assert written
    for text in written:
        assert [name for name, secret in SECRETS.items() if secret in text] == []
    # A search shows again what was searched; nothing else comes back.
    for page in bodies:
        assert [
            name for name, secret in SECRETS.items() if name not in {"link", "code"} and secret in page
        ] == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=xx"])
def test_a_form_too_large_is_refused_in_words(client: Client, kind: str) -> None:
    text = b"a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    body = b"body=" + text
    if "multipart" in kind:
        body = b'--xx\r\nContent-Disposition: form-data; name="body"\r\n\r\n' + text + b"\r\n--xx--\r\n"
    response = client.post("/contact/", body, content_type=kind)
    assert (response.status_code, faults(response)) == (413, [])
    assert "C’est trop lourd" in response.text


@pytest.mark.django_db
def test_programs_are_told_in_json(client: Client) -> None:
    size = settings.REQUEST_MAX_MB * 1_000_000 + 1
    response = client.generic("POST", "/api/v1/communes", b"{}", "application/json", CONTENT_LENGTH=str(size))
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
    assert "Mo" in response.json()["detail"]
    assert faults(response) == []


@pytest.mark.django_db
def test_too_many_fields_are_refused_in_words(client: Client) -> None:
    response = client.post(
        "/contact/", {f"f{n}": "x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    )
    assert response.status_code == 400
    assert "<h1>" in response.text
