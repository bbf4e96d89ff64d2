"""Tokens of the API: what one opens, and everything that stops it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import ApiToken, Role
from millecafes.accounts.queries.hats import actor_in
from millecafes.accounts.services.roles import end_role
from millecafes.accounts.services.tokens import LASTS, MOST, TokenError, create_token, revoke_token
from millecafes.common.actors import command
from millecafes.common.journal.models import JournalEntry
from tests.factories.people import client_wearing, make_person, make_role, make_token
from tests.factories.territory import make_commune

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ME, PUBLIC, ORGANISATIONS = "/api/v1/moi", "/api/v1/indicateurs", "/api/v1/organisations/"


@pytest.fixture
def role() -> Role:
    return make_role(RoleKind.TEAM, "network")


def ask(address: str, secret: str, scheme: str = "Bearer") -> Any:
    return Client().get(address, headers={"authorization": f"{scheme} {secret}"})


def refused(answer: Any, status: int, error: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert f'error="{error}"' in answer["WWW-Authenticate"]
    found: dict[str, Any] = answer.json()
    return found


def test_a_token_is_a_secret_of_which_only_a_fingerprint_is_kept(role: Role) -> None:
    token, secret = make_token(role)
    assert secret.startswith("mc_")
    assert len(secret) >= 46  # 256 bits in base 64, after the prefix
    assert token.fingerprint == hashlib.sha256(secret.encode()).hexdigest()
    assert token.tail == secret[-4:]
    (row,) = ApiToken.objects.values()
    assert not any(secret in str(value) for value in row.values())
    entry = JournalEntry.objects.get(verb="accounts.token_created")
    assert secret not in str(entry.data)
    assert make_token(role)[1] != secret


def test_it_tells_what_it_may_do(role: Role) -> None:
    make_commune()
    token, secret = make_token(role, "organisations:read", perimeter="departement:81", name="Tableur")
    answer = ask(ME, secret)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    told = answer.json()
    assert (told["name"], told["tail"], told["role"]) == ("Tableur", token.tail, "team")
    assert told["perimeter"] == {"key": "departement:81", "label": "Département 81"}
    assert told["scopes"] == [{"key": "organisations:read", "label": "Organisations"}]
    assert secret not in answer.content.decode()
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate()


def test_without_the_scope_it_is_refused_by_name(role: Role) -> None:
    public, listing = make_token(role)[1], make_token(role, "organisations:read")[1]
    answer = ask(ORGANISATIONS, public)
    found = refused(answer, 403, "insufficient_scope")
    assert "« organisations:read »" in found["detail"]
    assert 'scope="organisations:read"' in answer["WWW-Authenticate"]
    assert "« territory:read »" in refused(ask(PUBLIC, listing), 403, "insufficient_scope")["detail"]
    assert ask(PUBLIC, public).status_code == 200
    assert ask(PUBLIC, public)["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("secret", ["mc_inconnu", "mc_" + "é" * 43, "mc_" + "x" * 5_000, "", "autre", "mc_"])
def test_an_unknown_one_is_refused_even_where_none_is_needed(secret: str) -> None:
    for address in (ME, PUBLIC):
        refused(
            Client().get(address, headers={"authorization": f"Bearer {secret}".encode().decode("latin-1")}),
            401,
            "invalid_token",
        )


def test_other_schemes_are_not_for_us(role: Role) -> None:
    _, secret = make_token(role)
    assert ask(PUBLIC, "bWFpcmllOnNlY3JldA==", "Basic").status_code == 200
    assert ask(ME, secret, "Basic").status_code == 401
    assert ask(ME, secret, "bearer").status_code == 200


def test_one_that_is_revoked_is_refused_at_once(role: Role) -> None:
    token, secret = make_token(role)
    assert ask(ME, secret).status_code == 200
    assert revoke_token(token=token, actor=actor_in(role), now=timezone.now())
    refused(ask(ME, secret), 401, "invalid_token")
    assert not revoke_token(token=token, actor=actor_in(role), now=timezone.now())
    assert JournalEntry.objects.filter(verb="accounts.token_revoked").count() == 1


def test_it_ends_on_its_day(role: Role) -> None:
    for days in LASTS:
        before = timezone.now() - dt.timedelta(days=days)
        _, secret = make_token(role, days=days, now=before + dt.timedelta(minutes=5))
        assert ask(ME, secret).status_code == 200
        _, secret = make_token(role, days=days, now=before - dt.timedelta(seconds=1))
        refused(ask(ME, secret), 401, "invalid_token")


def test_it_ends_with_its_role(role: Role) -> None:
    make_role(RoleKind.TEAM, "network")
    _, secret = make_token(role)
    end_role(role=role, actor=command("tests"), now=timezone.now())
    refused(ask(ME, secret), 401, "invalid_token")
    today = timezone.localdate()
    over = make_role(RoleKind.BUYER, "network", starts_on=today, ends_on=today)
    _, secret = make_token(over)
    assert ask(ME, secret).status_code == 200
    Role.objects.filter(pk=over.pk).update(
        starts_on=today - dt.timedelta(days=2), ends_on=today - dt.timedelta(days=1)
    )
    refused(ask(ME, secret), 401, "invalid_token")


def test_it_ends_with_its_person_and_their_second_factor(role: Role, settings: Any) -> None:
    _, secret = make_token(role)
    Authenticator.objects.filter(user=role.user).delete()
    refused(ask(ME, secret), 401, "invalid_token")
    elected = make_role(RoleKind.ELECTED, f"commune:{make_commune().pk}")
    _, secret = make_token(elected)
    assert ask(ME, secret).status_code == 200
    for change in ({"is_active": False}, {"is_demo": True, "is_active": True}):
        type(elected.user).objects.filter(pk=elected.user_id).update(**change)
        refused(ask(ME, secret), 401, "invalid_token")


def test_a_perimeter_that_is_no_longer_in_that_of_the_role_opens_nothing() -> None:
    make_commune()
    role = make_role(RoleKind.REGIONAL, "region:76")
    _, secret = make_token(role, perimeter="departement:81")
    assert ask(ME, secret).status_code == 200
    Role.objects.filter(pk=role.pk).update(perimeter="region:75")
    refused(ask(ME, secret), 401, "invalid_token")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days": 366}, "366 jours. Attendu : 30, 90, 365"),
        ({"days": 0}, "0 jours"),
        ({"scope_keys": []}, "cochez au moins"),
        ({"scope_keys": ["chocolat:read"]}, "« chocolat:read » n’est pas ouvert"),
        ({"scope_keys": ["organisations:read"]}, "« organisations:read » n’est pas ouvert"),
        ({"perimeter": "network"}, "n’est pas dans celui de votre rôle"),
        ({"perimeter": "departement:81"}, "n’est pas dans celui de votre rôle"),
        ({"perimeter": "commune:99999"}, "n’est pas dans celui de votre rôle"),
        ({"actor": command("tests")}, "de la personne qui le crée"),
    ],
)
def test_a_token_never_goes_beyond_the_role(change: dict[str, Any], words: str) -> None:
    role = make_role(RoleKind.ELECTED, f"commune:{make_commune().pk}")
    asked = {
        "role": role,
        "name": "Site de la mairie",
        "scope_keys": ["territory:read"],
        "perimeter": role.perimeter,
        "days": 90,
        "actor": actor_in(role),
        "now": timezone.now(),
    }
    with pytest.raises(TokenError, match=words):
        create_token(**(asked | change))
    assert not ApiToken.objects.exists()
    assert create_token(**asked)


def test_names_are_distinct_and_tokens_are_not_piled_up(role: Role) -> None:
    token, _ = make_token(role, name="Tableur")
    with pytest.raises(TokenError, match="déjà un jeton « Tableur »"):
        make_token(role, name="Tableur")
    revoke_token(token=token, actor=actor_in(role), now=timezone.now())
    for number in range(MOST):
        make_token(role, name="Tableur" if number == 0 else "")
    with pytest.raises(TokenError, match="déjà 20 jetons"):
        make_token(role)


def test_the_session_of_the_site_reads_what_is_public_and_nothing_more() -> None:
    team = client_wearing(RoleKind.TEAM, "network")
    assert team.get(PUBLIC).status_code == 200
    for address in (ME, ORGANISATIONS):
        assert team.get(address).status_code == 401
        assert team.post(address, {}, content_type="application/json").status_code == 405
    outsider = Client()
    outsider.force_login(make_person(is_staff=True))
    assert outsider.get(PUBLIC).status_code == 200
