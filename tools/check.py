"""`make check`: every static verification, each named, all run even when one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def commands() -> dict[str, list[str]]:
    """What is verified: a name and its command."""
    python = sys.executable
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("millecafes/**/templates/**/*.html"))
    checks = {
        "style": [str(BIN / "ruff"), "check", "--quiet", "."],
        "mise en forme": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
        "adresses dans les verrous": [python, "tools/lock.py", "--check"],
        "types": [str(BIN / "mypy"), "--no-error-summary"],
        "architecture": [str(BIN / "lint-imports"), "--no-cache"],
        "migrations": [python, "-m", "millecafes", "makemigrations", "--check", "--dry-run"],
        "réglages Django": [python, "-m", "millecafes", "check", "--fail-level", "WARNING"],
    }
    if templates:
        checks["gabarits"] = [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates]
    return checks


def main() -> int:
    """Run every check; the exit code tells whether one failed."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "millecafes.config.settings.test"}
    failed = []
    for name, command in commands().items():
        start = time.monotonic()
        result = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        verdict = "ok" if result.returncode == 0 else "ÉCHEC"
        print(f"{name:28} {verdict:6} {time.monotonic() - start:5.1f} s", flush=True)
        if result.returncode:
            failed.append(name)
            print(result.stdout, flush=True)
    if failed:
        print("À corriger : " + ", ".join(failed) + ".")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
