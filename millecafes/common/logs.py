"""Logs: one line per event, as JSON or as text, with the request's identifier and without secrets.

Nobody is named in them: neither who asked, nor from where, nor what was typed. Who did what is in the
journal.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from millecafes.common.tracing import code_for, current_id

HIDDEN = "***"
_RULES = (
    # Passwords in addresses of services.
    (re.compile(r"://[^/\s@]+@"), f"://{HIDDEN}@"),
    (re.compile(r"[^\s@<>\"'(=:/,;]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"(?i)\b(\w*(?:sessionid|csrf\w*token|token|secret\w*|password|passwd|authorization|cookie"
            r"|api[_-]?key))([\"']?\s*[=:]\s*[\"']?)(?!\*)[^\s\"',;&)]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    # Tokens of the API, whatever their letters.
    (re.compile(r"(?<![A-Za-z0-9])mc_[\w-]{20,}"), HIDDEN),
    # The codes people receive to sign in.
    (re.compile(r"(?<![\w-])\d{4}-\d{4}(?![\w-])"), HIDDEN),
    # What ends a link that opens something, keys of sessions, fingerprints.
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{28,}"), HIDDEN),
    (re.compile(r"\b(?=[a-z]*\d)[a-z0-9]{28,}\b"), HIDDEN),
)
# Written by us, never secret.
_OURS = frozenset({"time", "level", "logger", "request", "code", "method", "route"})


def mask(text: str) -> str:
    """A text without what must not be written: addresses of people, codes, keys, links that open."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class Context(logging.Filter):
    """Puts on each line the request or the job under way; takes off what Django puts of the request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the line pass."""
        identifier = getattr(record, "request_id", "") or current_id()
        record.request_id, record.code = identifier, code_for(identifier)
        request = record.__dict__.pop("request", None)
        path = getattr(request, "path", "")
        if path:
            route = route_of(request)
            record.__dict__.setdefault("route", route)
            if isinstance(record.args, tuple):
                record.args = tuple(route if value == path else value for value in record.args)
        return True


def route_of(request: Any) -> str:
    """The name of the address asked: never the address itself, which may hold a link that opens something."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name or match.route) if match else "-"


class JsonLines(JsonFormatter):
    """One JSON object per line."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s %(request_id)s %(code)s",
            rename_fields={"levelname": "level", "name": "logger", "request_id": "request"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Mask every text; leave out what is empty."""
        data = super().process_log_record(log_data)
        return {
            name: mask(value) if isinstance(value, str) and name not in _OURS else value
            for name, value in data.items()
            if value not in ("", None)
        }


class TextLines(logging.Formatter):
    """One line for people: hour, level, what happened, and the code of the request."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Mask all of it."""
        code = getattr(record, "code", "")
        first, *rest = mask(super().format(record)).splitlines() or [""]
        return "\n".join([f"{first}  [{code}]" if code else first, *rest])


class ErrorReports(logging.Handler):
    """Keeps each error in a file named by its code, so that `millecafes error CODE` finds it.

    Several processes may write: each error has its own file. The oldest are removed.
    """

    KEPT = 300

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.ERROR)
        self.folder = folder
        self.setFormatter(TextLines())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the error; a disk that is full takes nothing away from whoever waits for a page."""
        code = getattr(record, "code", "")
        if not (code and record.exc_info):
            return  # nothing to add to the line of the logs
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            with (self.folder / f"{code}.txt").open("a", encoding="utf-8") as file:
                file.write(f"{moment} {getattr(record, 'route', '')}\n{self.format(record)}\n\n")
            self._forget()
        except OSError:
            return

    def _forget(self) -> None:
        files = sorted(self.folder.glob("*.txt"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[self.KEPT :]:
            file.unlink(missing_ok=True)


def formatter(form: str) -> logging.Formatter:
    """The formatter asked; « auto »: text for somebody in front of a terminal, JSON otherwise."""
    as_text = form == "text" or (form == "auto" and sys.stderr is not None and sys.stderr.isatty())
    return TextLines() if as_text else JsonLines()


def configuration(*, form: str, level: str, errors: Path) -> dict[str, Any]:
    """What Django's `LOGGING` holds."""
    handlers = ["stderr", "errors"]
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": Context}},
        "formatters": {"chosen": {"()": formatter, "form": form}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "chosen", "filters": ["context"]},
            "errors": {"()": ErrorReports, "folder": errors, "filters": ["context"]},
        },
        "root": {"handlers": handlers, "level": level.upper()},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Refusals have their line already (`millecafes.requests`), without the address asked.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
            # Its lines hold the values of queries.
            "django.db.backends": quiet,
            "httpx": quiet,
            "httpcore": quiet,
        },
    }
