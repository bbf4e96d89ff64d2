"""Every list of the back office as a file: the three formats hold the rows of the screen, in its order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from millecafes.accounts.enums import RoleKind
from millecafes.common import jobs
from millecafes.common.actors import command
from millecafes.common.journal.models import JournalEntry
from tests.common.test_exports import read_ods
from tests.factories.cafes import make_cafe, make_report
from tests.factories.imports import csv_of, look
from tests.factories.pages import make_message
from tests.factories.partners import make_organisation
from tests.factories.people import client_wearing, make_invitation, make_person, make_role, make_token

# Outside of any transaction, as the site is: PostgreSQL then refuses what an export would write.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
NAMES = ("Zoé d’Albi", "Anaïs & Cie", "Éloi <Gaillac>")


def people() -> None:
    for name in NAMES:
        make_person(name=name)


def invitations() -> None:
    for number in range(3):
        make_invitation(email=f"invitee{number}@example.org")


def messages() -> None:
    for number, name in enumerate(NAMES):
        make_message(name=name, email=f"ecrit{number}@example.org", body="Une ligne ;\nune autre")


def organisations() -> None:
    for name in NAMES:
        make_organisation(name)


def asked_jobs() -> None:
    for name in NAMES:
        arguments = {"name": "partners.organisations", "extension": "csv", "query": ""}
        actor = command("tests")
        jobs.enqueue("common.export", arguments=arguments, actor=actor, now=timezone.now(), title=name)


def tokens() -> None:
    role = make_role(RoleKind.TEAM, "network")
    for name in NAMES:
        make_token(role, "organisations:read", name=name)


def imports() -> None:
    for name in NAMES:
        run = look(csv_of(("Cave", "Entreprise")))
        type(run).objects.filter(pk=run.pk).update(file_name=f"{name}.csv")


def reports() -> None:
    for name in NAMES:
        make_report(make_cafe(name), f"Une ligne ;\nune autre de {name}")


# Where it is, its file, what fills it, and the column that the screen shows as the file does.
LISTS: list[tuple[str, str, Callable[[], None], int]] = [
    ("/equipe/personnes/", "personnes", people, 0),
    ("/invitations/", "invitations", invitations, 0),
    ("/equipe/messages/", "messages", messages, 1),
    ("/organisations/", "organisations", organisations, 0),
    ("/equipe/taches/?etat=toutes", "taches", asked_jobs, 0),
    ("/equipe/imports/", "imports", imports, 0),
    ("/equipe/jetons/", "jetons", tokens, 0),
    ("/equipe/cafes/signalements/", "signalements", reports, 1),
]


# Exports held by tests of their own: below, with the cafés, with the plans (architecture/test_exports.py).
ELSEWHERE = {
    *("common.journal", "cafes.cafes", "cafes.followed", "cafes.osm"),
    *("siting.plan", "siting.published", "siting.approaches"),
}
KEYS = {
    "personnes": "accounts.people",
    "invitations": "accounts.invitations",
    "messages": "pages.messages",
    "organisations": "partners.organisations",
    "taches": "common.jobs",
    "imports": "common.imports",
    "jetons": "accounts.tokens",
    "signalements": "cafes.reports",
}


def files(client: Client, address: str, name: str) -> dict[str, list[list[str]]]:
    """The rows of the list in each format, as texts."""
    import pyarrow.parquet as pq

    folder, _, query = address.partition("?")
    found = {}
    for extension in ("csv", "ods", "parquet"):
        response = client.get(f"{folder}{name}.{extension}?{query}")
        assert response.status_code == 200
        found[extension] = response.content
    rows = list(csv.reader(io.StringIO(found["csv"].decode("utf-8-sig"), newline=""), delimiter=";"))
    sheet = next(iter(read_ods(found["ods"]).values()))
    typed = pq.read_table(io.BytesIO(found["parquet"])).to_pylist()
    return {
        "csv": [[cell.replace("\n", "") for cell in row] for row in rows[1:]],
        "ods": [[text for _, text in row] for row in sheet[1:]],
        "parquet": [
            [str(cell or "").replace("\n", "") for key, cell in row.items() if not key.endswith("_etat")]
            for row in typed
        ],
    }


@pytest.mark.parametrize(("address", "name", "fill", "shown"), LISTS, ids=[row[1] for row in LISTS])
def test_the_file_is_the_screen(address: str, name: str, fill: Callable[[], None], shown: int) -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    fill()
    found = files(client, address, name)
    assert len(found["csv"]) >= 3
    screen = client.get(address).content.decode()
    screen = screen[screen.index("<tbody") :]
    at = -1
    for row in found["csv"]:
        at = screen.find(escape(row[shown]), at + 1)
        assert at >= 0, f"{row[shown]} : absent de l’écran, ou dans un autre ordre"


@pytest.mark.parametrize(("address", "name", "fill", "shown"), LISTS, ids=[row[1] for row in LISTS])
def test_the_formats_hold_the_same(address: str, name: str, fill: Callable[[], None], shown: int) -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    fill()
    found = files(client, address, name)
    assert len(found["csv"]) >= 3
    numbers = [[cell or "0" for cell in row] for row in found["csv"]]
    for extension in ("ods", "parquet"):
        assert [[cell or "0" for cell in row] for row in found[extension]] == numbers


def test_the_journal_is_the_same_in_each_format() -> None:
    client = client_wearing(RoleKind.TEAM, "network")
    organisations()
    found = files(client, "/equipe/journal/", "journal")
    assert len(found["csv"]) == JournalEntry.objects.count() >= 3
    assert found["csv"] == found["ods"] == found["parquet"]
