"""Values kept encrypted in the database, so that a copy of it does not give them."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def cipher(purpose: str) -> Fernet:
    """What encrypts values of one purpose, with a key derived from the secret key of the site."""
    digest = hashlib.sha256(f"millecafes:{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
