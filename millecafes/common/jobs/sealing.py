"""Arguments of secret jobs, encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken

from millecafes.common import sealing
from millecafes.common.jobs.errors import JobError

PURPOSE = "jobs"


def sealed(arguments: Mapping[str, Any]) -> str:
    """Encrypt arguments."""
    return sealing.cipher(PURPOSE).encrypt(json.dumps(dict(arguments)).encode()).decode()


def opened(text: str) -> dict[str, Any]:
    """Read them back.

    Raises
    ------
    JobError
        When the secret key of the site has changed since.
    """
    try:
        found: dict[str, Any] = json.loads(sealing.cipher(PURPOSE).decrypt(text.encode()))
    except InvalidToken:
        raise JobError(
            "Les arguments ne peuvent plus être lus : la clé secrète du site a changé.", retry=False
        ) from None
    return found
