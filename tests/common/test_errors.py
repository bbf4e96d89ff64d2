"""Error pages: the code, what was typed offered again, and nothing secret nor sent by another site."""

from __future__ import annotations

import html
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from millecafes.common import errors, tracing
from millecafes.pages.models import ContactMessage

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]
HERE = {"Origin": "http://testserver"}


def fail(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    raise RuntimeError("faute")


def refuse(request: HttpRequest) -> HttpResponse:
    """A request that a view cannot read."""
    raise BadRequest("illisible")


def busy(request: HttpRequest) -> HttpResponse:
    """A database that does not answer."""
    raise OperationalError("database is locked") from sqlite3.OperationalError("database is locked")


urlpatterns = [
    path("echec/", fail),
    path("illisible/", refuse),
    path("occupe/", busy),
    path("api/v1/echec", csrf_exempt(fail)),
    path("api/v1/occupe", csrf_exempt(busy)),
    path("", include("millecafes.config.urls")),
]
handler400 = "millecafes.common.views.bad_request"
handler403 = "millecafes.common.views.forbidden"
handler404 = "millecafes.common.views.not_found"
handler500 = "millecafes.common.views.server_error"

TEXT = "Bonjour,\nnous sommes douze à vouloir un café <b>ici</b>.\nMerci."
MESSAGE = {"subject": "open", "name": "Rose", "email": "rose@exemple.fr", "commune": "", "body": TEXT}


@pytest.fixture
def browser() -> Client:
    """A browser: forms need their token, and failures give pages."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def signed(browser: Client) -> str:
    """The token of the contact form."""
    return browser.get("/contact/").context["csrf_token"]


def offered(page: str) -> dict[str, str]:
    """What the form of an error page would send."""
    form = page[page.index('id="garde"') :].split("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form))
    # A browser drops the first line break of a text.
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    return {name: html.unescape(value) for name, value in fields.items()}


def test_what_was_typed_survives_a_fault(browser: Client) -> None:
    response = browser.post("/echec/?a=1", {**MESSAGE, "csrfmiddlewaretoken": signed(browser)})
    assert response.status_code == 500
    assert tracing.code_for(response["X-Request-ID"]) in response.text
    assert 'action="/echec/?a=1"' in response.text
    found = offered(response.text)
    assert {name: found[name] for name in MESSAGE} == MESSAGE
    assert "<b>ici" not in response.text
    # The token of the page is good: sent where it works, the message arrives.
    again = browser.post("/contact/", found)
    assert (again.status_code, again["Location"]) == (302, "/contact/merci/")
    assert ContactMessage.objects.get().body.splitlines() == TEXT.splitlines()


def test_an_expired_form_is_offered_again(browser: Client) -> None:
    response = browser.post("/contact/", {**MESSAGE, "csrfmiddlewaretoken": "x" * 64}, headers=HERE)
    assert response.status_code == 403
    assert "Ce formulaire avait expiré" in response.text
    assert browser.post("/contact/", offered(response.text), headers=HERE).status_code == 302
    assert ContactMessage.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://ailleurs.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.ailleurs.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_what_another_site_sends_is_not_offered(browser: Client, headers: dict[str, str]) -> None:
    for address in ("/contact/", "/echec/"):
        response = browser.post(address, MESSAGE, headers=headers)
        assert response.status_code == 403
        assert "douze" not in response.text
        assert 'id="garde"' not in response.text


def test_secrets_and_files_are_not_offered(browser: Client) -> None:
    sent = {
        "texte": "Un texte",
        "code": "1234-5678",
        "jeton_api": "abc-secret",
        "password": "motdepasse",
        "fichier": SimpleUploadedFile("notes.txt", b"contenu du fichier"),
        "csrfmiddlewaretoken": signed(browser),
    }
    page = browser.post("/echec/", sent).text
    assert offered(page).keys() == {"csrfmiddlewaretoken", "texte"}
    for secret in ("1234-5678", "abc-secret", "motdepasse", "contenu du fichier"):
        assert secret not in page
    assert "il faudra les joindre de nouveau" in page


def test_an_invisible_character_is_taken_off_and_the_rest_kept(browser: Client) -> None:
    nul = "\0"
    sent = {**MESSAGE, "name": f"Ro{nul}se", "csrfmiddlewaretoken": signed(browser)}
    response = browser.post("/contact/", sent, headers=HERE)
    assert response.status_code == 400
    found = offered(response.text)
    assert found["name"] == "Rose"
    assert browser.post("/contact/", found, headers=HERE).status_code == 302


def test_nothing_is_offered_when_nothing_was_typed(browser: Client) -> None:
    token = signed(browser)
    assert 'id="garde"' not in browser.get("/echec/").text
    assert 'id="garde"' not in browser.post("/echec/", {"csrfmiddlewaretoken": token, "role": "12"}).text
    heavy = {"csrfmiddlewaretoken": token, "body": "é" * (errors.MAX_KEPT + 1)}
    assert 'id="garde"' not in browser.post("/echec/", heavy).text


def test_a_body_that_is_refused_or_cut(browser: Client) -> None:
    token = signed(browser)
    large = browser.post("/contact/", {"csrfmiddlewaretoken": token, "body": "a" * 2_000_000}, headers=HERE)
    assert large.status_code in {400, 403, 413}
    cut = browser.post(
        "/echec/", b"--x\r\nContent-Dis", content_type="multipart/form-data; boundary=x", headers=HERE
    )
    assert cut.status_code in {400, 403}


def test_an_unreadable_request_has_its_code(browser: Client) -> None:
    response = browser.get("/illisible/")
    assert response.status_code == 400
    assert tracing.code_for(response["X-Request-ID"]) in response.text


def test_a_busy_database_is_said(browser: Client) -> None:
    page = browser.get("/occupe/?page=2")
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "Le site est occupé" in page.text
    assert 'href="/occupe/?page=2"' in page.text
    sent = browser.post("/occupe/", {**MESSAGE, "csrfmiddlewaretoken": signed(browser)})
    assert offered(sent.text)["body"].splitlines() == TEXT.splitlines()


@pytest.mark.parametrize(("address", "status"), [("/api/v1/echec", 500), ("/api/v1/occupe", 503)])
def test_programs_get_json(browser: Client, address: str, status: int) -> None:
    response = browser.get(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, tracing.code_for(response["X-Request-ID"]))
    assert "faute" not in response.text


def _chained(text: str) -> OperationalError:
    error = OperationalError(text)
    error.__cause__ = sqlite3.OperationalError(text)
    return error


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (_chained("database is locked"), True),
        (_chained("unable to open database file"), True),
        (_chained("database or disk is full"), True),
        (_chained("attempt to write a readonly database"), True),
        (_chained("no such table: pages_contactmessage"), False),
        (OperationalError("connection refused"), True),  # PostgreSQL
        (InterfaceError("connection already closed"), True),
        (RuntimeError("database is locked"), False),
        (None, False),
    ],
)
def test_which_errors_mean_that_the_database_cannot_answer(
    error: BaseException | None, unavailable: bool
) -> None:
    assert errors.is_unavailable(error) is unavailable


@pytest.mark.database
def test_a_fault_in_a_query_is_not_taken_for_a_busy_database() -> None:
    with (
        pytest.raises(DatabaseError, match="nulle_part") as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM nulle_part")
    assert not errors.is_unavailable(caught.value)


@pytest.fixture
def no_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates that fail."""

    def refuse(*args: object, **options: object) -> str:
        raise RuntimeError("gabarit")

    monkeypatch.setattr("millecafes.common.views.render_to_string", refuse)


def test_words_remain_when_templates_fail(browser: Client, no_templates: None) -> None:
    response = browser.get("/echec/")
    assert response.status_code == 500
    assert tracing.code_for(response["X-Request-ID"]) in response.text


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A database in which another process writes, and does not end."""
    path = tmp_path / "millecafes.sqlite3"
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("PRAGMA journal_mode=WAL")
        holder.execute("CREATE TABLE note (texte)")
        holder.execute("BEGIN IMMEDIATE")
        yield path
        holder.execute("ROLLBACK")
    holder.close()


SCRIPT = """
import django
from django.conf import settings
settings.DATABASES["default"]["OPTIONS"]["timeout"] = 0.1
settings.ALLOWED_HOSTS = ["testserver"]
django.setup()
from django.db import connection, transaction
from django.test import Client
from django.urls import path
from millecafes.config import urls

def write(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES ('x')")

urls.urlpatterns.append(path("ecrire/", write))
response = Client(raise_request_exception=False).post("/ecrire/", {"texte": "Un long message"})
said = ["Le site est occupé" in response.text, "Un long message" in response.text]
print(response.status_code, response["Retry-After"], *said)
"""


def test_a_write_lock_held_too_long_is_a_503_that_keeps_the_text(locked: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{locked}",
        "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
    }
    result = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
    assert result.stdout.split() == ["503", "30", "True", "True"], result.stderr
