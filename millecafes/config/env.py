"""Typed readers of the environment: a bad value stops the start with one sentence.

Every variable the application reads is declared here through `Setting`, so that the
documentation page (`docs/reglages.md`) can be checked against `DECLARED`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

_TRUE = {"1", "on", "true", "yes", "oui"}
_FALSE = {"0", "off", "false", "no", "non"}
_HOST = re.compile(r"\*|\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")
_SERVICE_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*")


@dataclass(frozen=True)
class Setting:
    """One declared variable: its name, what it accepts (in words), its default and its use."""

    name: str
    accepts: str
    default: str
    purpose: str


DECLARED: dict[str, Setting] = {}


def _read(setting: Setting, parse: Callable[[str], T], *, secret: bool = False) -> T:
    DECLARED[setting.name] = setting
    raw = os.environ.get(setting.name, "").strip() or setting.default
    try:
        return parse(raw)
    except (ValueError, ImproperlyConfigured):
        shown = "cette valeur" if secret else f"« {raw} »"
        raise ImproperlyConfigured(
            f"Réglage {setting.name} : {shown} n’est pas accepté{'e' if secret else ''}. "
            f"Attendu : {setting.accepts}."
        ) from None


def boolean(name: str, *, default: bool, purpose: str) -> bool:
    """Read yes or no."""

    def parse(raw: str) -> bool:
        value = raw.lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise ValueError(raw)

    return _read(Setting(name, "1 ou 0 (on, off, oui, non)", "1" if default else "0", purpose), parse)


def integer(name: str, *, default: int, low: int, high: int, purpose: str) -> int:
    """Read a whole number between `low` and `high`, both included."""

    def parse(raw: str) -> int:
        value = int(raw)
        if not low <= value <= high:
            raise ValueError(raw)
        return value

    return _read(Setting(name, f"un nombre entier de {low} à {high}", str(default), purpose), parse)


def choice(name: str, *, default: str, choices: tuple[str, ...], purpose: str) -> str:
    """Read one of a few words."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError(raw)
        return raw

    return _read(Setting(name, "l’un de : " + ", ".join(choices), default, purpose), parse)


def text(name: str, *, default: str, purpose: str, accepts: str = "un texte") -> str:
    """Read a text without NUL nor line break."""

    def parse(raw: str) -> str:
        if any(c in raw for c in "\0\r\n"):
            raise ValueError(raw)
        return raw

    return _read(Setting(name, accepts, default, purpose), parse)


def hosts(name: str, *, default: tuple[str, ...], purpose: str) -> list[str]:
    """Read host names separated by commas."""

    def parse(raw: str) -> list[str]:
        names = [part.strip() for part in raw.split(",") if part.strip()]
        if not names or not all(_HOST.fullmatch(host) for host in names):
            raise ValueError(raw)
        return names

    accepts = "des noms d’hôtes séparés par des virgules, sans http:// ni port"
    return _read(Setting(name, accepts, ",".join(default), purpose), parse)


def address(name: str, *, purpose: str) -> str:
    """Read the address of a web service, without final slash; empty when there is none."""

    def parse(raw: str) -> str:
        if not raw:
            return raw
        if re.search(r"[\s\x00-\x1f?#]", raw):  # urlsplit would silently drop a line break
            raise ValueError(raw)
        parts = urlsplit(raw)
        if parts.scheme not in {"http", "https"} or not _SERVICE_HOST.fullmatch(parts.hostname or ""):
            raise ValueError(raw)
        if parts.port == 0:  # reading it raises ValueError beyond 65535
            raise ValueError(raw)
        return parts.geturl().rstrip("/")

    return _read(Setting(name, "une adresse http:// ou https://, ou rien", "", purpose), parse)


def folder(name: str, *, default: Path, purpose: str) -> Path:
    """Read a folder's path; an existing file of that name is refused."""

    def parse(raw: str) -> Path:
        path = Path(raw).expanduser().resolve()
        if path.exists() and not path.is_dir():
            raise ValueError(raw)
        return path

    return _read(Setting(name, "le chemin d’un dossier", str(default), purpose), parse)


def database(name: str, *, default: str, purpose: str) -> dict[str, Any]:
    """Read a database address: sqlite:///path or postgres://user:password@host:port/name."""

    def parse(raw: str) -> dict[str, Any]:
        if urlsplit(raw).scheme not in {"sqlite", "postgres", "postgresql"}:
            raise ValueError(raw)
        config: dict[str, Any] = dict(environ.Env.db_url_config(raw))
        if config.get("ENGINE") not in {
            "django.db.backends.sqlite3",
            "django.db.backends.postgresql",
        } or not config.get("NAME"):
            raise ValueError(raw)
        return config

    accepts = "sqlite:////chemin/fichier.sqlite3 ou postgres://utilisateur:mot-de-passe@hôte:port/base"
    # An address may hold a password: never show it.
    return _read(Setting(name, accepts, default, purpose), parse, secret=True)


@dataclass(frozen=True)
class Mail:
    """How mail leaves."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    ssl: bool = False


def mail(name: str, *, purpose: str) -> Mail:
    """Read the address of an SMTP server; empty: mail is written to files."""

    def parse(raw: str) -> Mail:
        if not raw:
            return Mail("django.core.mail.backends.filebased.EmailBackend")
        parts = urlsplit(raw)
        ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
        if parts.scheme not in ports or not parts.hostname or parts.path not in {"", "/"} or parts.query:
            raise ValueError(raw)
        return Mail(
            "django.core.mail.backends.smtp.EmailBackend",
            host=parts.hostname,
            port=parts.port or ports[parts.scheme],  # a port out of range raises ValueError
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=parts.scheme == "smtp+tls",
            ssl=parts.scheme == "smtps",
        )

    accepts = "smtp://, smtp+tls:// ou smtps://[utilisateur:motdepasse@]serveur[:port], ou rien"
    return _read(Setting(name, accepts, "", purpose), parse, secret=True)


_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
ON_DISK = "millecafes.common.documents.storing.DiskStorage"


def storage(name: str, *, folder: Path, purpose: str) -> dict[str, Any]:
    """Read where files are kept: nothing (a folder), or a class of storage and its options in JSON."""

    def parse(raw: str) -> dict[str, Any]:
        if not raw:
            return {"BACKEND": ON_DISK, "OPTIONS": {"location": folder}}
        backend, _, options = raw.partition(" ")
        found = json.loads(options) if options else {}
        if not _CLASS.fullmatch(backend) or not isinstance(found, dict):
            raise ValueError(raw)
        return {"BACKEND": backend, "OPTIONS": found}

    accepts = "une classe de rangement de Django, puis ses options en JSON après une espace ; ou rien"
    # Options may hold a key: never shown.
    return _read(Setting(name, accepts, "", purpose), parse, secret=True)
