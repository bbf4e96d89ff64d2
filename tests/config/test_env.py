"""Typed readers: a good value is read, a bad one stops the start with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from millecafes.config import env
from millecafes.config.secret import secret_key

Reader = Callable[[], Any]


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the declarations of these tests to themselves."""
    monkeypatch.setattr(env, "DECLARED", {})


READERS: dict[str, Reader] = {
    "boolean": lambda: env.boolean("X", default=True, purpose=""),
    "integer": lambda: env.integer("X", default=5, low=1, high=10, purpose=""),
    "choice": lambda: env.choice("X", default="a", choices=("a", "b"), purpose=""),
    "text": lambda: env.text("X", default="d", purpose=""),
    "hosts": lambda: env.hosts("X", default=("localhost",), purpose=""),
    "address": lambda: env.address("X", purpose=""),
    "folder": lambda: env.folder("X", default=Path("/tmp"), purpose=""),
    "database": lambda: env.database("X", default="sqlite:////tmp/x.sqlite3", purpose=""),
}


@pytest.mark.parametrize(
    ("reader", "raw", "value"),
    [
        ("boolean", "", True),
        ("boolean", "off", False),
        ("boolean", "Oui", True),
        ("boolean", "0", False),
        ("integer", "", 5),
        ("integer", "1", 1),
        ("integer", "10", 10),
        ("choice", "", "a"),
        ("choice", "b", "b"),
        ("text", "", "d"),
        ("text", " mot ", "mot"),
        ("hosts", "", ["localhost"]),
        ("hosts", "a.example.org, .example.org,[::1],127.0.0.1", None),
        ("address", "", ""),
        ("address", "http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("address", "HTTPS://Osrm.example.org/route/", "https://Osrm.example.org/route"),
        ("address", "http://osrm_backend:5000", "http://osrm_backend:5000"),
        ("address", "http://[::1]:65535", "http://[::1]:65535"),
        ("folder", "", Path("/tmp")),
    ],
)
def test_a_good_value_is_read(monkeypatch: pytest.MonkeyPatch, reader: str, raw: str, value: Any) -> None:
    monkeypatch.setenv("X", raw)
    expected = ["a.example.org", ".example.org", "[::1]", "127.0.0.1"] if value is None else value
    assert READERS[reader]() == expected
    assert env.DECLARED["X"].accepts


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        ("boolean", "peut-être"),
        ("integer", "abc"),
        ("integer", "0"),
        ("integer", "11"),
        ("integer", "1.5"),
        ("choice", "c"),
        ("text", "a\nb"),
        ("hosts", "http://example.org"),
        ("hosts", "example.org:80"),
        ("hosts", ","),
        ("address", "example.org"),
        ("address", "ftp://example.org"),
        ("address", "http://"),
        ("address", "http://example.org/?a=1"),
        ("address", "http://example.org/#a"),
        ("address", "osrm"),
        ("address", "http://:5000"),
        ("address", "http://host:99999"),
        ("address", "http://host:0"),
        ("address", "http://host:port"),
        ("address", "http://[::1"),
        ("address", "http://ho st"),
        ("address", "http://ho\nst"),
        ("address", "http://-host"),
        ("folder", __file__),
        ("database", "mysql://u:p@127.0.0.1/base"),
        ("database", "nimporte quoi"),
        ("database", "postgres://u:p@127.0.0.1:5432"),
        ("database", "postgres://u:p@127.0.0.1:port/base"),
    ],
)
def test_a_bad_value_names_the_variable_and_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, reader: str, raw: str
) -> None:
    monkeypatch.setenv("X", raw)
    with pytest.raises(ImproperlyConfigured) as caught:
        READERS[reader]()
    message = str(caught.value)
    assert message.startswith("Réglage X : ")
    assert env.DECLARED["X"].accepts in message
    assert "\n" not in message.replace(raw, "")


def test_a_refused_database_address_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "mysql://u:hunter2@127.0.0.1/base")
    with pytest.raises(ImproperlyConfigured) as caught:
        READERS["database"]()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "engine", "name"),
    [
        ("", "sqlite3", "/tmp/x.sqlite3"),
        ("sqlite:////data/a.sqlite3", "sqlite3", "/data/a.sqlite3"),
        ("postgres://u:p@127.0.0.1:5432/base", "postgresql", "base"),
    ],
)
def test_both_databases_are_read(monkeypatch: pytest.MonkeyPatch, raw: str, engine: str, name: str) -> None:
    monkeypatch.setenv("X", raw)
    config = READERS["database"]()
    assert config["ENGINE"] == f"django.db.backends.{engine}"
    assert config["NAME"] == name


@pytest.mark.parametrize(
    ("variable", "raw"),
    [
        ("PORT", "abc"),
        ("OPEN_DATA", "peut-être"),
        ("DATABASE_URL", "oracle://x"),
        ("DATA_DIR", __file__),
        ("OSRM_URL", "osrm"),
        ("OSRM_URL", "http://host:99999"),
    ],
)
def test_the_command_ends_in_one_sentence(tmp_path: Path, variable: str, raw: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "millecafes", "prepare"],
        env={
            **os.environ,
            "DATA_DIR": str(tmp_path),
            variable: raw,
            "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.dev",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Réglage {variable} : ")
    assert result.stderr.count("\n") == 1


def test_the_secret_key_is_made_once_and_kept_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("SECRET_KEY", "donnée")
    assert secret_key(tmp_path) == "donnée"
