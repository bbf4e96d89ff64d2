"""The page for integrators: its examples are taken out of the page, and run against a server that listens."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.api.problems import KINDS
from tests.factories.partners import make_organisation
from tests.factories.people import make_role, make_token
from tests.factories.territory import make_commune

GUIDE, REFERENCE = "/api/", "/api/v1/docs"
CODE = re.compile(
    r'<h3 id="exemple-(\w+)">.*?<code data-language="(\w+)"( data-token)?>(.*?)</code>', re.DOTALL
)
CURL, NODE = shutil.which("curl"), shutil.which("node")
TOOLS = {"bash": CURL, "python": sys.executable, "javascript": NODE}
KEYS = ("commune", "filtre", "liste", "recherche", "moi", "organisations")


def examples(page: str) -> dict[str, tuple[str, bool, str]]:
    """The examples as somebody copies them: by name, the language, whether a token is needed, the text."""
    found = {}
    for key, language, token, code in CODE.findall(page):
        found[key] = (language, bool(token), html.unescape(code))
    return found


def run(language: str, code: str, folder: Path, token: str) -> str:
    """What a program prints when it is run as the page says."""
    commands = {
        "bash": ["bash", "-euc", code],
        "python": [sys.executable, "-"],
        "javascript": [NODE or "node", "--input-type=commonjs", "-"],
    }
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    result = subprocess.run(
        commands[language],
        input=None if language == "bash" else code,
        env={**kept, "MILLECAFES_JETON": token, "PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.parametrize("key", KEYS)
def test_an_example_does_what_it_says(key: str, live_server: Any, tmp_path: Path) -> None:
    commune = make_commune()
    make_commune("81004", "Albi", population=50_000)
    make_organisation("Brasserie", commune=commune)
    _, secret = make_token(make_role(RoleKind.REGIONAL, "departement:81"), "organisations:read", name="Essai")
    answer = Client().get(GUIDE, SERVER_NAME="localhost", SERVER_PORT=live_server.thread.port)
    found = examples(answer.content.decode())
    assert tuple(found) == KEYS
    language, takes_token, code = found[key]
    if TOOLS[language] is None:
        assert os.environ.get("CI") != "true" or language == "javascript"
        pytest.skip(f"{language} n’est pas installé")
    assert secret not in code
    said = run(language, code, tmp_path, secret if takes_token else "")
    if key == "commune":
        assert json.loads(said)["name"] == "Técou"
    elif key == "filtre":
        assert [row["code"] for row in json.loads(said)["items"]] == ["81294"]
    elif key == "liste":
        assert [line.split()[0] for line in said.splitlines()] == ["81004", "81294"]
    elif key == "recherche":
        assert said.split()[:2] == ["81294", "Técou"]
    elif key == "moi":
        assert json.loads(said)["name"] == "Essai"
    else:
        assert [row[1] for row in csv.reader(io.StringIO(said))] == ["Brasserie"]


@pytest.mark.django_db(transaction=True)
def test_an_example_that_lies_is_caught(live_server: Any, tmp_path: Path) -> None:
    wrong = f'curl --fail-with-body --silent "{live_server.url}/api/v1/nulle-part"'
    with pytest.raises(AssertionError):
        run("bash", wrong, tmp_path, "")


@pytest.mark.django_db
class TestPages:
    def test_every_problem_and_scope_is_explained(self, client: Client) -> None:
        page = client.get(GUIDE).content.decode()
        for kind in KINDS:
            assert f'id="probleme-{kind}"' in page
        for words in ("territory:read", "organisations:read", "1 000 000", "RateLimit-Policy"):
            assert words.replace(" ", " ") in page.replace("\u202f", " ").replace("\xa0", " "), words

    def test_the_description_is_a_page_without_script(self, client: Client) -> None:
        answer = client.get(REFERENCE)
        page = answer.content.decode()
        described = client.get("/api/v1/openapi.json").json()
        for path, methods in described["paths"].items():
            assert f"GET {path}" in page
            for given in methods["get"]["parameters"]:
                assert html.escape(given["description"], quote=False) in html.unescape(page).replace(
                    "&", "&amp;"
                )
        assert "ninja" not in page
        assert "swagger" not in page.lower()
        # A page of the site: it tells who is signed in, so no cache keeps it for others.
        assert "public" not in answer.get("Cache-Control", "")
        assert "Access-Control-Allow-Origin" not in answer
        assert "Cookie" in answer["Vary"]

    def test_the_site_leads_to_it(self, client: Client) -> None:
        for page in ("/plan-du-site/", "/donnees/"):
            assert f'href="{GUIDE}"' in client.get(page).content.decode(), page
