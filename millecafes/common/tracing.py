"""What ties a line of the logs, an error page and an answer: the identifier of a request or a job."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# No letter that is read as another, aloud or on paper.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 20
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{7,63}")

_current: ContextVar[str] = ContextVar("millecafes_trace", default="")


def new_id() -> str:
    """An identifier nobody has had."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def is_valid(given: str) -> bool:
    """Whether an identifier given by a proxy may be taken: short, and nothing that could forge a line."""
    return _GIVEN.fullmatch(given) is not None


def current_id() -> str:
    """The identifier of the request or of the job under way; empty outside of them."""
    return _current.get()


@contextmanager
def tracing(identifier: str) -> Iterator[str]:
    """Everything logged inside carries this identifier."""
    token = _current.set(identifier)
    try:
        yield identifier
    finally:
        _current.reset(token)


def code_for(identifier: str) -> str:
    """The short form of an identifier, as an error page says it: « k3f9-2m1x ». Found in the logs too."""
    if not identifier:
        return ""
    number = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:5], "big")
    letters = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -5, -5))
    return f"{letters[:4]}-{letters[4:]}"
