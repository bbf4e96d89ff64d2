"""Links that give something to whoever holds them: only a fingerprint of their secret is kept."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """What makes a link nobody can guess."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is kept of a secret: it recognises it, and does not give it."""
    return hashlib.sha256(secret.encode()).hexdigest()
