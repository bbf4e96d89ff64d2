"""The secret key: given by SECRET_KEY, else made on first run and kept beside the data, never in git."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from millecafes.config import env


def secret_key(data_dir: Path) -> str:
    """Return the secret key, creating `data_dir/secret_key` (mode 600) when none was given."""
    given = env.text(
        "SECRET_KEY",
        default="",
        purpose="Clé secrète ; vide : créée au premier démarrage dans DATA_DIR/secret_key.",
    )
    if given:
        return given
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: two processes that start together must end up with the same key.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(fd, "w") as f:
        key = secrets.token_urlsafe(50)
        f.write(key)
    return key
