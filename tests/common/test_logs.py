"""Logs: one line per request, tied to its answer, and nothing in them that must stay secret."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from hypothesis import given
from hypothesis import strategies as st

from millecafes.accounts.enums import RoleKind
from millecafes.common import logs, tracing
from tests.factories.people import client_wearing, make_person

pytestmark = pytest.mark.urls(__name__)


def fail(request: HttpRequest, token: str = "") -> HttpResponse:
    """Fail, as a fault of ours would, with secrets around."""
    raise RuntimeError(f"rose@exemple.fr n’a pas reçu {token}")


urlpatterns = [
    path("echec/<str:token>/", fail, name="fail"),
    path("", include("millecafes.config.urls")),
]
handler500 = "millecafes.common.views.server_error"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything logged, from the lowest level, through the real format."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    handler.addFilter(logs.Context())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(stream: io.StringIO, logger: str = "millecafes.requests") -> list[dict[str, object]]:
    """The lines of a logger."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in found if line["logger"] == logger]


@pytest.mark.django_db
def test_a_request_has_one_line_and_its_identifier(client: Client, written: io.StringIO) -> None:
    response = client.get("/communes/?q=rose@exemple.fr", headers={"X-Request-ID": "volé-ou-inventé"})
    (line,) = lines(written)
    assert line["request"] == response["X-Request-ID"]
    assert line["code"] == tracing.code_for(response["X-Request-ID"])
    assert (line["method"], line["route"], line["status"]) == ("GET", "territory:search", 200)
    assert line["bytes"] == len(response.content)
    assert {"ms", "time", "level", "message"} <= line.keys()
    assert "rose" not in written.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (0, "a1b2c3d4-e5f6", False),  # nobody in front: a visitor says what they want
        (1, "a1b2c3d4-e5f6", True),
        (1, "court", False),
        (1, "a" * 65, False),
        (1, 'abcdefgh"}\n{"level":"x', False),
    ],
)
def test_an_identifier_is_taken_from_a_proxy_only(
    client: Client, proxies: int, given: str, kept: bool
) -> None:
    with override_settings(PROXIES=proxies):
        response = client.get("/faq/", headers={"X-Request-ID": given})
    assert (response["X-Request-ID"] == given) is kept
    assert tracing.is_valid(response["X-Request-ID"])


@pytest.mark.django_db
def test_nothing_secret_of_a_sign_in_is_written(written: io.StringIO) -> None:
    person = make_person("rose.blanc@exemple.fr")
    client = Client()
    client.post("/connexion/", {"email": person.email})
    code = re.search(r"\b\d{4}-?\d{4}\b", mail.outbox[-1].body)
    assert code
    client.post("/connexion/code/", {"code": "0000-0000"})
    client.post("/connexion/code/", {"code": code.group()})
    assert client.get("/compte/").status_code == 200
    team = client_wearing(RoleKind.TEAM, "network")
    team.post(
        "/invitations/nouvelle/",
        {"email": "invitee@exemple.fr", "kind": "secretary", "perimeter": "tout le réseau"},
    )
    for address in ("/invitation/Xk3-secretDuLien_qui0uvre1CompteEntier/", "/compte/adresse/jeton12345/"):
        client.get(address)
    secrets = [
        person.email,
        "invitee@exemple.fr",
        code.group(),
        "0000-0000",
        "secretDuLien",
        "jeton12345",
        *(cookie.value for cookie in client.cookies.values() if cookie.value),
        *(cookie.value for cookie in team.cookies.values() if cookie.value),
    ]
    assert len(lines(written)) >= 7
    assert [secret for secret in secrets if secret in written.getvalue()] == []


@pytest.mark.django_db
def test_an_error_is_found_by_the_code_of_its_page(written: io.StringIO, tmp_path, capsys) -> None:
    reports = logs.ErrorReports(tmp_path)
    reports.addFilter(logs.Context())
    logging.getLogger().addHandler(reports)
    try:
        response = Client(raise_request_exception=False).get("/echec/lien-secret/?q=1")
    finally:
        logging.getLogger().removeHandler(reports)
    assert response.status_code == 500
    code = tracing.code_for(response["X-Request-ID"])
    assert code in response.text
    with override_settings(ERRORS_DIR=tmp_path):
        call_command("error", code.upper().replace("-", " "))
        said = capsys.readouterr().out
        with pytest.raises(CommandError, match="Aucune erreur"):
            call_command("error", "aaaa-aaaa")
        with pytest.raises(CommandError, match="n’est pas un code"):
            call_command("error", "../../etc/passwd")
    assert "RuntimeError" in said
    assert "in fail" in said
    assert "fail" in said.splitlines()[0]  # the name of the address, not the address
    for text in (said, written.getvalue()):
        assert "/echec/lien-secret" not in text
        assert "rose@exemple.fr" not in text
    (line,) = lines(written, "django.request")
    assert "RuntimeError" in str(line["exc_info"])
    assert line["code"] == code


def failure(text: str) -> logging.LogRecord:
    """The line of an exception."""
    error = RuntimeError(text)
    return logging.LogRecord("x", logging.ERROR, "", 0, text, None, (RuntimeError, error, None))


def test_old_reports_give_way_to_new_ones(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.ErrorReports, "KEPT", 3)
    reports = logs.ErrorReports(tmp_path)
    for number in range(5):
        record = failure(f"faute {number}")
        record.code = f"code-{number:04}"
        reports.handle(record)
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "code-0004.txt").exists()


def test_a_full_disk_stops_no_answer(tmp_path) -> None:
    folder = tmp_path / "fichier"
    folder.write_text("pas un dossier")
    record = failure("faute")
    record.code = "code-0001"
    logs.ErrorReports(folder).emit(record)
    assert folder.read_text() == "pas un dossier"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Key (email)=(rose@exemple.fr) already exists", "rose"),
        ("GET /?q=rose%40exemple.fr", "rose"),
        ("postgres://millecafes:motdepasse@base:5432/x", "motdepasse"),
        ("smtps://utilisateur@exemple.fr:motdepasse@mail.exemple.fr", "motdepasse"),
        ("Authorization: Bearer mc_abc.def-123", "mc_abc"),
        ("sessionid=abcdef0123456789; autre=1", "abcdef0123"),
        ("{'csrfmiddlewaretoken': 'AbC123'}", "AbC123"),
        ("votre code 1234-5678", "1234"),
        ("SECRET_KEY='petite'", "petite"),
        ("clé 3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c", "3f9a8b7c"),
        ("/invitation/Xk3-secretDuLien_qui0uvre1CompteEntier/", "secretDuLien"),
    ],
)
def test_what_is_secret_is_masked(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in logs.mask(text)


@pytest.mark.parametrize(
    "text",
    [
        'File "/work/millecafes/territory/queries/place_index.py", line 12, in one_typo_away',
        "no such table: accounts_user",
        "2026-11-23 04:00:01 GET portal:home 200, 12 ms",
        "Worker exiting (pid: 1234)",
        "0002_the_order_of_migrations was applied",
    ],
)
def test_what_helps_is_kept(text: str) -> None:
    assert logs.mask(text) == text


@given(st.text())
def test_a_line_is_one_line_of_json(text: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (text,), None)
    logs.Context().filter(record)
    line = logs.JsonLines().format(record)
    assert "\n" not in line
    assert isinstance(json.loads(line), dict)


@given(st.text(min_size=1))
def test_a_code_is_short_and_always_the_same(identifier: str) -> None:
    code = tracing.code_for(identifier)
    assert re.fullmatch(r"[0-9a-hj-km-np-tv-z]{4}-[0-9a-hj-km-np-tv-z]{4}", code)
    assert code == tracing.code_for(identifier)


def test_what_a_job_says_carries_its_identifier(written: io.StringIO) -> None:
    with tracing.tracing("job-12-essai-1"):
        logging.getLogger("millecafes.jobs").info("commencé")
    logging.getLogger("millecafes.jobs").info("dehors")
    inside, outside = lines(written, "millecafes.jobs")
    assert inside["request"] == "job-12-essai-1"
    assert inside["code"] == tracing.code_for("job-12-essai-1")
    assert "request" not in outside
