"""A token never reaches the logs: neither its header, nor one put in an address by mistake."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from millecafes.accounts.enums import RoleKind
from millecafes.common.logs import Context, JsonLines, TextLines, mask
from millecafes.territory.queries import datasets
from tests.factories.people import make_role, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> Iterator[list[io.StringIO]]:
    """All that would be written of logs, at the lowest level, in both forms."""
    root, files, handlers = logging.getLogger(), [], []
    before = root.level
    for formatter in (TextLines(), JsonLines()):
        files.append(io.StringIO())
        handler = logging.StreamHandler(files[-1])
        handler.setFormatter(formatter)
        handler.addFilter(Context())
        handlers.append(handler)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield files
    root.setLevel(before)
    for handler in handlers:
        root.removeHandler(handler)


def test_no_token_is_ever_written(
    written: list[io.StringIO], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = make_token(make_role(RoleKind.TEAM, "network"), "organisations:read")
    shown = {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/moi", headers=shown).status_code == 200
    assert client.get("/api/v1/indicateurs", headers=shown).status_code == 403
    assert client.get(f"/api/v1/moi?access_token={secret}").status_code in {401, 422}
    assert client.get(f"/api/v1/communes?q={secret}").status_code == 200
    assert client.get(f"/api/v1/communes/{secret}").status_code == 422
    assert client.get(f"/api/v1/{secret}").status_code == 404

    def fail() -> None:
        logging.getLogger("millecafes").error("panne avec %s et %s", shown, secret)
        raise RuntimeError(secret)

    monkeypatch.setattr(datasets, "current_datasets", fail)
    client.raise_request_exception = False
    _, public = make_token(make_role(RoleKind.TEAM, "network"))
    answer = client.get("/api/v1/sources", headers={"authorization": f"Bearer {public}"})
    assert answer.status_code == 500
    for file in written:
        text = file.getvalue()
        assert "panne avec" in text
        assert secret not in text
        assert public not in text


@pytest.mark.parametrize("letters", ["a" * 43, "-" * 43, "A" * 43, "1" * 43, "aB" * 21 + "_"])
def test_a_token_is_masked_whatever_its_letters(letters: str) -> None:
    """A random secret may lack a digit or a capital: its prefix is enough."""
    assert letters not in mask(f"jeton mc_{letters} refusé")
    assert mask(f"jeton mc_{letters}.") == "jeton ***."
