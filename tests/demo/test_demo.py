"""The demonstration: what it makes, when it refuses, and that nothing of it exists when the mode is off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import Role, User
from millecafes.common import actors, documents
from millecafes.common.documents import storing
from millecafes.common.guards import GuardError
from millecafes.common.journal.models import JournalEntry
from millecafes.demo import queries, services
from millecafes.partners.models import Organisation
from tests.factories.people import make_person
from tests.factories.territory import make_commune

ACTOR = actors.command("seed_demo")
ON = override_settings(DEMO=True, HOST="127.0.0.1", ALLOWED_HOSTS=["localhost"])


@pytest.fixture
def places() -> None:
    """The communes of the cast."""
    make_commune("81294", "Técou")
    make_commune("81004", "Albi", postal_code="81000", epci="248100737")
    make_commune("31555", "Toulouse", postal_code="31000", epci="243100518")


@pytest.mark.django_db
def test_every_role_is_invented_once_through_the_services(places: None) -> None:
    with ON:
        given = services.seed(actor=ACTOR, now=timezone.now())
        assert {role.kind for role in Role.objects.order_by("pk")} == set(RoleKind.values)
        assert given == Role.objects.count()
        before = (User.objects.count(), Organisation.objects.count(), JournalEntry.objects.count())
        assert services.seed(actor=ACTOR, now=timezone.now()) == 0
    assert (User.objects.count(), Organisation.objects.count(), JournalEntry.objects.count()) == before
    for model in (User, Role, Organisation):
        assert not model.objects.filter(is_demo=False).exists(), model
    granted = JournalEntry.objects.filter(verb="accounts.role_granted", command="seed_demo")
    assert granted.count() == given


@pytest.mark.django_db
def test_organisations_have_a_logo_and_an_agreement_that_say_they_are_invented(places: None) -> None:
    with ON:
        for _ in range(2):
            services.seed(actor=ACTOR, now=timezone.now())
    for organisation in Organisation.objects.order_by("pk"):
        logo, agreement = sorted(documents.of(organisation), key=lambda found: found.kind, reverse=True)
        assert (logo.kind, agreement.kind) == ("partners.logo", "partners.document")
        assert "démonstration" in logo.name
        assert logo.current.width == 640
        with storing.open_key(agreement.current.key) as file:
            text = file.read().decode("cp1252")
        assert "(Démonstration)" in text
        assert organisation.name.partition(" (")[0] in text


@pytest.mark.django_db
def test_a_small_territory_is_enough() -> None:
    with ON:
        services.seed(actor=ACTOR, now=timezone.now())
        kinds = {entrance.role.kind for entrance in queries.entrances()}
    assert kinds == {RoleKind.TEAM, RoleKind.BUYER, RoleKind.CANDIDATE}


@pytest.mark.django_db
def test_a_real_installation_is_never_filled() -> None:
    with pytest.raises(RuntimeError, match="MILLECAFES_DEMO"):
        services.seed(actor=ACTOR, now=timezone.now())
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0"),
        ({"ALLOWED_HOSTS": ["localhost", "cafes.example"]}, "ALLOWED_HOSTS=cafes.example"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS=*"),
    ],
)
def test_it_refuses_to_be_reached_from_elsewhere(settings: dict[str, object], said: str) -> None:
    with ON, override_settings(**settings), pytest.raises(GuardError) as refusal:
        services.refuse_real_use()
    assert said in str(refusal.value)
    assert "MILLECAFES_DEMO=0 make run" in str(refusal.value)


@pytest.mark.django_db
def test_it_refuses_a_database_with_somebody_real() -> None:
    make_person()
    with ON, pytest.raises(GuardError, match="comptes réels"):
        services.refuse_real_use()


@pytest.mark.django_db
def test_whoever_is_made_in_the_mode_is_invented() -> None:
    with ON:
        person = make_person()
        assert person.is_demo
        services.refuse_real_use()


@pytest.mark.django_db
def test_a_real_member_of_the_team_is_not_made_in_the_mode() -> None:
    with ON, pytest.raises(CommandError, match="MILLECAFES_DEMO=0"):
        call_command("create_team", "claude@exemple.fr")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_real_installation_begins_with_its_first_team_member() -> None:
    said = StringIO()
    call_command("create_team", "claude@exemple.fr", "--name", "Claude Vidal", stdout=said)
    role = Role.objects.get()
    assert (role.kind, role.perimeter, str(role.user), role.user.is_demo) == (
        "team",
        "network",
        "Claude Vidal",
        False,
    )
    assert "/connexion/" in said.getvalue()
    for email in ("claude@exemple.fr", "claude", ""):
        with pytest.raises(CommandError, match="Adresse e-mail"):
            call_command("create_team", email)
    assert User.objects.count() == 1


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run some Python in a site of its own, in the mode asked for."""

    def go(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        around = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOST"}}
        environment = {
            **around,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
            **variables,
        }
        prelude = "import django; django.setup()\n"
        return subprocess.run(
            [sys.executable, "-c", prelude + code], env=environment, capture_output=True, text=True
        )

    return go


PROBE = """
from django.core.management import call_command, get_commands
from django.test import Client
from millecafes.accounts.models import User
from millecafes.accounts.services.people import create_person
from millecafes.common import actors
from django.utils import timezone
call_command("migrate", verbosity=0)
person = create_person(email="camille@exemple.fr", actor=actors.command("x"), now=timezone.now())
client = Client(HTTP_HOST="localhost")
home = client.get("/faq/")
print([client.get(path).status_code for path in ("/demo/", "/courriels/")])
print(client.post("/demo/entrer/", {"role": "1"}).status_code, person.is_demo)
text = home.content.decode()
print("Démonstration." in text, home.headers.get("X-Robots-Tag"), "seed_demo" in get_commands())
"""


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("0", ["[404, 404]", "404 False", "False None False"]),
        ("1", ["[200, 200]", "404 True", "True noindex True"]),
    ],
)
def test_none_of_it_exists_when_the_mode_is_off(run: Run, mode: str, said: list[str]) -> None:
    result = run(PROBE, MILLECAFES_DEMO=mode)
    assert result.stdout.splitlines() == said, result.stderr


ENTER = """
from django.core.management import call_command
from django.test import Client
from millecafes.accounts.models import Role, User
call_command("migrate", verbosity=0)
call_command("seed_demo", verbosity=0)
client = Client(HTTP_HOST="localhost")
role = Role.objects.filter(kind="team").order_by("pk").first()
entered = client.post("/demo/entrer/", {"role": role.pk})
print(entered.status_code, entered["Location"], client.get("/bureau/").status_code)
for wrong in ("", "0", "abc", "9" * 40, "-1"):
    print(Client(HTTP_HOST="localhost").post("/demo/entrer/", {"role": wrong}).status_code)
client.post("/connexion/", {"email": "personne@exemple.fr"})
page = Client(HTTP_HOST="localhost")
page.post("/connexion/", {"email": role.user.email})
print("votre code" in page.get("/courriels/").content.decode())
open("cookie", "w").write(client.cookies["sessionid"].value)
"""
LEFT_OPEN = """
from django.test import Client
client = Client(HTTP_HOST="localhost")
client.cookies["sessionid"] = open("cookie").read()
print(client.get("/bureau/").status_code)
"""


def test_entering_goes_without_a_second_factor_and_ends_with_the_mode(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    result = run(ENTER, MILLECAFES_DEMO="1")
    assert result.stdout.splitlines()[-7:] == ["302 /bureau/ 200", *["404"] * 5, "True"], result.stderr
    assert run(LEFT_OPEN, MILLECAFES_DEMO="1").stdout == "200\n"
    assert run(LEFT_OPEN, MILLECAFES_DEMO="0").stdout == "302\n"


@pytest.mark.parametrize("variables", [{"HOST": "0.0.0.0"}, {"ALLOWED_HOSTS": "cafes.example"}])
def test_no_server_starts_by_another_door(run: Run, variables: dict[str, str]) -> None:
    result = run("from millecafes.config import wsgi", MILLECAFES_DEMO="1", **variables)
    assert result.returncode != 0
    assert "MILLECAFES_DEMO=0 make run" in result.stderr
